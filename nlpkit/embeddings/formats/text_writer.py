"""Vectors as text, a row a line, each number in the fewest digits that are read back as the same float32."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np

from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import OutputError
from nlpkit.outputs.files import PendingFile
from nlpkit.threads import available_threads, iter_batches

from .words import check_words

_NUMBERS = 1 << 18
"""How many are written at a time."""


def write_text(vectors: WordTable, path: str | os.PathLike[str], *, header: bool) -> None:
    """Write ``vectors`` as text; packed by gzip where ``path`` ends in ``.gz``.

    Parameters
    ----------
    vectors : WordTable
    path : str or path-like
    header : bool
        Put the numbers of rows and columns into a first line.

    Raises
    ------
    OutputError
        If a word is empty or has white space in it, or nothing can be written at ``path``.
    """
    words, matrix = vectors.words, vectors.vectors
    check_words(words, Path(path), "text")
    if not header and len(words) and words[0].startswith("\ufeff"):
        raise OutputError(
            f"{path}: the first word begins with a byte order mark, which would be lost: write word2vec's text, by"
            " --to word2vec (format='word2vec')"
        )

    def lines(_: int, first: int) -> np.ndarray:
        from ._numbers_numba import LONGEST
        from ._text_numba import write_rows

        block = np.ascontiguousarray(matrix[first : first + step], np.float32)
        offsets = words.offsets[first : first + len(block) + 1].astype(np.int64)
        letters = words.buffer[offsets[0] : offsets[-1]]
        out = np.empty(len(letters) + block.size * LONGEST + len(block), np.uint8)
        return out[: write_rows(letters, offsets - offsets[0], block, out)]

    n, d = matrix.shape
    step = max(1, _NUMBERS // max(d, 1))
    with PendingFile(path) as file:
        packed = gzip.GzipFile("", "wb", fileobj=file, mtime=0) if os.fspath(path).endswith(".gz") else None
        out = packed or file
        if header:
            out.write(f"{n} {d}\n".encode())
        workers = range(1 if matrix.size < _NUMBERS else available_threads())
        for block in iter_batches(lines, workers, range(0, n, step)):
            out.write(block.data)
        if packed:
            packed.close()


def write_word2vec(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write word2vec's text, with a header: see `write_text`."""
    write_text(vectors, path, header=True)


def write_glove(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write GloVe's text, without a header: see `write_text`."""
    write_text(vectors, path, header=False)
