"""Compiled: rows of text, ``word number number …``, read from and written to blocks of bytes."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel

from ._numbers_numba import DOUBT, NEWLINE, NUMBER, RETURN, SPACE, TAB, read_number, write_number

DONE, MANY_DOUBTS, BLANK, TOO_FEW, STRAY_RETURN = 0, 1, 2, 3, 4


@kernel
def _separates(byte):
    return byte in (SPACE, TAB)


@kernel
def _read_plainly(data, start, row, words, vectors, doubts, n_doubts):
    """Read a row whose word has no spaces: where the next line starts, or -1 if it isn't such; the number of doubts."""
    i = start
    while not _separates(data[i]):
        if data[i] == NEWLINE:
            return -1, n_doubts
        i += 1
    if i == start:
        return -1, n_doubts
    words[row, 0] = start
    words[row, 1] = i
    for column in range(vectors.shape[1]):
        while _separates(data[i]):
            i += 1
        begin = i
        value, i, what = read_number(data, begin)
        vectors[row, column] = value
        if what == DOUBT:
            _doubt(doubts, n_doubts, row, column, begin, i)
            n_doubts += 1
        elif what != NUMBER:
            return -1, n_doubts
    while _separates(data[i]) or data[i] == RETURN:
        i += 1
    return i + 1 if data[i] == NEWLINE else -1, n_doubts


@kernel
def _doubt(doubts, n, row, column, start, end):
    doubts[n, 0] = row
    doubts[n, 1] = column
    doubts[n, 2] = start
    doubts[n, 3] = end


@kernel
def _read_backwards(data, start, row, words, vectors, doubts, n_doubts):
    """Read a row from its last fields: where the next line starts, the number of doubts, and a fault or DONE.

    Numbers that are not in decimal digits are doubts too.
    """
    end = start
    while data[end] != NEWLINE:
        end += 1
    next_line = end + 1
    while end > start and (_separates(data[end - 1]) or data[end - 1] == RETURN):
        end -= 1
    if end == start:
        return next_line, n_doubts, BLANK
    for column in range(vectors.shape[1] - 1, -1, -1):
        begin = end
        while begin > start and not _separates(data[begin - 1]):
            begin -= 1
        if begin == start:
            return next_line, n_doubts, TOO_FEW
        value, after, what = read_number(data, begin)
        vectors[row, column] = value
        if what != NUMBER or after != end:
            _doubt(doubts, n_doubts, row, column, begin, end)
            n_doubts += 1
        end = begin
        while end > start and _separates(data[end - 1]):
            end -= 1
    words[row, 0] = start
    words[row, 1] = end
    for i in range(start, end):
        if data[i] == RETURN:
            return next_line, n_doubts, STRAY_RETURN
    return next_line, n_doubts, DONE


@kernel
def read_rows(data, start, row, words, vectors, doubts):
    """Read rows from ``start`` of uint8 ``data``, which ends with a line end, until they end or a fault.

    Parameters
    ----------
    words : (n, 2) int64
        Where each row's word starts and ends; written from ``row`` on.
    vectors : (n, d) float32
        The numbers; written from ``row`` on.
    doubts : (m, 4) int64, m >= d
        Row, column, start and end of numbers that are to be settled otherwise.

    Returns
    -------
    tuple
        Where to go on, the next row, how many doubts there are, and DONE, MANY_DOUBTS (settle them, then go on),
        BLANK, TOO_FEW or STRAY_RETURN.
    """
    n_doubts = 0
    while start < data.size:
        if n_doubts + vectors.shape[1] > doubts.shape[0]:
            return start, row, n_doubts, MANY_DOUBTS
        following, more = _read_plainly(data, start, row, words, vectors, doubts, n_doubts)
        if following < 0:
            following, more, fault = _read_backwards(data, start, row, words, vectors, doubts, n_doubts)
            if fault != DONE:
                return start, row, n_doubts, fault
        n_doubts = more
        start = following
        row += 1
    return start, row, n_doubts, DONE


@kernel
def gather(data, words, offsets, out):
    """Put the bytes of ``words`` one after another into ``out``, and where each starts into ``offsets`` (n + 1,)."""
    at = 0
    for row in range(words.shape[0]):
        for i in range(words[row, 0], words[row, 1]):
            out[at] = data[i]
            at += 1
        offsets[row + 1] = at


@kernel
def write_rows(buffer, offsets, vectors, out):
    """Write a line for each row of float32 ``vectors`` into uint8 ``out``; returns how many bytes."""
    at = 0
    for row in range(vectors.shape[0]):
        for i in range(np.int64(offsets[row]), np.int64(offsets[row + 1])):
            out[at] = buffer[i]
            at += 1
        for column in range(vectors.shape[1]):
            out[at] = SPACE
            at = write_number(vectors[row, column], out, at + 1)
        out[at] = NEWLINE
        at += 1
    return at
