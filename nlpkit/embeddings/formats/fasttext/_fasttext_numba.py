"""Compiled reading of fastText's dictionary: entries of unknown length, one after another."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel


@kernel
def scan_entries(data, position, ends, counts, types):
    """Walk over entries: a word, a zero, its count in 8 bytes, its type in one.

    Parameters
    ----------
    data : (n_bytes,) uint8
        The file.
    position : int
        Where the first entry starts.
    ends, counts, types : (n,) int64, int64, uint8
        Where each word ends, and the two numbers after it.

    Returns
    -------
    int
        Where the last entry ends; ``-1 - i`` when the file ends within entry i.
    """
    for i in range(len(ends)):
        while position < len(data) and data[position] != 0:
            position += 1
        if position + 10 > len(data):
            return -1 - i
        ends[i] = position
        count = np.uint64(0)
        for k in range(8, 0, -1):
            count = count << np.uint64(8) | np.uint64(data[position + k])
        counts[i] = np.int64(count)
        types[i] = data[position + 9]
        position += 10
    return position


@kernel
def gather_words(data, position, ends, buffer, offsets):
    """Copy the words that `scan_entries` found into ``buffer``, one after another."""
    filled = 0
    for i in range(len(ends)):
        offsets[i] = filled
        while position < ends[i]:
            buffer[filled] = data[position]
            filled += 1
            position += 1
        position += 10
    offsets[len(ends)] = filled
