"""Compiled: rows of word2vec's binary form, a word, a space and the float32 numbers, in blocks of bytes."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel

NEWLINE, SPACE = 10, 32


@kernel
def split_rows(data, first, row_size, words, vectors):
    """Find rows in uint8 ``data`` from ``first`` on, as many as are whole and ``words`` (n, 2) has room for.

    Newlines before a word are passed over. ``vectors`` (n, row_size) uint8 gets the numbers' bytes.

    Returns
    -------
    tuple
        How many rows there are, and where the next one starts.
    """
    row = 0
    while row < words.shape[0]:
        start = first
        while start < data.size and data[start] == NEWLINE:
            start += 1
        end = start
        while end < data.size and data[end] != SPACE:
            end += 1
        if end + 1 + row_size > data.size:
            break
        words[row, 0] = start
        words[row, 1] = end
        vectors[row] = data[end + 1 : end + 1 + row_size]
        first = end + 1 + row_size
        row += 1
    return row, first


@kernel
def extreme_bits(vectors, out):
    """Put the most and the least bits without the sign of each row of uint32 ``vectors`` into ``out`` (n, 2).

    They are those of float32, whose bits without the sign are in the order of their magnitudes. The least is one less
    than the bits of the number that is nearest to 0, and not 0.
    """
    for row in range(vectors.shape[0]):
        most = np.uint32(0)
        least = np.uint32(0x7FFFFFFF)
        for column in range(vectors.shape[1]):
            bits = vectors[row, column] & np.uint32(0x7FFFFFFF)
            most = max(most, bits)
            least = min(least, np.uint32(bits - np.uint32(1)))
        out[row, 0] = most
        out[row, 1] = least


@kernel
def join_rows(buffer, offsets, vectors, out):
    """Write each word, a space and its row of uint8 ``vectors`` into uint8 ``out``."""
    at = 0
    for row in range(vectors.shape[0]):
        start = np.int64(offsets[row])
        end = np.int64(offsets[row + 1])
        out[at : at + end - start] = buffer[start:end]
        at += end - start
        out[at] = SPACE
        out[at + 1 : at + 1 + vectors.shape[1]] = vectors[row]
        at += 1 + vectors.shape[1]
