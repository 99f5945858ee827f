"""`TranslationRun`: texts through the sub-words, the model and the guard of a translator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nlpkit.decoding.options import DecodingOptions

from .decoding_batches import distinct_texts, in_order
from .glossary import Glossary
from .names import copied_names
from .translations import Translation, copied, translation_of, with_parts

if TYPE_CHECKING:
    from nlpkit.decoding.hypothesis import Hypothesis

_LEAST_BEAM = 4  # of a search with required phrases


@dataclass(frozen=True, kw_only=True)
class TranslationRun:
    """Translates texts as they are: they are not split.

    Attributes
    ----------
    translator : Translator
        Its sub-words, marks and form of texts are used.
    computer : Computer
        Its model.
    options : DecodingOptions
    to : str or None
        The target language, one of ``translator.marks.targets``.
    languages : (str or None, str or None)
        Codes of source and target, as far as they are known.
    threads : int or None
    glossary : Glossary or None
        Terms with their translations, for the guard.
    """

    translator: Any
    computer: Any
    options: DecodingOptions
    to: str | None
    languages: tuple[str | None, str | None]
    threads: int | None
    glossary: Glossary | None = None

    def whole(
        self,
        texts: Sequence[str],
        prefixes: Sequence[str] | None = None,
        phrases: Sequence[Sequence[str]] | None = None,
        names: Sequence[Sequence[str]] | None = None,
    ) -> Iterator[Translation]:
        """Yield the translations in the order of the texts, with ``names`` copied from them."""
        translator, marks = self.translator, self.translator.marks
        subwords = translator.src_subwords, translator.trg_subwords
        named = zip(texts, names or [()] * len(texts), strict=True)
        marked = [marks.put(translator.text_form(text), self.to, own) for text, own in named]
        ids = subwords[0].encode([text for text, _ in marked])
        work, of_text = distinct_texts(ids, prefixes, phrases, distinct=not self.options.sample)
        begin = None if prefixes is None else self._target_ids(prefixes[i] for i in work)
        demanded = None if phrases is None else [self._target_ids(phrases[i]) for i in work]
        sources = [ids[i] for i in work]
        decoded = self.computer.decode(sources, self.options, prefixes=begin, phrases=demanded, threads=self.threads)
        found = in_order(decoded)
        known: list[list[Hypothesis]] = []
        for text, source, number, (_, parts) in zip(texts, ids, of_text, marked, strict=True):
            if number < 0:
                yield copied(text)
                continue
            while len(known) <= number:
                known.append(next(found))
            made = translation_of(text, source, known[number], subwords)
            if translator.confidence is not None:
                made = replace(made, confidence=translator.confidence(made.n_best[0], alpha=self.options.alpha))
            yield with_parts(made, marks, parts) if parts else made

    def guarded(self, texts: Sequence[str]) -> Iterator[Translation]:
        """Yield the translations; what is doubtful is translated again, and flagged if it stays so."""
        from .guard import Guard

        known: dict[str, Any] = {"uncovered": self._uncovered, "glossary": self.glossary, "links": self._links}
        guard = Guard(self._again, self.translator.marks, self.languages, **known)
        found = self.whole(texts)
        if self.translator.marks.placeholders:
            found = copied_names(found, self._with_names, self.translator.count_pieces, self.languages[0])
        return guard.over(found)

    def _with_names(self, texts: list[str], names: list[tuple[str, ...]]) -> Iterator[Translation]:
        return self.whole(texts, names=names)

    def _again(self, texts: list[str], phrases: list[list[str]], *, no_repeat_ngram: int) -> Iterator[Translation]:
        beam = max(self.options.beam, _LEAST_BEAM)
        other = replace(self.options, no_repeat_ngram=no_repeat_ngram, beam=beam, sample=False)
        return replace(self, options=other).whole(texts, phrases=phrases if any(phrases) else None)

    def _uncovered(self, translation: Translation) -> float:
        if getattr(self.translator.options, "attention", "") == "none" or not translation.n_best[0].ids:
            return 0.0
        return self.translator.word_attention(translation).uncovered()

    def _links(self, translation: Translation) -> list[int]:
        from .word_links import word_links

        return word_links(self.translator, translation)

    def _target_ids(self, texts: Iterable[str]) -> list[list[int]]:
        """Return the sub-words of prefixes or phrases; a mark is one."""
        given, subwords = list(texts), self.translator.trg_subwords
        ids = subwords.encode([self.translator.text_form(text) for text in given])
        marks = self.translator.marks.placeholders
        return [
            [subwords.vocabulary.index(text)] if text in marks else own for text, own in zip(given, ids, strict=True)
        ]
