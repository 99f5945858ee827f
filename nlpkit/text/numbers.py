"""Numbers of a text, in digits and in words."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

NUMBER = re.compile(
    r"\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,'\u2019]\d+)*"  # groups of three, or none
)
_NOT_DIGITS = re.compile(r"\D")
_HYPHENS = re.compile(r"[-\u2010\u2011\s]+")
_LARGEST = 1_000_000  # of a number in words


def numbers_of(text: str) -> Counter[str]:
    """Count the numbers of a text by their digits alone, whatever separates them.

    Examples
    --------
    >>> sorted(numbers_of("1,000.50 or 1.000,50 or 1 000,50, on page 7 at 3:15"))
    ['100050', '15', '3', '7']
    """
    return Counter(str_of_digits(found[0]) for found in NUMBER.finditer(text))


def str_of_digits(number: str) -> str:
    """Return the digits of a number as ASCII: ``١٢`` is 12."""
    return "".join(str(int(digit)) for digit in _NOT_DIGITS.sub("", number))


def has_in_words(text: str, digits: str, language: str | None) -> bool:
    """Whether a text has a number in words, cardinal or ordinal, as far as they are known for its language.

    Examples
    --------
    >>> has_in_words("Twenty-one dogs", "21", "en"), has_in_words("im dritten Jahr", "3", "de")
    (True, True)
    >>> has_in_words("two dogs", "3", "en"), has_in_words("two dogs", "2", None)
    (False, False)
    """
    if language is None or not digits or int(digits) > _LARGEST:
        return False
    plain = _HYPHENS.sub(" ", text.casefold())
    return any(name in plain for name in _names(int(digits), re.split("[-_]", language)[0].lower()))


@cache
def _names(number: int, language: str) -> tuple[str, ...]:
    """Return how a number is written in words, without the ends that inflection changes."""
    from num2words import num2words

    names = []
    for kind in ("cardinal", "ordinal"):
        try:
            name = num2words(number, lang=language, to=kind)
        except (NotImplementedError, OverflowError, ValueError, TypeError, IndexError, KeyError):
            continue
        name = _HYPHENS.sub(" ", str(name).casefold()).strip()
        names.append(name[:-1] if kind == "ordinal" and len(name) > 4 else name)
    return tuple(name for name in names if len(name) > 1)
