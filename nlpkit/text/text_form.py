"""TextForm: the Unicode form of the texts that a translation model reads, and how other texts are brought to it.

The same letter can be written in several ways: ``é`` as one character (NFC), or as ``e`` and a combining accent (NFD,
as in texts from macOS and from PDF). A model knows the one that it was trained with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from nlpkit.errors import ParameterError

_NORMALIZE: dict[str, Callable[[str], str]] = {
    "NFC": partial(unicodedata.normalize, "NFC"),
    "NFD": partial(unicodedata.normalize, "NFD"),
    "NFKC": partial(unicodedata.normalize, "NFKC"),
}
TEXT_FORMS = tuple(_NORMALIZE)

_NO_BREAK_SPACE = "\u00a0"
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"  # soft hyphen, zero-width space, word joiner, byte order mark
_CLEANING = str.maketrans(dict.fromkeys(_INVISIBLE, "") | {_NO_BREAK_SPACE: " "})
_TO_CLEAN = re.compile(f"[{_INVISIBLE}{_NO_BREAK_SPACE}]")


@dataclass(frozen=True)
class TextForm:
    """A function that brings a text to one form.

    Parameters
    ----------
    name : {"NFC", "NFD", "NFKC", None}
        The Unicode form. None leaves texts as they are, and cleans nothing.
    cleans : bool, default=True
        Remove soft hyphens, zero-width spaces, word joiners and byte order marks, and replace no-break spaces by
        spaces. Joiners within words (U+200C, U+200D) stay.

    Raises
    ------
    ParameterError
        If the name is unknown.

    Examples
    --------
    >>> TextForm("NFC")("e\\u0301co\\u00adle\\u200b\\u00a0!")
    'école !'
    >>> TextForm("NFC", cleans=False)("co\\u00adle") == "co\\u00adle"
    True
    """

    name: str | None = "NFC"
    cleans: bool = True

    def __post_init__(self) -> None:
        if self.name is not None and self.name not in TEXT_FORMS:
            raise ParameterError(f"normalize is {self.name!r}: choose {', '.join(TEXT_FORMS)} or None")

    def __call__(self, text: str) -> str:
        if self.name is None or text.isascii():
            return text
        if self.cleans and _TO_CLEAN.search(text):
            text = text.translate(_CLEANING)
        return _NORMALIZE[self.name](text)


def form_of_texts(texts: Iterable[str]) -> str:
    """Return ``"NFD"`` if most texts that NFC and NFD write differently are in NFD, else ``"NFC"``.

    Examples
    --------
    >>> form_of_texts(["a", "b\\u00e9", "c"]), form_of_texts(["a", "be\\u0301", "c"])
    ('NFC', 'NFD')
    """
    composed = decomposed = 0
    for text in texts:
        if text.isascii():
            continue
        is_composed = unicodedata.is_normalized("NFC", text)
        is_decomposed = unicodedata.is_normalized("NFD", text)
        composed += is_composed and not is_decomposed
        decomposed += is_decomposed and not is_composed
    return "NFD" if decomposed > composed else "NFC"


def form_of_pieces(pieces: Iterable[str]) -> str | None:
    """Return the form of the texts that a vocabulary was learnt from.

    ``"NFD"`` if it has combining characters and none that could be decomposed. Otherwise ``"NFC"``, or None if NFC
    would write more than a tenth of its accented pieces with characters that it lacks, as in Vietnamese with separate
    tone marks.

    Examples
    --------
    >>> form_of_pieces(["e", "\\u00e9"]), form_of_pieces(["e", "\\u0301"]), form_of_pieces(["\\u00ea\\u0301"])
    ('NFC', 'NFD', None)
    """
    listed = [piece for piece in pieces if not piece.isascii()]
    characters = frozenset("".join(listed))
    is_decomposed = any(unicodedata.combining(c) or "\u1161" <= c <= "\u11c2" for c in characters)
    accented = [piece for piece in listed if piece != unicodedata.normalize("NFD", piece) or _has_marks(piece)]
    if is_decomposed and all(unicodedata.is_normalized("NFD", piece) for piece in listed):
        return "NFD"
    lost = [piece for piece in accented if _has_marks(piece) and _composed(piece) - characters]
    return "NFC" if 10 * len(lost) <= len(accented) else None


def _has_marks(piece: str) -> bool:
    return any(map(unicodedata.combining, piece))


def _composed(piece: str) -> set[str]:
    return {character for character in unicodedata.normalize("NFC", piece) if not character.isascii()}
