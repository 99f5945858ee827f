"""Selection of the writer for a single file, by suffix."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from nlpkit.errors import ParameterError

from .columns import Columns
from .files import PendingFile, Sink, StandardOutput, output_errors
from .row_writer import RowWriter

FORMATS = ("npz", "npy", "parquet", "jsonl", "jsonl.gz", "csv", "svmlight")
"""Suffixes of the supported formats, for files and for parts of a folder."""


NAMELESS = ("npz", "npy", "svmlight")
"""Formats without column names; the names go to a separate file."""


def open_file(
    path: str | os.PathLike[str],
    columns: Columns,
    suffix: str,
    *,
    rows_done: int = 0,
    with_names: bool = True,
) -> RowWriter:
    """Open the writer of one file in the format ``suffix``; ``rows_done`` is the id of its first row."""
    writer = _writer(suffix)
    sinks: list[Sink]
    if os.fspath(path) == "-":
        path, sinks = "standard output", [StandardOutput()]
    else:
        sinks = [PendingFile(path)]
    try:
        if with_names and columns.names is not None and suffix in NAMELESS:
            from .columns import escaped_lines

            sinks.insert(0, names := PendingFile(f"{os.fspath(path)}.terms.txt"))
            with output_errors(names.path):
                names.file.writelines(escaped_lines(columns.names))
        return writer(path, columns, sinks, rows_done)
    except BaseException:
        for sink in sinks:
            sink.discard()
        raise


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return the member of `FORMATS` that ``path`` ends in; ``-`` is JSONL.

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
    if suffix == "csv":
        from .csv_rows import CsvRows

        return CsvRows
    if suffix == "parquet":
        from .parquet_rows import ParquetRows

        return ParquetRows
    if suffix in ("npz", "npy"):
        from .matrix_rows import Npy, Npz

        return Npz if suffix == "npz" else Npy
    raise ParameterError(f"format is {suffix!r}: expected one of {', '.join(FORMATS)}")
