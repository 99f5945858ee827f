"""Rows of numbers on their way out: one writer a format, chosen by the output's suffix."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import Columns
from .errors import ParameterError
from .outputs import PendingFile, Sink, StandardOutput, is_folder, output_errors

if TYPE_CHECKING:
    from .columns import Matrix

FORMATS = ("npz", "npy", "parquet", "jsonl", "jsonl.gz", "svmlight")
"""Suffixes that rows can be written to, as a file or as the parts of a folder."""

NAMELESS = ("npz", "npy", "svmlight")
"""The formats that hold no names of columns, and have them in a file beside."""


class RowWriter:
    """Writes blocks of rows; the output has its name once the writer is closed without an error.

    It is a context manager: leaving it closes it, an exception discards it. A format gives
    `_write` and, where something comes at the end, `_end` and `_abort`.

    Attributes
    ----------
    rows_done : int
        How many rows were there when the writer was opened; the caller skips that many.
    rows : int
        How many rows there are now.
    """

    def __init__(self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0):
        self.path = path
        self.columns = columns
        self.rows_done = self.rows = rows_done
        self._sinks = sinks
        self._open = True

    def write(self, sources: Sequence[str], texts: Sequence[str], X: Matrix) -> None:
        """Add a block of rows.

        Parameters
        ----------
        sources : sequence of str
            Where each text comes from.
        texts : sequence of str
        X : CSR matrix or ndarray of shape (n_texts, n_columns)

        Raises
        ------
        OutputError
            If the file system refuses, or has no room.
        BrokenPipeError
            If standard output has lost its reader.
        """
        if X.shape != (len(texts), self.columns.n_columns) or len(sources) != len(texts):
            raise ParameterError(
                f"a block of shape {X.shape} with {len(texts)} texts from {len(sources)} sources:"
                f" expected as many of each, and {self.columns.n_columns} columns"
            )
        with output_errors(self.path):
            self._write(sources, texts, X)
        self.rows += len(texts)

    def close(self) -> None:
        """Complete the output and give it its name; raises as `write`."""
        if not self._open:
            return
        try:
            with output_errors(self.path):
                self._end()
            for sink in self._sinks:
                sink.finish()
            for sink in self._sinks:
                sink.place()
        finally:
            self.abort()

    def abort(self) -> None:
        """Leave nothing of an output that isn't complete."""
        if self._open:
            self._open = False
            self._abort()
            for sink in self._sinks:
                sink.discard()

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if error is None:
            self.close()
        else:
            self.abort()

    def _write(self, sources: Sequence[str], texts: Sequence[str], X: Matrix) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        pass

    def _abort(self) -> None:
        pass


def open_writer(
    path: str | os.PathLike[str],
    *,
    names: Sequence[str] | None,
    dtype: Any,
    n_columns: int,
    options: Mapping[str, Any] | None = None,
    model_hash: str = "",
    fingerprint: Any = None,
    n_rows: int | None = None,
    shard_format: str | None = None,
    shard_rows: int | None = None,
    force: bool = False,
    resume: bool = False,
    one_based: bool = False,
    sparse: bool = True,
) -> RowWriter:
    """Open the writer that ``path`` asks for.

    Parameters
    ----------
    path : str or path-like
        ``.npz``, ``.npy``, ``.parquet``, ``.jsonl``, ``.jsonl.gz`` or ``.svmlight``; ``-`` for JSONL on
        standard output; a path without suffix or with a final slash for a folder of parts.
    names : sequence of str or None
        The columns' names; None if they have only numbers. The formats that can't hold them put them
        beside, in ``PATH.terms.txt``.
    dtype : dtype-like
        Of the numbers.
    n_columns : int
    options, model_hash, fingerprint : mapping, str, JSON data
        What made the rows, from which model and input; kept in a folder's manifest, and compared
        before an unfinished folder is gone on with.
    n_rows : int, optional
        How many rows will come, where that is known: a dense file that has no room is refused at once.
    shard_format : str, optional
        The format of a folder's parts: ``"npz"`` for sparse rows and ``"npy"`` for dense ones unless told.
    shard_rows : int, optional
        Rows in each part; unless told, a part ends at some 32 MB.
    force : bool, default=False
        Replace a folder that nlpkit wrote before, complete or not.
    resume : bool, default=False
        Go on with an unfinished folder; without it, ``force`` may start anew.
    one_based : bool, default=False
        Count svmlight's columns from 1.
    sparse : bool, default=True
        Write a row's non-zero terms, not its whole vector.

    Returns
    -------
    RowWriter

    Raises
    ------
    ParameterError
        If the suffix or the shard's format is unknown, or an option does not apply to the path.
    OutputError
        If nothing can be written there, or an unfinished folder has other input or options.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "rows.jsonl")
    >>> with open_writer(path, names=["cat", "dog"], dtype="int64", n_columns=2) as writer:
    ...     writer.write(["a.txt"], ["dog, dog"], np.array([[0, 2]]))
    >>> print(path.read_text(), end="")
    {"id": 0, "source": "a.txt", "text": "dog, dog", "terms": {"dog": 2}}
    """
    columns = Columns(names=names, n_columns=n_columns, dtype=np.dtype(dtype), sparse=sparse, one_based=one_based)
    if os.fspath(path) != "-" and is_folder(path):
        from .shards import ShardWriter

        made_by = {"options": dict(options or {}), "model": model_hash, "input": fingerprint}
        suffix = shard_format or ("npz" if sparse else "npy")
        return ShardWriter(path, columns, made_by, suffix=suffix, part_rows=shard_rows, force=force, resume=resume)
    for name, given in ("shard_format", shard_format), ("shard_rows", shard_rows), ("resume", resume):
        if given:
            raise ParameterError(f"{name} is for a folder of parts, and {os.fspath(path)} is one file: leave it out")
    suffix = suffix_of(path)
    if one_based and not suffix.startswith("svmlight"):
        raise ParameterError(f"one_based is for .svmlight, and {os.fspath(path)} is {suffix}: leave it out")
    if suffix == "npy":
        from .matrix_rows import check_room, free_disk

        check_room(path, columns, n_rows or 0, free_disk(path))
    return open_file(path, columns, suffix)


def open_file(
    path: str | os.PathLike[str],
    columns: Columns,
    suffix: str,
    *,
    rows_done: int = 0,
    with_names: bool = True,
) -> RowWriter:
    """Open the writer of one file of the format ``suffix``, whose first row has the id ``rows_done``."""
    writer = _writer(suffix)
    sinks: list[Sink]
    if os.fspath(path) == "-":
        path, sinks = "standard output", [StandardOutput()]
    else:
        sinks = [PendingFile(path)]
    try:
        if with_names and columns.names is not None and suffix in NAMELESS:
            from .names_file import write_names

            sinks.insert(0, names := PendingFile(f"{os.fspath(path)}.terms.txt"))
            with output_errors(names.path):
                write_names(names.file, columns.names)
        return writer(path, columns, sinks, rows_done)
    except BaseException:
        for sink in sinks:
            sink.discard()
        raise


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return the one of `FORMATS` that ``path`` ends in; ``-`` stands for JSONL.

    Raises
    ------
    ParameterError
        If it ends in none of them.
    """
    name = os.fspath(path)
    if name == "-":
        return "jsonl"
    found = [suffix for suffix in FORMATS if name.lower().endswith("." + suffix)]
    if not found:
        expected = ", ".join("." + suffix for suffix in FORMATS)
        raise ParameterError(
            f"{name}: rows can't be written as {Path(name).suffix!r}: expected {expected},"
            " or a final slash for a folder"
        )
    return found[0]


def _writer(suffix: str) -> Callable[..., RowWriter]:
    if suffix in ("jsonl", "jsonl.gz"):
        from .text_rows import GzipJsonLines, JsonLines

        return GzipJsonLines if suffix == "jsonl.gz" else JsonLines
    if suffix == "svmlight":
        from .text_rows import SvmLight

        return SvmLight
    if suffix == "parquet":
        from .parquet_rows import ParquetRows

        return ParquetRows
    if suffix in ("npz", "npy"):
        from .matrix_rows import Npy, Npz

        return Npz if suffix == "npz" else Npy
    raise ParameterError(f"rows can't be written as {suffix!r}: expected one of {', '.join(FORMATS)}")
