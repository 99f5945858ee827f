"""Rare names: those that a translation lacks are copied from its source, where that makes it more probable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from nlpkit.text.protected_spans import found_outside

from .translations import Translation

PIECES = 3
"""The least number of sub-words of a rare word, as it stands and in small letters."""
_TOGETHER = 512  # texts that are translated again at once
_LEAST_WORDS = 3  # of a text: one of fewer would be copied as a whole
_WORD = re.compile(r"(?<![\w-])[^\W\d_a-z]\w+(?![\w-])")
_CAPITAL_NOUNS = ("de", "lb")


def copied_names(
    found: Iterable[Translation],
    again: Callable[[list[str], list[tuple[str, ...]]], Iterator[Translation]],
    count_pieces: Callable[[Sequence[str]], Sequence[int]],
    language: str | None,
) -> Iterator[Translation]:
    """Yield the translations, with rare names as in their sources where these have the better score.

    A name is a capitalised word without a hyphen; in languages that capitalise all nouns, and in one
    that isn't known, none is looked for.

    Parameters
    ----------
    found : iterable of Translation
    again : callable
        Translates texts with names that are copied.
    count_pieces : callable
        Returns the number of sub-words of each word.
    language : str, optional
        Code of the sources.
    """
    waiting = iter(found)
    while block := list(islice(waiting, _TOGETHER)):
        if language and re.split("[-_]", language)[0].lower() not in _CAPITAL_NOUNS:
            names = {row: own for row, each in enumerate(block) if (own := _lost(each, count_pieces))}
            texts = [block[row].source for row in names]
            for row, other in zip(names, again(texts, list(names.values())) if names else (), strict=True):
                if other.n_best[0].finished and other.score > block[row].score:
                    block[row] = other
        yield from block


def _lost(translation: Translation, count_pieces: Callable[[Sequence[str]], Sequence[int]]) -> tuple[str, ...]:
    """Return the rare names of a source that its translation lacks."""
    source, target = translation.source, translation.text
    words = {found[0]: None for found in found_outside(_WORD, source) if found[0] not in target}
    names = [word for word in words if word[0].isupper()]
    if not names or source.isupper() or len(source.split()) < _LEAST_WORDS:
        return ()
    counts = count_pieces([*names, *map(str.lower, names)])
    least = map(min, counts[: len(names)], counts[len(names) :])
    return tuple(name for name, n in zip(names, least, strict=True) if n >= PIECES)
