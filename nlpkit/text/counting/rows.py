"""Counts of texts as rows, and texts cut into batches: what both counters share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np

SMALL = 300_000
"""Up to how many characters a corpus, or the terms of a model, are counted in plain Python: loading the compiled code
takes as long as that."""


BATCH = 1 << 19
"""How many characters are scanned at a time."""


@dataclass(kw_only=True)
class Rows:
    """Some texts as counts: text d has the pairs ``ends[d - 1]`` to ``ends[d]``.

    Attributes
    ----------
    terms, counts : (n_pairs,) int32
        Which terms, by number, and how often.
    ends : (n_texts,) int64
        How many pairs there are up to each text.
    lengths : (n_texts,) int64
        How many terms each text has in all, unknown ones too.
    """

    terms: np.ndarray
    counts: np.ndarray
    ends: np.ndarray
    lengths: np.ndarray


def spread(frequency: np.ndarray, numbers: np.ndarray, n_terms: int) -> np.ndarray:
    """``frequency`` (n, 2) moved to the rows ``numbers`` of (n_terms, 2); that of the number -1 is left out."""
    moved = np.zeros((n_terms, 2), np.int64)
    known = numbers >= 0
    moved[numbers[known]] = frequency[known]
    return moved


def batches(texts: Iterator[Any], size: int, *, sized: bool = True) -> Iterator[list[Any]]:
    """Cut a stream of texts into lists, or, unless they are ``sized``, into lists of 1,000.

    A list ends with the text that takes it past ``size`` characters, where each text counts one more. A few texts are
    drawn at a time, fewer where they are long: most are measured together, and only those at a list's end one by one.
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
    """Whether a stream of texts has no more than ``size`` characters in all, and the same stream."""
    held: list[Any] = []
    for text in texts:
        held.append(text)
        size -= 1 + (len(text) if isinstance(text, str) else 0)
        if size < 0:
            return False, chain(held, texts)
    return True, iter(held)
