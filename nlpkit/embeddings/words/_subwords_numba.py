"""Compiled work on character n-grams: their buckets, and the means of their rows."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel

_BASIS = np.uint64(2166136261)
_PRIME = np.uint64(16777619)
_MASK = np.uint64(0xFFFFFFFF)
_LESS, _GREATER = np.uint64(0x3C), np.uint64(0x3E)


@kernel
def hash_byte(value, byte):
    """Take one byte into an FNV-1a hash of 32 bits; bytes above 127 count as negative numbers, as fastText has them."""
    wide = np.uint64(byte)
    if byte > 127:
        wide |= np.uint64(0xFFFFFF00)
    return ((value ^ wide) * _PRIME) & _MASK


@kernel
def hash_words(buffer, offsets, hashes):
    """Hash each string of a vocabulary into ``hashes``, (n,) uint32."""
    for word in range(len(offsets) - 1):
        value = _BASIS
        for i in range(offsets[word], offsets[word + 1]):
            value = hash_byte(value, buffer[i])
        hashes[word] = value


@kernel
def is_line_end(buffer, start, end):
    """Whether a word is ``</s>``, which has no n-grams."""
    return (
        end - start == 4
        and buffer[start] == 0x3C
        and buffer[start + 1] == 0x2F
        and buffer[start + 2] == 0x73
        and buffer[start + 3] == 0x3E
    )


@kernel
def count_ngrams(buffer, offsets, smallest, largest, ends):
    """Count each word's n-grams: ``ends[i + 1]`` is how many the words up to the i-th have in all."""
    ends[0] = 0
    for word in range(len(offsets) - 1):
        ends[word + 1] = ends[word]
        if is_line_end(buffer, offsets[word], offsets[word + 1]):
            continue
        characters = 2
        for i in range(offsets[word], offsets[word + 1]):
            if buffer[i] & 0xC0 != 0x80:
                characters += 1
        for n in range(smallest, min(largest, characters) + 1):
            ends[word + 1] += characters - n + 1
        if smallest == 1 and largest >= 1:
            ends[word + 1] -= 2


@kernel
def fill_ngrams(buffer, offsets, smallest, largest, bucket, ends, ids):
    """Write the buckets of each word's n-grams: by where they start, the shortest first."""
    for word in range(len(offsets) - 1):
        k = ends[word]
        if ends[word + 1] == k:
            continue
        first, last = offsets[word], offsets[word + 1]
        for start in range(first - 1, last + 1):  # of <word>: first - 1 is "<" and last is ">"
            if first <= start < last and buffer[start] & 0xC0 == 0x80:
                continue
            value = _BASIS
            n = 0
            i = start
            while i <= last and n < largest:
                if i < first:
                    value = hash_byte(value, _LESS)
                elif i == last:
                    value = hash_byte(value, _GREATER)
                else:
                    value = hash_byte(value, buffer[i])
                i += 1
                while first <= i < last and buffer[i] & 0xC0 == 0x80:
                    value = hash_byte(value, buffer[i])
                    i += 1
                n += 1
                if n >= smallest and not (n == 1 and (start < first or i > last)):
                    ids[k] = value % bucket
                    k += 1


@kernel
def average_words(word_rows, ngram_rows, rows, ends, leave_out, vectors):
    """Write the mean of each word's own row and its n-grams' rows.

    Parameters
    ----------
    rows, ends
        The n-grams of word i are the rows ``rows[ends[i]:ends[i + 1]]`` of ``ngram_rows``; -1 is one that has none.
    leave_out : bool
        An n-gram without a row isn't counted; otherwise it counts as zeros.
    """
    width = vectors.shape[1]
    for word in range(len(ends) - 1):
        count = 1
        for j in range(width):
            vectors[word, j] = word_rows[word, j]
        for k in range(ends[word], ends[word + 1]):
            row = rows[k]
            if row >= 0:
                for j in range(width):
                    vectors[word, j] += ngram_rows[row, j]
            if row >= 0 or not leave_out:
                count += 1
        scale = np.float32(1.0 / count)
        for j in range(width):
            vectors[word, j] *= scale
