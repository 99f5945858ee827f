"""Rows as CSV: ``id``, ``source``, ``text``, kept columns, and a column for each number of the vector."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import Columns
from .files import Sink
from .row_writer import RowWriter

if TYPE_CHECKING:
    from .columns import Matrix


class CsvRows(RowWriter):
    """A table with a line of names, quoted where necessary (RFC 4180); numbers are exact, and columns count from 0."""

    def __init__(
        self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0
    ) -> None:
        super().__init__(path, columns, sinks, rows_done)
        names = ["id", "source", "text", *(f"kept.{name}" for name in columns.kept)]
        self._put([[*names, *map(str, range(columns.n_columns))]])

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        start = 0
        for rows in self.columns.dense(X):
            stop = start + len(rows)
            numbers = np.arange(self.rows + start, self.rows + stop).tolist()
            columns = [numbers, sources[start:stop], texts[start:stop], *(each[start:stop] for each in kept.values())]
            shortest = rows.astype(str).tolist()  # of all texts of a number, the shortest that gives it back
            self._put([[*row, *vector] for *row, vector in zip(*columns, shortest, strict=True)])
            start = stop

    def _put(self, rows: list[list[Any]]) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self._sinks[0].file.write(text.getvalue().encode("utf-8", "backslashreplace"))
