"""Normalisation: Unicode forms, lower case, accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from nlpkit.errors import ParameterError

Transform = Callable[[str], str]

FORMS: dict[str, Transform] = {
    "NFC": partial(unicodedata.normalize, "NFC"),
    "NFKC": partial(unicodedata.normalize, "NFKC"),
}


def unicode_form(name: str | None) -> Transform | None:
    """Return the function that normalises a text to the Unicode form ``name``: None, "NFC" or "NFKC".

    Examples
    --------
    >>> unicode_form("NFKC")("ﬁle ①")
    'file 1'
    """
    if name is None:
        return None
    if name not in FORMS:
        raise ParameterError(f"normalize is {name!r}: choose None, 'NFC' or 'NFKC'")
    return FORMS[name]


def strip_accents_ascii(text: str) -> str:
    """Decompose (NFKD) and drop non-ASCII characters, like scikit-learn's function of the same name."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def strip_accents_unicode(text: str) -> str:
    """Decompose (NFKD) and drop combining marks, like scikit-learn's function of the same name."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


ACCENTS: dict[str, Transform] = {"ascii": strip_accents_ascii, "unicode": strip_accents_unicode}


@dataclass(frozen=True)
class Chain:
    """Functions applied in order; unlike a closure it can be pickled."""

    steps: tuple[Transform, ...]

    def __call__(self, text: str) -> str:
        for step in self.steps:
            text = step(text)
        return text


def chain(*transforms: Transform | None) -> Transform | None:
    """Return a function that applies the given ones in order; None if all are None."""
    steps = tuple(transform for transform in transforms if transform is not None)
    if len(steps) < 2:
        return steps[0] if steps else None
    return Chain(steps)
