"""Comparison of language codes."""

from __future__ import annotations

from collections.abc import Iterable


def same_language(one: str, other: str) -> bool:
    """Whether two codes mean the same language: they are equal, or only one has a region or script.

    Examples
    --------
    >>> same_language("en", "en-US"), same_language("EN_us", "en-US"), same_language("en-GB", "en-US")
    (True, True, False)
    """
    a, b = _subtags(one), _subtags(other)
    n = min(len(a), len(b))
    return a[:n] == b[:n]


def nearest_language(wanted: str, found: Iterable[str]) -> str | None:
    """Return the code in ``found`` equal to ``wanted``, else the first of the same language, else None.

    Examples
    --------
    >>> nearest_language("pt", ["en", "pt-BR", "pt"]), nearest_language("pt-PT", ["en", "pt-BR"])
    ('pt', None)
    """
    near = [code for code in found if same_language(wanted, code)]
    return next((code for code in near if _subtags(code) == _subtags(wanted)), near[0] if near else None)


def _subtags(code: str) -> list[str]:
    return code.strip().casefold().replace("_", "-").split("-")
