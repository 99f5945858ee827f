"""`translate_files` and `translate_texts`: texts in, translations out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nlpkit.corpora import GivenTexts
from nlpkit.corpora.selection import RECORD
from nlpkit.device import check_count
from nlpkit.errors import ParameterError

from .inputs import AnyTexts, Reading, StrPath, spelled_out
from .passes import TRANSLATING, Progress
from .places import check_apart, check_place
from .prefix_lines import PrefixLines
from .translation_format import TranslationFormat
from .translation_writer import TranslationWriter
from .translator import decoding_options, open_glossary, open_translator

if TYPE_CHECKING:
    from nlpkit.translation.glossary import Glossary
    from nlpkit.translation.translations import Translation
    from nlpkit.translation.translator import Translator

_WINDOW = 1 << 20  # characters that are sorted by length together


@dataclass(frozen=True, kw_only=True)
class TranslateReport:
    """Result of `translate_files` and `translate_texts`.

    Attributes
    ----------
    texts : int
        Number of texts that were translated.
    tokens : int
        Sub-words of their best translations.
    seconds : float
        Duration of the translation, without loading the model.
    unfinished : int
        Best translations that were cut off at the greatest length.
    left_out : dict of str to int
        Number of texts and records that were left out, by reason.
    several : int
        Texts of more sentences than those in the training, unless these were translated by themselves.
    flags : dict of str to int
        Number of translations with each flag: see `nlpkit.translation.Translation.flags`.
    translations : list of Translation, or None
        All translations, if no output was named.
    """

    texts: int
    tokens: int
    seconds: float
    unfinished: int
    left_out: dict[str, int]
    several: int = 0
    flags: dict[str, int] = field(default_factory=dict)
    translations: list[Translation] | None = None

    @property
    def skipped(self) -> int:
        """Number of texts and records that were left out."""
        return sum(self.left_out.values())


@spelled_out
def translate_files(
    inputs: StrPath | Iterable[StrPath] | GivenTexts,
    output: StrPath | None = None,
    *,
    model: StrPath | Translator,
    to: str | None = None,
    from_: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    prefix: str | None = None,
    prefix_file: StrPath | None = None,
    phrases: Iterable[str] = (),
    format: str | None = None,
    into: str | None = None,
    split_sentences: bool | None = None,
    guard: bool | None = None,
    glossary: StrPath | Glossary | None = None,
    device: str = "auto",
    precision: str = "auto",
    engine: str = "auto",
    threads: int | None = None,
    read_as: Reading = Reading(),
    progress: Progress | None = None,
    seen: Callable[[Translation], None] | None = None,
) -> TranslateReport:
    """Translate the texts of files.

    A long input is sorted by length and translated in windows of about a million characters.

    Parameters
    ----------
    inputs, read_as
        As in `nlpkit.jobs.embed_files`. A line break within a text becomes a space.
    output : path, optional
        File to write, ``-`` for standard output. Without one, and without ``seen``, the report holds the translations.
    model : path or Translator
    to : str, optional
        Code of the target language, for a model of several.
    from_ : str, optional
        Code of the language of the texts, by whose rules sentences are split; default: that of the model.
    parameters : mapping, optional
        Options of `nlpkit.translation.DecodingOptions`, by name.
    prefix : str, optional
        Words with which every translation has to begin.
    prefix_file : path, optional
        File with a prefix for each text instead, one a line; an empty line is none.
    phrases : iterable of str
        Words that have to stand in every translation.
    format : {"text", "jsonl", "csv", "tsv"}, optional
        Default: by the suffix of ``output``, else text. Text is a line for each text, or with ``n_best`` that number of
        lines ``index⇥score⇥text``, with score -inf for those not found. The others keep the columns or fields of
        tables and JSON, and add the translation; other texts become ``id``, ``text``, ``translation`` and ``score``.
        JSON Lines also have ``source``, the input's name, ``from``, ``to``, ``engine``, ``flags``, ``n_best`` and
        ``sentences``: where each stands in text and translation, with its score and flags.
    into : str, optional
        The column or field of the translation; default: ``translation``. If it exists already, it has to be empty.
    split_sentences, guard : bool, optional
        See `nlpkit.translation.Translator.translate`. Not with prefixes, ``phrases`` and ``n_best``.
    glossary : path or Glossary, optional
        Terms with their translations: see `nlpkit.translation.glossary.Glossary.read`.
    device, precision, engine : str
        As in `nlpkit.translation.Translator`; a model that is loaded already keeps its own.
    threads : int, optional
        CPU threads; default: as in `nlpkit.translation.Translator.translate`.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.
    seen : callable, optional
        Called with each translation.

    Returns
    -------
    TranslateReport

    Raises
    ------
    ArtifactError
        If the model cannot be read.
    InputError
        If an input cannot be read.
    OutputError
        If the output cannot be written.
    ParameterError
        If a parameter is unknown or wrong.
    """
    layout = TranslationFormat.of(output, format)
    check_count("threads", threads)
    options = decoding_options(parameters)
    layout.check(options.n_best, into)
    if layout.has_fields:
        read_as = replace(read_as, records=True)
    beginnings = PrefixLines(prefix, prefix_file, inputs, read_as)
    terms = open_glossary(glossary)
    demanded = list(phrases)
    if not all(phrase.strip() for phrase in demanded):
        raise ParameterError("a phrase is empty: expected words that have to stand in every translation")
    from nlpkit.translation.sentence_wise import longer_texts, splits_sentences

    is_split = splits_sentences(split_sentences, options, beginnings.of(0, []), [demanded] if demanded else None)
    is_lines = not isinstance(inputs, GivenTexts) and not layout.has_fields and read_as.per != "file"
    read_as = replace(read_as, keep_ends=is_split and is_lines)
    read: AnyTexts = inputs if isinstance(inputs, GivenTexts) else read_as.texts(inputs)
    kept: list[Translation] = []
    with read as texts:
        if output is not None and str(output) != "-":
            check_apart(output, texts)
            check_place(output, is_folder=False, force=False)
        beginnings.check(texts, output)
        translator = open_translator(model, device, precision, engine)

        count = tokens = unfinished = several = 0
        flags: Counter[str] = Counter()
        started = time.perf_counter()
        is_stream = getattr(texts, "total_bytes", 0) is None
        with TranslationWriter(output, layout, options.n_best, into, keep_ends=read_as.keep_ends) as writer:
            for block in texts.blocks(1 if is_stream else _WINDOW):  # a pipe is answered as it comes
                n = len(block.texts)
                records = block.kept.get(RECORD, [None] * n)
                writer.check(block.sources, block.texts, records)
                if not is_split:
                    several += longer_texts(block.texts, from_ or translator.languages[0], translator.sentences)
                translations = translator.stream(
                    block.texts,
                    options,
                    to=to,
                    from_=from_,
                    prefixes=beginnings.of(count, block.texts),
                    phrases=[demanded] * n if demanded else None,
                    split_sentences=split_sentences,
                    guard=guard,
                    glossary=terms,
                    threads=threads,
                )
                for source, record, translation in zip(block.sources, records, translations, strict=True):
                    best = translation.n_best[0]
                    flags.update(flag.partition(":")[0] for flag in translation.flags)
                    known = {"source": source, "from": from_ or translator.languages[0]}
                    known |= {"to": to or translator.languages[1], "engine": translator.engine}
                    writer.write(count, translation, record, known=known)
                    if seen is not None:
                        seen(translation)
                    elif output is None:
                        kept.append(translation)
                    count, tokens, unfinished = count + 1, tokens + len(best.tokens), unfinished + (not best.finished)
                    if progress is not None:
                        progress(TRANSLATING, count, None)
                writer.flush()
        return TranslateReport(
            texts=count,
            tokens=tokens,
            seconds=time.perf_counter() - started,
            unfinished=unfinished,
            left_out=dict(getattr(texts, "left_out", {})),
            several=several,
            flags=dict(flags),
            translations=kept if output is None and seen is None else None,
        )


def translate_texts(
    texts: Iterable[str],
    output: StrPath | None = None,
    *,
    model: StrPath | Translator,
    to: str | None = None,
    from_: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    prefix: str | None = None,
    prefix_file: StrPath | None = None,
    phrases: Iterable[str] = (),
    format: str | None = None,
    into: str | None = None,
    split_sentences: bool | None = None,
    guard: bool | None = None,
    glossary: StrPath | Glossary | None = None,
    device: str = "auto",
    precision: str = "auto",
    engine: str = "auto",
    threads: int | None = None,
    progress: Progress | None = None,
    seen: Callable[[Translation], None] | None = None,
) -> TranslateReport:
    """Translate texts that are in memory already; parameters, result and errors are those of `translate_files`."""
    return translate_files(
        GivenTexts(texts),
        output,
        model=model,
        to=to,
        from_=from_,
        parameters=parameters,
        prefix=prefix,
        prefix_file=prefix_file,
        phrases=phrases,
        format=format,
        into=into,
        split_sentences=split_sentences,
        guard=guard,
        glossary=glossary,
        device=device,
        precision=precision,
        engine=engine,
        threads=threads,
        progress=progress,
        seen=seen,
    )
