"""word2vec's binary form: a line with the numbers of rows and columns, then each word, a space and its float32 numbers.

The numbers are little-endian. The layout is that of the program of Mikolov et al. (2013), which puts a newline behind
every row; gensim puts none, and neither does `write`; both are read. For files with words that have spaces in them see
`nlpkit.embeddings.formats.row_steps`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import InputError
from nlpkit.outputs.files import PendingFile

from .gathered_rows import GatheredRows
from .layout import Header, header_of
from .row_steps import DOUBT, OUT_OF_STEP, RowSteps
from .source import VectorFile
from .words import WordReading, check_no_nul, check_words

_BLOCK = 1 << 22
_LONGEST_WORD = 1 << 16


def read(path: str | os.PathLike[str], reading: WordReading) -> WordTable:
    """Read word2vec's binary form, plain or packed by gzip.

    Parameters
    ----------
    path : str or path-like
    reading : WordReading

    Returns
    -------
    WordTable

    Raises
    ------
    InputError
        If the file is truncated, or has more rows than its header says, or a word can't be decoded, or the rows are out
        of step by a word that the format can't hold; the place is named.
    """
    with VectorFile(path) as source:
        head = source.read(100)
        header = header_of(head, source.path)
        if header is None:
            raise InputError(
                f"{source.path}: has no header with the numbers of rows and columns: it isn't word2vec's binary form"
            )
        source.unread(head[header.size :])
        rows = _read(source, header, reading)
    return rows.finish(reading)


def _read(source: VectorFile, header: Header, reading: WordReading) -> GatheredRows:
    limit = reading.limit
    wanted = header.rows if limit is None else min(limit, header.rows)
    row_size = 4 * header.vector_size
    room = (source.size - source.position) // (row_size + 1) if source.size is not None else 0
    promise = f"the header promises {header.rows:,} rows of {header.vector_size:,} numbers"
    if source.size is not None and wanted > room:
        raise InputError(
            f"{source.path}: {promise} and the file has {source.size:,} bytes: it is truncated, or the header is false"
        )
    rows = GatheredRows(source.path, header.vector_size, min(wanted, room), "row", 1, doubt=DOUBT)
    steps = RowSteps(rows.where, reading)
    data = b""
    while rows.rows < wanted:
        missing = (wanted - rows.rows) * (row_size + (1 if limit is None else 12))
        block = source.read(max(row_size, min(_BLOCK, missing)) + 256)
        data += block
        used = _add(rows, steps, data, row_size, wanted - rows.rows)
        data = data[used:]
        place = f"byte {source.position - len(data):,}"
        if not block:
            raise InputError(
                f"{rows.where(rows.rows)}: is cut off at the file's end ({place}), and {promise}: it is truncated, or"
                f" out of step, by {OUT_OF_STEP}"
            )
        if b" " not in data[:_LONGEST_WORD] and len(data) >= _LONGEST_WORD:
            raise InputError(f"{rows.where(rows.rows)}: has no space after its word ({place}): the file is damaged")
    if limit is None:
        data += source.read(256)
        while data and not data.strip(b"\n"):
            data = source.read(_BLOCK)
        if data:
            raise InputError(
                f"{source.path}: goes on after row {rows.rows:,}, and {promise} only: mend the header, or the rows are"
                f" out of step, by {OUT_OF_STEP}"
            )
    steps.warn()
    return rows


def _add(rows: GatheredRows, steps: RowSteps, data: bytes, row_size: int, most: int) -> int:
    """Add the rows that are whole in ``data``, ``most`` at most; returns how many bytes they have."""
    from ._binary_numba import split_rows
    from ._text_numba import gather

    array = np.frombuffer(data, np.uint8)
    room = min(most, len(data) // (row_size + 1))
    words = np.empty((room, 2), np.int64)
    vectors = np.empty((room, row_size), np.uint8)
    n, used = split_rows(array, 0, row_size, words, vectors)
    words = words[:n]
    offsets = np.zeros(n + 1, np.int64)
    letters = np.empty(int((words[:, 1] - words[:, 0]).sum()), np.uint8)
    gather(array, words, offsets, letters)
    numbers = vectors[:n].view("<f4")
    starts = np.concatenate([np.zeros(min(n, 1), np.int64), words[:-1, 1] + 1 + row_size])
    finite = steps.check(letters, offsets, words[:, 0] > starts, numbers)
    rows.add(letters, np.diff(offsets), numbers, finite=finite)
    return int(used)


def write(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write word2vec's binary form; packed by gzip where ``path`` ends in ``.gz``.

    Raises
    ------
    OutputError
        If a word is empty or has white space or NUL in it, or nothing can be written at ``path``.
    """
    import gzip

    from ._binary_numba import join_rows

    words, matrix = vectors.words, vectors.vectors
    check_words(words, Path(path), "word2vec's binary form")
    check_no_nul(words, Path(path))
    n, d = matrix.shape
    step = max(1, _BLOCK // (4 * max(d, 1)))
    with PendingFile(path) as file:
        packed = gzip.GzipFile("", "wb", fileobj=file, mtime=0) if os.fspath(path).endswith(".gz") else None
        out = packed or file
        out.write(f"{n} {d}\n".encode())
        for first in range(0, n, step):
            block = np.ascontiguousarray(matrix[first : first + step], "<f4")
            offsets = words.offsets[first : first + len(block) + 1].astype(np.int64)
            letters = words.buffer[offsets[0] : offsets[-1]]
            joined = np.empty(len(letters) + len(block) * (4 * d + 1), np.uint8)
            join_rows(letters, offsets - offsets[0], block.view(np.uint8), joined)
            out.write(joined.data)
        if packed:
            packed.close()
