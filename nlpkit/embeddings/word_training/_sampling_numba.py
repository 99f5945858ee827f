"""Chance in the training of word vectors, compiled: random numbers, sub-sampling and negative examples.

Every number comes from a counter, so that a chunk of a corpus is trained in the same way whoever trains it and
whenever: ``mix`` is the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
"""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel, part, prefetch
from nlpkit._lanes import LANES

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""The step of SplitMix64's counter."""

ROW = LANES
"""Rows of weights are padded to a multiple of this number of float32."""


@part
def mix(number):
    """Turn a counter into a random uint64."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


@part
def below(random, n):
    """A whole number from 0 to n - 1, from a random uint64."""
    return np.int64(((random >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@part
def prefetch_row(weights, place, width):
    """Ask for a row of weights."""
    for offset in range(0, width, LANES):
        prefetch(weights, place + offset)


@part
def is_kept(ids, i, keep, seed):
    """Whether sub-sampling keeps the word at ``i``: the same answer from whichever chunk it is asked."""
    random = mix(seed + np.uint64(i) * GOLDEN)
    return np.uint32(random >> np.uint64(32)) <= keep[ids[i]]


@part
def keep_words(ids, start, stop, keep, window, seed, kept):
    """Sub-sample the words of ``ids[start:stop]``, and as many beyond either end as a window reaches.

    Returns
    -------
    first, last, size : int
        ``kept[:size]`` are the words, -1 between texts; those from ``first`` to ``last - 1`` are the chunk's own.
    """
    begin, lead = start, 0
    while begin > 0 and ids[begin - 1] >= 0 and lead < window:
        begin -= 1
        lead += is_kept(ids, begin, keep, seed)
    size = first = 0
    for i in range(begin, stop):
        if i == start:
            first = size
        if ids[i] < 0 or is_kept(ids, i, keep, seed):
            kept[size] = ids[i]
            size += 1
    last, i, lead = size, stop, 0
    while i < len(ids) and ids[i] >= 0 and lead < window:
        if is_kept(ids, i, keep, seed):
            kept[size] = ids[i]
            size += 1
            lead += 1
        i += 1
    return first, last, size


@kernel
def fill_alias(weights, accept, alias):
    """Fill the alias table (Walker 1977, in the form of Vose 1991) of float64 ``weights``, which are used up.

    A number k is drawn evenly, kept if a random uint32 is below ``accept[k]``, and else ``alias[k]`` is taken.
    """
    n = len(weights)
    total = weights.sum()
    small, large = np.empty(n, np.int32), np.empty(n, np.int32)
    n_small = n_large = 0
    for k in range(n):
        weights[k] *= n / total
        accept[k] = np.uint32(0xFFFFFFFF)
        alias[k] = k
        if weights[k] < 1.0:
            small[n_small] = k
            n_small += 1
        else:
            large[n_large] = k
            n_large += 1
    while n_small and n_large:
        n_small -= 1
        poor, rich = small[n_small], large[n_large - 1]
        accept[poor] = np.uint32(min(weights[poor] * 4294967296.0, 4294967295.0))
        alias[poor] = rich
        weights[rich] -= 1.0 - weights[poor]
        if weights[rich] < 1.0:
            n_large -= 1
            small[n_small] = rich
            n_small += 1
