"""Alignment of the words of a translation with those of its source, by attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .translations import Translation
    from .translator import Translator


def word_links(translator: Translator, translation: Translation, *, to: str | None = None) -> list[int]:
    """Return for each word of a translation the word of its source that it looks at most.

    Parameters
    ----------
    translator : Translator
    translation : Translation
        Its best candidate is aligned.
    to : str, optional
        The target language that it was translated into, for a model of several.

    Returns
    -------
    list of int
        For each word of ``translation.text.split()`` a word of ``translation.source.split()``; -1 for none, and for all
        if the model has no attention.
    """
    words = translation.text.split()
    if not words or getattr(translator.options, "attention", "") == "none":
        return [-1] * len(words)
    attention = translator.word_attention(translation)
    marks, source = translator.marks, translator.text_form(translation.source)
    _, parts = marks.put(source, marks.target(to, translator.languages[1]))
    sides = [[marks.restored(word, parts) for word in side] for side in (attention.source, attention.target)]
    skipped = int(bool(marks.targets))  # the tag
    return links_of(attention.weights[:, skipped:], sides[0][skipped:], sides[1], source, translation.text)


def links_of(
    weights: np.ndarray, source_parts: Sequence[str], target_parts: Sequence[str], source: str, target: str
) -> list[int]:
    """Return for each word between spaces of a target the word of the source that it looks at most; -1 for none.

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
    """
    sums = np.zeros((len(target.split()) + 1, len(source.split()) + 1))
    columns = _owners(source_parts, source)
    for owner, row in zip(_owners(target_parts, target), weights, strict=True):
        np.add.at(sums[owner], columns, row)
    sums = sums[:-1, :-1]
    if not sums.size:
        return [-1] * len(sums)
    return np.where(sums.max(1) > 0, sums.argmax(1), -1).tolist()


def _owners(parts: Sequence[str], text: str) -> list[int]:
    """Return the word in which each part begins; the number of words for a part beyond the text."""
    words = text.split()
    of_character = [number for number, word in enumerate(words) for _ in word]
    owners, place = [], 0
    for part in parts:
        owners.append(of_character[place] if place < len(of_character) else len(words))
        place += len("".join(part.split()))
    return owners
