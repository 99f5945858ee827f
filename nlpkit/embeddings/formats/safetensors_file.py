"""One safetensors file: tensors ``vectors`` (n, d), ``words``, and ``counts`` (n,) where they are known.

``words`` is uint8: a word a line, UTF-8, in which a backslash, a newline and a carriage return are written
``\\\\``, ``\\n`` and ``\\r``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

from nlpkit.artifact.mapped_arrays import map_arrays
from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import ArtifactError, InputError
from nlpkit.outputs.files import PendingFile

from .npy import rows_of
from .words import WordReading, terms_of_lines, without_doubles

_BLOCK = 1 << 22


def read(path: str | os.PathLike[str], reading: WordReading) -> WordTable:
    """Read a safetensors file that `write` wrote; float32 is mapped into memory.

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
        If the file is missing, damaged, or lacks one of the two tensors, or there aren't as many words as rows.
    """
    try:
        tensors = map_arrays(path)
    except ArtifactError as error:
        raise InputError(str(error)) from error
    missing = [name for name in ("vectors", "words") if name not in tensors]
    if missing:
        raise InputError(
            f"{path}: has no tensor {missing[0]!r} (it has {_listed(list(tensors))}): expected vectors and words"
        )
    if tensors["words"].dtype != np.uint8:
        raise InputError(
            f"{path}: its tensor words is of {tensors['words'].dtype}: expected uint8, the words as UTF-8 lines"
        )
    words = terms_of_lines(tensors["words"].tobytes(), reading, f"{path}, tensor words")
    array, counts = rows_of(tensors["vectors"], len(words), f"{path}, tensor vectors"), tensors.get("counts")
    if counts is not None and (counts.shape != (len(words),) or counts.dtype.kind not in "iu"):
        raise InputError(
            f"{path}: its tensor counts is {counts.dtype} of shape {counts.shape}: expected a whole number a word"
        )
    n = reading.of(len(words))
    words, array, counts = words.first(n), array[:n], None if counts is None else counts[:n]
    kept, rows = without_doubles(words, np.ascontiguousarray(array, np.float32), path)
    if counts is not None:
        counts = counts.astype(np.int64) if len(kept) == len(words) else None
    return WordTable(kept, rows, counts=counts)


def write(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write ``path``: vectors as float32, words, and counts where they are known.

    Raises
    ------
    OutputError
        If nothing can be written there.
    """
    words, matrix = vectors.words, vectors.vectors
    lines = b"".join(words.lines())
    parts = [] if vectors.counts is None else [("counts", "I64", list(vectors.counts.shape), 8 * len(vectors.counts))]
    parts += [("vectors", "F32", list(matrix.shape), 4 * matrix.size), ("words", "U8", [len(lines)], len(lines))]
    header: dict[str, object] = {"__metadata__": {"format": "nlpkit word vectors"}}
    end = 0
    for name, dtype, shape, size in parts:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with PendingFile(Path(path)) as file:
        file.write(len(text).to_bytes(8, "little") + text)
        if vectors.counts is not None:
            file.write(np.ascontiguousarray(vectors.counts, "<i8").data)
        step = max(1, _BLOCK // max(1, matrix.shape[1]))
        for first in range(0, len(matrix), step):
            file.write(np.ascontiguousarray(matrix[first : first + step], "<f4").data)
        file.write(lines)


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown or "none"
