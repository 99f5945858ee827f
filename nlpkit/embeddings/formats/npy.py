"""Vectors as ``NAME.npy``, and their words in ``NAME.words.txt`` beside it: a word a line, UTF-8.

In the words' file a backslash, a newline and a carriage return are written ``\\\\``, ``\\n`` and ``\\r``.
"""

from __future__ import annotations

import os
import tokenize
from pathlib import Path

import numpy as np

from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import InputError, OutputError
from nlpkit.outputs.files import PendingFile

from .words import WordReading, terms_of_lines, without_doubles

_BLOCK = 1 << 22
_DAMAGE = (ValueError, TypeError, EOFError, SyntaxError, OverflowError, RecursionError, tokenize.TokenError)
"""Exceptions of numpy on invalid headers."""


def words_path(path: str | os.PathLike[str]) -> Path:
    """Where the words of the ``.npy`` file ``path`` are.

    Examples
    --------
    >>> words_path("glove.6B.npy").name
    'glove.6B.words.txt'
    """
    return Path(path).with_suffix(".words.txt")


def read(path: str | os.PathLike[str], reading: WordReading) -> WordTable:
    """Read a ``.npy`` file of numbers and the words beside it; float32 is mapped into memory, read-only.

    Parameters
    ----------
    path : str or path-like
        The ``.npy`` file: (n, d), of float32, or of other numbers, which become float32.
    reading : WordReading

    Returns
    -------
    WordTable

    Raises
    ------
    InputError
        If a file is missing, damaged or holds something else, or there aren't as many words as rows.
    """
    place = words_path(path)
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (*_DAMAGE, OSError, MemoryError) as error:
        reason = " ".join(str(error).split())[:120]
        if "pickle" in reason or "Python objects" in reason:  # numpy's message continues with how to load them unsafely
            reason = "it has another beginning, or holds Python objects, which are never read"
        raise InputError(f"{path}: is no whole .npy file of numbers ({reason})") from error
    try:
        lines = place.read_bytes()
    except OSError as error:
        raise InputError(
            f"{place}: can't be read ({error.strerror}): the words of {Path(path).name} have to be there"
        ) from error
    if not isinstance(array, np.ndarray):
        raise InputError(f"{path}: is an archive, and expected is a .npy file of one array")
    words = terms_of_lines(lines, reading, str(place))
    array = rows_of(array, len(words), str(path))
    n = reading.of(len(words))
    words, array = words.first(n), array[:n]
    return WordTable(*without_doubles(words, np.ascontiguousarray(array, np.float32), path))


def rows_of(array: np.ndarray, n: int, where: str) -> np.ndarray:
    """Check that ``array`` holds ``n`` rows of numbers.

    Raises
    ------
    InputError
    """
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise InputError(
            f"{where}: holds {array.dtype} of shape {array.shape}: expected a row of numbers for each word"
        )
    if array.shape[1] == 0:
        raise InputError(f"{where}: has rows of 0 numbers: expected 1 or more for each word")
    if len(array) != n:
        raise InputError(f"{where}: has {len(array):,} rows and there are {n:,} words: they don't belong together")
    return array.view(np.ndarray)


def check_words_path(path: str | os.PathLike[str]) -> None:
    """Refuse a place for a ``.npy`` file where its words would replace a file that isn't another one's words.

    Raises
    ------
    OutputError
    """
    place = words_path(path)
    if place.is_file() and not os.path.exists(path):
        raise OutputError(
            f"{place}: exists, and the words of {Path(path).name} go there: name another place, or move that file away"
        )


def write(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write ``path``, float32, and the words beside it.

    Raises
    ------
    OutputError
        If nothing can be written there, or the words would replace a file without a ``.npy`` file beside it.
    """
    check_words_path(path)
    matrix = vectors.vectors
    layout = {"descr": "<f4", "fortran_order": False, "shape": matrix.shape}
    step = max(1, _BLOCK // max(1, matrix.shape[1]))
    with PendingFile(words_path(path)) as lines, PendingFile(path) as file:
        lines.writelines(vectors.words.lines())
        np.lib.format.write_array_header_1_0(file, layout)
        for first in range(0, len(matrix), step):
            file.write(np.ascontiguousarray(matrix[first : first + step], "<f4").data)
