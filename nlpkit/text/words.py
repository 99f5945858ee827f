r"""The word of nlpkit: letters, digits and ``_`` of any script, with the marks that belong to them.

A word begins with a word character (``\w``). Further word characters, combining marks (Unicode's categories Mn and Mc)
and, between two of these, zero-width joiners and non-joiners follow. A word needs two characters: joiners, variation
selectors, and marks whose canonical combining class is not 0, such as accents and the vowel points of Arabic and
Hebrew, do not count. So "é" is no word, whether it is written as one code point or as two. Vowel signs, such as those
of Devanagari and Tamil, have the class 0 and count.

In a text without marks and joiners, words are those of the pattern ``\w\w+``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby

WORD_PATTERN = r"(?u)\b\w\w+\b"
"""scikit-learn's word, which is also that of version 1 of nlpkit's models."""

JOINERS = "\u200c\u200d"

_VARIATION_SELECTORS = {*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
_WITH_MARKS = (range(0x300, 0x20000), range(0xE0000, 0xE1000))
"""Code points beyond which no version of Unicode has marks; planes 2 and 3 are for ideographs."""

_NO_ASCII = r"(?=[^\x00-\x7f])"
"""Only what is not ASCII can continue a word after a run of word characters: a quick look ahead."""

_plain_words = re.compile(r"\w\w+").findall


@cache
def marks() -> tuple[frozenset[int], frozenset[int]]:
    """Return the code points of the marks that count as characters of a word, and of those that do not."""
    every = {code for codes in _WITH_MARKS for code in codes if unicodedata.category(chr(code)) in ("Mn", "Mc")}
    silent = {code for code in every if unicodedata.combining(chr(code))} | every & _VARIATION_SELECTORS
    return frozenset(every - silent), frozenset(silent)


def words(text: str) -> list[str]:
    """Return the words of a text.

    Examples
    --------
    >>> words("हिन्दी में, a naïve café")
    ['हिन्दी', 'में', 'naïve', 'café']
    """
    return _plain_words(text) if text.isascii() else _words()(text)


def word_punct(text: str) -> list[str]:
    """Return the words of a text, also those of one character, and runs of other characters except white space.

    Examples
    --------
    >>> word_punct("a हिन्दी!?")
    ['a', 'हिन्दी', '!?']
    """
    return _word_punct()(text)


def class_of(codes: Iterable[int]) -> str:
    """Return code points as the inside of a character class of a regular expression."""
    runs = (list(run) for _, run in groupby(enumerate(sorted(codes)), lambda pair: pair[1] - pair[0]))
    return "".join(f"{chr(run[0][1])}-{chr(run[-1][1])}" for run in runs)


def pattern(barrier: str = "") -> str:
    """Return the pattern of a word.

    Parameters
    ----------
    barrier : str
        A pattern, of no width, that stands before every character of the word, such as ``(?![ab])``.
    """
    counting, silent = map(class_of, marks())
    word = rf"(?:{barrier}\w)" if barrier else r"\w"
    # Marks that don't count, until a character does.
    second = rf"(?:[{JOINERS}]*{barrier}[{silent}])*[{JOINERS}]*{barrier}[\w{counting}]"
    rest = tail(barrier)
    return rf"{word}{word}+{rest}|{word}{_NO_ASCII}{second}{word}*{rest}"


def tail(barrier: str = "") -> str:
    """Return the pattern of what may follow in a word after a run of word characters: marks, and such runs again."""
    counting, silent = map(class_of, marks())
    word = rf"(?:{barrier}\w)" if barrier else r"\w"
    return rf"(?:{_NO_ASCII}[{JOINERS}]*{barrier}[\w{counting}{silent}]{word}*)*"


@cache
def _words() -> Callable[[str], list[str]]:
    return re.compile(pattern()).findall


@cache
def _word_punct() -> Callable[[str], list[str]]:
    return re.compile(rf"\w+{tail()}|[^\w\s]+").findall
