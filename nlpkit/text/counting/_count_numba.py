"""Compiled counting: converts the term numbers of a text to a row of distinct terms and their counts."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import count_below, kernel

SHORT_ROW = 512
"""Maximum length of a row for counting sort; a multiple of 32."""


@kernel
def drop_stop_words(numbers, text_ends, n_stop_words):
    """Remove the numbers below ``n_stop_words`` in place; return how many remain."""
    n = 0
    i = 0
    for text in range(text_ends.size):
        while i < text_ends[text]:
            if not 0 <= numbers[i] < n_stop_words:
                numbers[n] = numbers[i]
                n += 1
            i += 1
        text_ends[text] = n
    return n


@kernel
def count_rows(levels, text_ends, learn, tallies, terms, counts, row_ends):
    """Count the terms of each text; return the number of (text, term) pairs.

    Parameters
    ----------
    levels : (n_orders, n_tokens) int32
        The terms that end at each token, one row per n-gram length; -1 for none.
    text_ends, row_ends : (n_texts,) int64
        Cumulative number of tokens and of pairs.
    learn : bool
        Update the tallies.
    tallies : (n_terms, 3) int64, or (n_terms, 1) int32 if nothing is learnt
        For each term its last position in ``terms``, the number of texts that contain it, and its total count; in one
        row to save memory accesses. The position may be stale: it is valid only if it lies in the row of this text and
        holds this term.
    terms, counts : (levels.size,) int32
        The rows, concatenated.
    """
    n = 0
    start = 0
    for text in range(text_ends.size):
        end = text_ends[text]
        begin = n
        for level in range(levels.shape[0]):
            for i in range(start, end):
                term = levels[level, i]
                if term < 0:
                    continue
                tally = tallies[term]
                if learn:
                    tally[2] += 1
                place = np.int64(tally[0])
                if begin <= place < n and terms[place] == term:
                    counts[place] += 1
                    continue
                if learn:
                    tally[1] += 1
                tally[0] = n
                terms[n] = term
                counts[n] = 1
                n += 1
        start = end
        row_ends[text] = n
    return n


@kernel
def sort_short(keys, start, end):
    """Insertion sort of ``keys[start:end]``."""
    for i in range(start + 1, end):
        key = keys[i]
        j = i
        while j > start and keys[j - 1] > key:
            keys[j] = keys[j - 1]
            j -= 1
        keys[j] = key


@kernel
def sort_long(keys, start, end, spare, digits):
    """Radix sort of ``keys[start:end]`` by their upper halves, 11 bits at a time; ``digits`` (2048,) is scratch
    space."""
    largest = np.int64(0)
    for i in range(start, end):
        largest = max(largest, keys[i] >> 32)
    shift = 32
    while largest > 0:
        digits[:] = 0
        for i in range(start, end):
            digits[keys[i] >> shift & 2047] += 1
        place = start
        for digit in range(2048):
            size = digits[digit]
            digits[digit] = place
            place += size
        for i in range(start, end):
            digit = keys[i] >> shift & 2047
            spare[digits[digit]] = keys[i]
            digits[digit] += 1
        keys[start:end] = spare[start:end]
        shift += 11
        largest >>= 11


@kernel
def sort_middling(keys, start, end, spare):
    """Merge sort of ``keys[start:end]``, from runs of 16 sorted by insertion."""
    for low in range(start, end, 16):
        sort_short(keys, low, min(low + 16, end))
    width = 16
    while width < end - start:
        for low in range(start, end, 2 * width):
            middle = min(low + width, end)
            high = min(low + 2 * width, end)
            i = low
            j = middle
            for k in range(low, high):
                # No branches on the keys, because they would be mispredicted.
                left = keys[i] if i < middle else np.int64(0x7FFFFFFFFFFFFFFF)
                right = keys[j] if j < high else np.int64(0x7FFFFFFFFFFFFFFF)
                take_left = left <= right
                spare[k] = left if take_left else right
                i += take_left
                j += not take_left
        keys[start:end] = spare[start:end]
        width *= 2


@kernel
def sort_row(keys, start, end, spare, digits):
    """Sort ``keys[start:end]``, column << 32 | count, by column, with an algorithm chosen by their number."""
    if end - start <= 32:
        sort_short(keys, start, end)
    elif end - start < 4096:
        sort_middling(keys, start, end, spare)
    else:
        sort_long(keys, start, end, spare, digits)


@kernel
def place_rows(terms, counts, row_ends, columns, keys, spare, sizes):
    """Map terms to ``columns`` (n_terms,), drop those with column -1, and sort each row by column.

    Returns the number of remaining pairs; ``keys`` (n_pairs,) receives column << 32 | count, ``sizes`` the row lengths.
    """
    digits = np.empty(2048, np.int64)
    row_columns = np.empty(SHORT_ROW, np.int32)
    row_counts = np.empty(SHORT_ROW, np.int32)
    n = 0
    start = 0
    for row in range(row_ends.size):
        begin = n
        end = row_ends[row]
        if end - start <= SHORT_ROW:
            size = 0
            for i in range(start, end):
                column = columns[terms[i]]
                row_columns[size] = column
                row_counts[size] = counts[i]
                size += column >= 0
            for i in range(size, (size + 31) & ~31):
                row_columns[i] = 0x7FFFFFFF
            for i in range(size):
                # The position of a column is the number of smaller columns, counted 32 at a time.
                place = begin
                for block in range(0, size, 32):
                    place += count_below(row_columns, block, row_columns[i])
                keys[place] = np.int64(row_columns[i]) << 32 | row_counts[i]
            n += size
        else:
            for i in range(start, end):
                column = columns[terms[i]]
                keys[n] = np.int64(column) << 32 | counts[i]
                n += column >= 0
            sort_row(keys, begin, n, spare, digits)
        start = end
        sizes[row] = n - begin
    return n
