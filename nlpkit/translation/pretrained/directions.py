"""Directions: the languages between which a pretrained model translates, in the place of `Marks`.

A source begins with the tag of its two languages, as ⟦eng_Latn>fra_Latn⟧, which the sub-words of such a model turn into
the tokens or the words that the model reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nlpkit.errors import ParameterError

from .iso_codes import own_code

_TAG = re.compile(r"⟦([^⟧>]*)>([^⟧>]*)⟧ ")
_COMMON = ("en", "fr", "de", "es", "zh", "ar", "ru", "pt")
_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class Directions:
    """The languages of a model, by its own codes.

    Attributes
    ----------
    targets : tuple of str
        Languages into which it translates.
    sources : tuple of str
        Languages from which it translates; empty if it has not to be given the language of a text.

    Examples
    --------
    >>> directions = Directions(targets=("eng_Latn", "fra_Latn"), sources=("eng_Latn", "fra_Latn"))
    >>> direction = directions.target("fr", from_="en")
    >>> directions.put("Good day.", direction)
    ('⟦eng_Latn>fra_Latn⟧ Good day.', ())
    """

    targets: tuple[str, ...]
    sources: tuple[str, ...] = ()
    placeholders: ClassVar[tuple[str, ...]] = ()

    def target(self, code: str | None, only: str | None = None, from_: str | None = None) -> str:
        """Return both languages as the model's own codes, such as ``eng_Latn>fra_Latn``.

        Parameters
        ----------
        code : str, optional
            Code of the target language, or what this function returned.
        only : str, optional
            Not used: see `nlpkit.translation.marks.Marks.target`.
        from_ : str, optional
            Code of the language of the texts.

        Raises
        ------
        ParameterError
            If the model lacks one of the languages, or has to be given one.
        """
        if code is not None and ">" in code.strip("<>"):
            return code
        into = _found(code, self.targets, "to", "translates into")
        return f"{_found(from_, self.sources, 'from_', 'reads') if self.sources else ''}>{into}"

    def put(self, text: str, target: str, names: Sequence[str] = ()) -> tuple[str, tuple[str, ...]]:
        """Return a text with the tag of its languages, and no marked parts; white space alone becomes empty."""
        return ("" if not text or text.isspace() else f"⟦{target}⟧ {text}"), ()

    def restored(self, text: str, parts: Sequence[str]) -> str:
        """Return the text: there are no protected parts."""
        return text


def _found(code: str | None, known: tuple[str, ...], name: str, does: str) -> str:
    found = None if code is None else own_code(code, known)
    if found is not None:
        return found
    shown = ", ".join(known)
    if len(known) > _SHOWN:
        common = dict.fromkeys(own_code(each, known) for each in _COMMON)
        some = [each for each in common if each is not None] or list(known)
        shown = f"{len(known)} languages, such as {', '.join(some[:_SHOWN])}"
    option = f"--{name.strip('_')}"
    what = f"name one: {name} ({option})" if code is None else f"{name} is {code!r}: expected one of these"
    raise ParameterError(f"the model {does} {shown}; {what}")


def untagged(text: str) -> tuple[str, str, str]:
    """Return the source language, the target language and the text without its tag; empty where there is none.

    Examples
    --------
    >>> untagged("⟦eng_Latn>fra_Latn⟧ Good day."), untagged("Good day.")
    (('eng_Latn', 'fra_Latn', 'Good day.'), ('', '', 'Good day.'))
    """
    found = _TAG.match(text)
    return ("", "", text) if found is None else (found[1], found[2], text[found.end() :])
