"""Compiled feature hashing: MurmurHash3 of every term, straight from the scanner's buffer."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel
from nlpkit.text.counting._count_numba import sort_row

_C1 = np.uint32(0xCC9E2D51)
_C2 = np.uint32(0x1B873593)


@kernel
def murmur3(data, start, end):
    """MurmurHash3 (x86, 32 bits, seed 0) of ``data[start:end]``, as an int64 from -2^31 to 2^31 - 1."""
    value = np.uint32(0)
    i = start
    while i + 4 <= end:
        block = np.uint32(data[i]) | np.uint32(data[i + 1]) << np.uint32(8)
        block |= np.uint32(data[i + 2]) << np.uint32(16) | np.uint32(data[i + 3]) << np.uint32(24)
        block = np.uint32(block * _C1)
        block = np.uint32(block << np.uint32(15)) | block >> np.uint32(17)
        value ^= np.uint32(block * _C2)
        value = np.uint32(value << np.uint32(13)) | value >> np.uint32(19)
        value = np.uint32(value * np.uint32(5) + np.uint32(0xE6546B64))
        i += 4
    if i < end:
        block = np.uint32(0)
        for k in range(end - 1, i - 1, -1):
            block = np.uint32(block << np.uint32(8)) | np.uint32(data[k])
        block = np.uint32(block * _C1)
        block = np.uint32(block << np.uint32(15)) | block >> np.uint32(17)
        value ^= np.uint32(block * _C2)
    value ^= np.uint32(end - start)
    value ^= value >> np.uint32(16)
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value ^= value >> np.uint32(13)
    value = np.uint32(value * np.uint32(0xC2B2AE35))
    value ^= value >> np.uint32(16)
    return np.int64(np.int32(value))


@kernel
def hash_rows(slices, text_ends, ngram_range, n_features, signed, keys, spare, values, sizes):
    """Hash the terms of each text into ``n_features`` columns, and add up what falls together.

    Parameters
    ----------
    slices, text_ends
        The slices of the texts, and how many there are up to each.
    ngram_range : (int, int)
        The n-grams of slices that are the terms; they are hashed as if joined by spaces.
    keys, spare : (n,) int64
        Scratch for as many terms as there are.
    values, sizes
        The sums, and how many columns each text has. The columns are left in the upper halves of ``keys``.
    """
    buffer, starts, lengths = slices
    smallest, largest = ngram_range
    joined = np.empty(64, np.uint8)
    digits = np.empty(2048, np.int64)
    n = 0
    first = np.int64(0)
    for text in range(text_ends.size):
        begin = n
        last = text_ends[text]
        for size in range(smallest, largest + 1):
            for i in range(first, last - size + 1):
                if size == 1:
                    start = np.int64(starts[i])
                    hashed = murmur3(buffer, start, start + np.int64(lengths[i]))
                else:
                    length = np.int64(0)
                    for k in range(i, i + size):
                        piece = np.int64(lengths[k])
                        if length + piece + 1 > joined.size:
                            larger = np.empty(2 * (length + piece + 1), np.uint8)
                            larger[:length] = joined[:length]
                            joined = larger
                        joined[length : length + piece] = buffer[starts[k] : np.int64(starts[k]) + piece]
                        joined[length + piece] = 0x20
                        length += piece + 1
                    hashed = murmur3(joined, 0, length - 1)
                negative = signed and hashed < 0
                keys[n] = (abs(hashed) % n_features) << 32 | (0 if negative else 1)
                n += 1
        first = np.int64(last)
        sort_row(keys, begin, n, spare, digits)
        end = begin
        for i in range(begin, n):
            value = 2 * (keys[i] & 1) - 1
            if end > begin and keys[end - 1] >> 32 == keys[i] >> 32:
                values[end - 1] += value
            else:
                keys[end] = keys[i]
                values[end] = value
                end += 1
        n = end
        sizes[text] = n - begin
    return n
