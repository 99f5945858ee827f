"""Properties of each code point in the running interpreter, as tables for the compiled kernels."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from nlpkit.text.words import JOINERS, marks

_COUNT = 0x110000


@cache
def _every_character() -> str:
    return "".join(map(chr, range(_COUNT)))


def _flags(pattern: str) -> np.ndarray:
    table = np.zeros(_COUNT, np.uint8)
    for run in re.finditer(pattern, _every_character()):
        table[run.start() : run.end()] = 1
    return table


@cache
def word_characters() -> np.ndarray:
    r"""1 for each code point that ``\w`` matches: shape (0x110000,), uint8."""
    return _flags(r"\w+")


@cache
def word_parts() -> np.ndarray:
    """What each code point is in a word of `nlpkit.text.words`: shape (0x110000,), uint8.

    1 for word characters, 2 for marks that count as characters, 3 for those that don't, 4 for joiners, 0 for the rest.
    """
    table = word_characters().copy()
    counting, silent = marks()
    for codes, kind in (counting, 2), (silent, 3), (map(ord, JOINERS), 4):
        table[list(codes)] = kind
    return table


@cache
def space_characters() -> np.ndarray:
    r"""1 for each code point that ``\s`` matches and ``str.split`` splits at: shape (0x110000,), uint8."""
    return _flags(r"\s+")


@cache
def lower_case() -> np.ndarray:
    """The lower case of each code point: shape (0x110000,), int32.

    Two capitals have no single lower case and map to themselves: ``İ`` becomes two code points, and ``Σ`` depends on
    its neighbours. Texts with either need ``str.lower`` (see `needs_str_lower`).
    """
    one_to_one = _every_character().replace("İ", "i").replace("Σ", "i").lower()
    table = np.frombuffer(one_to_one.encode("utf-32-le", "surrogatepass"), np.int32).copy()
    table[[ord("İ"), ord("Σ")]] = ord("İ"), ord("Σ")
    return table


@cache
def same_case() -> np.ndarray:
    """Each code point itself: shape (0x110000,), int32."""
    return np.arange(_COUNT, dtype=np.int32)


def needs_str_lower(text: str) -> bool:
    """Whether lower-casing ``text`` needs more than one code point at a time."""
    return "Σ" in text or "İ" in text
