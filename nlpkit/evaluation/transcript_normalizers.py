"""Normalisers of transcripts: what counts as the same text when a transcript is compared with its reference."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from nlpkit.errors import ParameterError

_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ＇", "'"))


def as_it_is(text: str) -> str:
    """Return the words of a text with one space between them; nothing else is changed."""
    return " ".join(text.split())


def lower(text: str) -> str:
    """Return the words of a text in lower case and without punctuation.

    Letters, their marks, digits, and apostrophes inside words remain; every other character is a space. Typographic
    apostrophes become plain ones, and composed characters are equal to decomposed ones. Digits are not spelled out.

    Examples
    --------
    >>> lower("Well-known: “It’s NINE o'clock!”")
    "well known it's nine o'clock"
    """
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).translate(_APOSTROPHES)
    kept = "".join(each if each == "'" or unicodedata.category(each)[0] in "LMN" else " " for each in small)
    return " ".join(word for each in kept.split() if (word := each.strip("'")))


NORMALIZERS: dict[str, Callable[[str], str]] = {"none": as_it_is, "lower": lower}
"""The normalisers by name."""


def normalizer(name: str) -> Callable[[str], str]:
    """Return the normaliser called ``name``.

    Raises
    ------
    ParameterError
        If there is none of that name.
    """
    if name not in NORMALIZERS:
        raise ParameterError(f"normalizer is {name!r}: expected one of {', '.join(NORMALIZERS)}")
    return NORMALIZERS[name]
