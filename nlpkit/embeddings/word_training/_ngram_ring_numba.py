"""Words in reach of the window, each with its n-grams as one row: the ring of rows in `Scratch.ring`, compiled.

Word i of the kept ones has slot i, modulo the number of slots: its row, and behind it the row as it was when the word
entered. What it has gained is added to its own input row and those of its n-grams when it leaves.
"""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import part
from nlpkit._lanes import LANES, add, load, multiply, multiply_add, splat, store


@part
def slot(i, width, scratch):
    """The place in the ring of kept word ``i``."""
    return i % len(scratch.rows) * 2 * width


@part
def move(first, end, left, entered, weights, scratch):
    """Take the words before ``first`` out of the ring, and put those before ``end`` in.

    ``left`` and ``entered`` are the words that have gone and come so far. Returns the new numbers.
    """
    kept, inputs, width, rows = scratch.kept, weights.inputs, weights.width, scratch.ngram_rows
    while left < first:
        word = np.int64(kept[left])
        if word >= 0 and left < entered:
            n = collect_rows(word, weights, rows)
            leave(inputs, width, rows, n, scratch.ring, slot(left, width, scratch))
        left += 1
    entered = max(entered, first)
    while entered < end:
        word = np.int64(kept[entered])
        if word >= 0:
            n = collect_rows(word, weights, rows)
            enter(inputs, width, rows, n, scratch.ring, slot(entered, width, scratch))
        entered += 1
    return left, entered


@part
def collect_rows(word, weights, rows):
    """Put the places of the input rows of ``word`` and its n-grams into ``rows``; returns how many they are."""
    begin, end = weights.ngram_ends[word], weights.ngram_ends[word + 1]
    rows[0] = word * weights.width
    for k in range(begin, end):
        rows[1 + k - begin] = np.int64(weights.ngrams[k]) * weights.width
    return 1 + end - begin


@part
def enter(inputs, width, rows, n, ring, place):
    """Put the mean of ``n`` input rows into ``ring`` at ``place``, and once more behind it."""
    share = splat(np.float32(1) / np.float32(n))
    for v in range(0, width, LANES):
        x = splat(np.float32(0))
        for i in range(n):
            x = add(x, load(inputs, rows[i] + v))
        x = multiply(x, share)
        store(ring, place + v, x)
        store(ring, place + width + v, x)


@part
def leave(inputs, width, rows, n, ring, place):
    """Add what the vector in ``ring`` at ``place`` has gained since it entered to ``n`` input rows."""
    minus = splat(np.float32(-1))
    for v in range(0, width, LANES):
        gain = multiply_add(minus, load(ring, place + width + v), load(ring, place + v))
        for i in range(n):
            store(inputs, rows[i] + v, add(load(inputs, rows[i] + v), gain))
