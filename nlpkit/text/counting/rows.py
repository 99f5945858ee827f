"""Counts as rows, and batches of texts; shared by both counters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np

SMALL = 300_000
"""Maximum number of characters, of a corpus or of a model's terms, for counting in plain Python. Loading the compiled
code takes as long as counting that much."""


BATCH = 1 << 19
"""Number of characters per batch."""


@dataclass(kw_only=True)
class Rows:
    """Counts of some texts: text d has the pairs ``ends[d - 1]`` to ``ends[d]``.

    Attributes
    ----------
    terms, counts : (n_pairs,) int32
        Term numbers and their counts.
    ends : (n_texts,) int64
        Cumulative number of pairs.
    lengths : (n_texts,) int64
        Number of terms in each text, including unknown ones.
    """

    terms: np.ndarray
    counts: np.ndarray
    ends: np.ndarray
    lengths: np.ndarray


def spread(frequency: np.ndarray, numbers: np.ndarray, n_terms: int) -> np.ndarray:
    """Scatter ``frequency`` (n, 2) to the rows ``numbers`` of (n_terms, 2); the number -1 is dropped."""
    moved = np.zeros((n_terms, 2), np.int64)
    known = numbers >= 0
    moved[numbers[known]] = frequency[known]
    return moved


def batches(texts: Iterator[Any], size: int, *, sized: bool = True) -> Iterator[list[Any]]:
    """Yield lists of texts from a stream; lists of 1,000 if not ``sized``.

    A list ends with the text that exceeds ``size`` characters; each text counts one more. Texts are drawn a few at a
    time, fewer if they are long, and measured together; only those at the end of a list are measured one by one.
    """
    if not sized:
        while batch := list(islice(texts, 1000)):
            yield batch
        return
    batch, room, n = [], size, 1
    while drawn := list(islice(texts, n)):
        total = len(drawn) + sum(map(len, drawn))
        n = max(1, min(256, 2 * n, n * size // (8 * total)))
        if total <= room:
            batch += drawn
            room -= total
            continue
        for text in drawn:
            batch.append(text)
            room -= 1 + len(text)
            if room < 0:
                yield batch
                batch, room = [], size
    if batch:
        yield batch


def take(texts: Iterator[Any], size: int) -> tuple[bool, Iterator[Any]]:
    """Return whether a stream of texts has at most ``size`` characters, and the stream itself."""
    held: list[Any] = []
    for text in texts:
        held.append(text)
        size -= 1 + (
            len(text) if isinstance(text, str) else sum(map(len, text)) if isinstance(text, list | tuple) else 0
        )
        if size < 0:
            return False, chain(held, texts)
    return True, iter(held)
