"""Checks of the texts that a `Translator` is given, and of what is required of their translations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nlpkit.errors import ParameterError


def checked_texts(
    texts: Iterable[str], prefixes: Sequence[str] | None, phrases: Sequence[Sequence[str]] | None
) -> list[str]:
    """Return the texts as a list.

    Raises
    ------
    ParameterError
        If something is no text, or there are other numbers of prefixes or phrases than of texts.
    """
    if isinstance(texts, str | bytes):
        raise ParameterError("texts is one text; expected a list of them: put it in brackets")
    listed = list(texts)
    for number, text in enumerate(listed):
        if not isinstance(text, str):
            raise ParameterError(f"text {number} is a {type(text).__name__}: expected str")
    for name, given in (("prefixes", prefixes), ("phrases", phrases)):
        if given is not None and len(given) != len(listed):
            raise ParameterError(f"{name} has {len(given)} entries: expected one for each of the {len(listed)} texts")
    if phrases is not None and any(isinstance(own, str) for own in phrases):
        raise ParameterError("phrases has a text where a list of them is expected: put each text's in brackets")
    return listed
