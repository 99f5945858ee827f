"""Alignment of the words of a translation with those of its source, by attention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .translations import Translation

_NAME = re.compile(r"\w+")


def word_links(translator: Any, translation: Translation) -> list[int]:
    """Return for each word of a translation the word of its source that it looks at most.

    Parameters
    ----------
    translator : Translator
    translation : Translation
        Its best candidate is aligned.

    Returns
    -------
    list of int
        For each word of ``translation.text.split()`` a word of ``translation.source.split()``; -1 for none, and for all
        if the model has no attention.
    """
    words = translation.text.split()
    if translation.links:
        return [*translation.links, *[-1] * (len(words) - len(translation.links))]
    if not words or getattr(translator.options, "attention", "") == "none":
        return [-1] * len(words)
    attention = translator.word_attention(translation)
    source = translator.text_form(translation.source)
    return links_of(attention.weights, attention.source, attention.target, source, translation.text)


def links_of(
    weights: np.ndarray, source_parts: Sequence[str], target_parts: Sequence[str], source: str, target: str
) -> list[int]:
    """Return for each word between spaces of a target the word of the source that it looks at most; -1 for none.

    Names and numbers that stand once on both sides belong together, and no other word is linked with them.

    Parameters
    ----------
    weights : float array (target parts, source parts)
        Attention between the parts of which the words consist.
    source_parts, target_parts : sequence of str
    source, target : str
        The texts: their characters but for white space are those of the parts.

    Examples
    --------
    >>> weights = np.array([[0.9, 0.1, 0.0], [0.0, 0.4, 0.6]])
    >>> links_of(weights, ["two", "big", "dogs"], ["zwei", "Hunde"], "two big dogs", "zwei Hunde")
    [0, 2]
    >>> links_of(np.array([[0.4, 0.6], [0.3, 0.7]]), ["know", "Tom"], ["que", "Tom"], "know Tom", "que Tom")
    [0, 1]
    """
    sums = np.zeros((len(target.split()) + 1, len(source.split()) + 1))
    columns = _owners(source_parts, source)
    for owner, row in zip(_owners(target_parts, target), weights, strict=True):
        np.add.at(sums[owner], columns, row)
    sums = sums[:-1, :-1]
    if not sums.size:
        return [-1] * len(sums)
    names = list(_same_words(target, source))
    sums[:, [other for _, other in names]] = 0
    links: list[int] = np.where(sums.max(1) > 0, sums.argmax(1), -1).tolist()
    for word, other in names:
        links[word] = other
    return links


def _same_words(target: str, source: str) -> Iterator[tuple[int, int]]:
    """Yield the places of words of a target and a source that share a name or number, which stands once in each."""
    ours, theirs = _places_of_names(target), _places_of_names(source)
    for name, places in ours.items():
        others = theirs.get(name, [])
        if len(places) == len(others) == 1:
            yield places[0], others[0]


def _places_of_names(text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, word in enumerate(text.split()):
        for name in _NAME.findall(word):
            if name[0].isupper() or name[0].isdigit():
                found.setdefault(name, []).append(place)
    return found


def _owners(parts: Sequence[str], text: str) -> list[int]:
    """Return the word in which each part begins; the number of words for a part beyond the text."""
    words = text.split()
    of_character = [number for number, word in enumerate(words) for _ in word]
    owners, place = [], 0
    for part in parts:
        owners.append(of_character[place] if place < len(of_character) else len(words))
        place += len("".join(part.split()))
    return owners
