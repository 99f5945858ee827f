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


def matching_languages(wanted: str, found: Iterable[str]) -> list[str]:
    """Return all codes in ``found`` of the language ``wanted``; if it has a region and is among them, itself alone.

    Examples
    --------
    >>> matching_languages("en", ["en-US", "de", "en-GB"]), matching_languages("en-US", ["en", "en-US", "en-GB"])
    (['en-US', 'en-GB'], ['en-US'])
    """
    near = [code for code in found if same_language(wanted, code)]
    exact = [code for code in near if _subtags(code) == _subtags(wanted)]
    return exact if exact and len(_subtags(wanted)) > 1 else near


def _subtags(code: str) -> list[str]:
    return code.strip().casefold().replace("_", "-").split("-")
