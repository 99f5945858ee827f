"""Marks: sub-words that name the target language, or stand for a part of a text that is not translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlpkit.errors import ParameterError
from nlpkit.text.protected_spans import found_outside, protected_spans

_TAG = re.compile(r"\u2581?⟦([a-zA-Z][\w-]*)⟧")
_PLACEHOLDER = re.compile(r"⟦(\d+)⟧")


@dataclass(frozen=True, kw_only=True)
class Marks:
    """The marks that a model knows, which are sub-words of its vocabulary.

    Attributes
    ----------
    targets : tuple of str
        Codes of the languages into which it translates: a source that begins with the sub-word ⟦fr⟧ asks for French.
        Empty for a model of one direction.
    placeholders : tuple of str
        Sub-words that stand for protected parts: ⟦0⟧, ⟦1⟧, ….

    Examples
    --------
    >>> marks = Marks.of(["▁⟦fr⟧", "⟦0⟧", "⟦1⟧", "▁a"])
    >>> text, parts = marks.put("Run `ls` in {folder}.", "fr")
    >>> text, parts
    ('⟦fr⟧ Run ⟦0⟧ in ⟦1⟧.', ('`ls`', '{folder}'))
    >>> marks.restored("Dans ⟦1⟧, exécutez ⟦0⟧.", parts)
    'Dans {folder}, exécutez `ls`.'
    """

    targets: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()

    @classmethod
    def of(cls, vocabulary: Iterable[str]) -> Marks:
        """Return the marks among the pieces of a vocabulary."""
        pieces = [piece for piece in vocabulary if piece.endswith("⟧")]
        tags = sorted(found[1] for piece in pieces if (found := _TAG.fullmatch(piece)))
        numbers = sorted(int(found[1]) for piece in pieces if (found := _PLACEHOLDER.fullmatch(piece)))
        return cls(targets=tuple(tags), placeholders=tuple(f"⟦{number}⟧" for number in numbers))

    def target(self, code: str | None, only: str | None = None, from_: str | None = None) -> str | None:
        """Return the language among `targets` that a code names, such as fr for "fr" and "fr-CA".

        Parameters
        ----------
        code : str, optional
            Code of the target language.
        only : str, optional
            The target language of a model of one direction, if it is known.
        from_ : str, optional
            Not used: see `nlpkit.translation.pretrained.directions.Directions.target`.

        Raises
        ------
        ParameterError
            If the model does not translate into this language, or has to be told one.
        """
        choices = self.targets or ((only,) if only else ())
        if code is not None and not choices:
            raise ParameterError(
                f"to is {code!r}, and the model has one target language, which it doesn't name: leave it out"
            )
        found = next((each for each in choices if code and _same_language(each, code)), None)
        if choices and found is None and (code is not None or self.targets):
            what = "name one of these with --to" if code is None else f"to is {code!r}: expected one of these"
            raise ParameterError(f"the model translates into {', '.join(choices)}; {what}")
        return found if self.targets else None

    def put(self, text: str, target: str | None, names: Sequence[str] = ()) -> tuple[str, tuple[str, ...]]:
        """Return a text with its tag, and with placeholders for its protected parts and ``names``; and these parts.

        Parts beyond the last placeholder stay in the text. A text of white space alone has no tag.
        """
        if not text or text.isspace():
            return "", ()
        spans = _spans(text, names) if self.placeholders else []
        parts: list[str] = []
        pieces = [f"⟦{target}⟧ "] if self.targets else []
        place = 0
        for (begin, end), mark in zip(spans, self.placeholders, strict=False):
            parts.append(text[begin:end])
            pieces += [text[place:begin], mark]
            place = end
        return "".join([*pieces, text[place:]]), tuple(parts)

    def restored(self, text: str, parts: Sequence[str]) -> str:
        """Return a translation with its protected parts in the place of their marks."""
        if not parts:
            return text
        known = dict(zip(self.placeholders, parts, strict=False))
        return _PLACEHOLDER.sub(lambda found: known.get(found[0], ""), text)


def is_tag(word: str) -> bool:
    """Whether a word names a target language: ⟦fr⟧."""
    return bool(_TAG.fullmatch(word))


def _spans(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Return the protected parts of a text, and the words that are ``names``, in order."""
    if not names:
        return protected_spans(text)
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
    return sorted([*protected_spans(text), *(found.span() for found in found_outside(words, text))])


def _same_language(one: str, other: str) -> bool:
    return re.split("[-_]", one)[0].lower() == re.split("[-_]", other)[0].lower()
