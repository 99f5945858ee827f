"""Rows as lines of text: JSONL and svmlight."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from .columns import Columns, escaped_lines
from .files import PendingFile, Sink, StandardOutput
from .labels import Labels
from .row_writer import RowWriter

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from .columns import Matrix

BATCH = 1024
"""Number of rows held as text at once."""


class JsonLines(RowWriter):
    """One JSON object per row: ``id``, ``source``, ``text`` and ``terms`` (sparse) or ``vector`` (dense).

    Numbers are written exactly, text as unescaped UTF-8, and lone surrogates escaped.
    """

    def __init__(
        self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0
    ) -> None:
        super().__init__(path, columns, sinks, rows_done)
        self._file: IO[bytes] | gzip.GzipFile = sinks[0].file
        self._encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=str).encode

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        key = "terms" if self.columns.sparse else "vector"
        values = _terms(self.columns, X) if self.columns.sparse else self._vectors(X)
        numbers = range(self.rows, self.rows + len(texts))
        records: Iterator[dict[str, Any]] = (
            {"id": number, "source": source, "text": text, key: value}
            for number, source, text, value in zip(numbers, sources, texts, values, strict=True)
        )
        if kept:
            records = (
                {**record, "kept": dict(zip(kept, row, strict=True))}
                for record, row in zip(records, zip(*kept.values(), strict=True), strict=True)
            )
        lines = []
        for record in records:
            lines.append(self._encode(record))
            if len(lines) == BATCH:
                self._put(lines)
                lines = []
        self._put(lines)
        if isinstance(self._sinks[0], StandardOutput):
            self._sinks[0].finish()

    def _put(self, lines: list[str]) -> None:
        if lines:
            self._file.write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))

    def _vectors(self, X: Matrix) -> Iterator[list[float]]:
        for rows in self.columns.dense(X):
            yield from _numbers(rows).tolist()


class GzipJsonLines(JsonLines):
    """Same as `JsonLines`, compressed."""

    def __init__(
        self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0
    ) -> None:
        super().__init__(path, columns, sinks, rows_done)
        self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=sinks[0].file, mtime=0)

    def _end(self) -> None:
        self._file.close()

    def _abort(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.close()


class SvmLight(RowWriter):
    """One line per row: the label, 0 if there is none, then ``column:value`` for nonzero values.

    A label that is a number is written as it is. If the first one is none, labels are numbered by first appearance;
    ``PATH.labels.txt`` holds them, one per line.
    """

    def __init__(
        self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0
    ) -> None:
        super().__init__(path, columns, sinks, rows_done)
        self._labels = Labels()

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        rows = self.columns.csr(X)
        first = 1 if self.columns.one_based else 0
        for start in range(0, len(texts), BATCH):
            lines = []
            for indices, data in _rows(rows[start : start + BATCH], first):
                lines.append(" ".join(["0", *map("{}:{}".format, indices, map(repr, data))]))
            if self.columns.label is not None:
                labels = kept[self.columns.label][start : start + BATCH]
                lines = [self._labels.number(label) + line[1:] for label, line in zip(labels, lines, strict=True)]
            self._sinks[-1].file.write(("\n".join(lines) + "\n").encode())

    def _end(self) -> None:
        if self._labels.names:
            names = PendingFile(f"{os.fspath(self.path)}.labels.txt")
            names.file.writelines(escaped_lines(self._labels.names))
            self._sinks = [names, *self._sinks]


def _terms(columns: Columns, X: Matrix) -> Iterator[dict[str, float]]:
    matrix = columns.csr(X)
    labels, position = _labels(columns, matrix.indices)
    starts = matrix.indptr.tolist()
    for start in range(0, matrix.shape[0], BATCH):
        bounds = starts[start : start + BATCH + 1]
        keys = labels[position[bounds[0] : bounds[-1]]].tolist()
        values = _numbers(matrix.data[bounds[0] : bounds[-1]]).tolist()
        for low, high in pairwise([bound - bounds[0] for bound in bounds]):
            yield dict(zip(keys[low:high], values[low:high], strict=True))


def _labels(columns: Columns, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    used, position = np.unique(indices, return_inverse=True)
    names = columns.names
    labels = np.empty(len(used), dtype=object)
    labels[:] = [str(i) for i in used.tolist()] if names is None else [names[i] for i in used.tolist()]
    return labels, position


def _rows(matrix: csr_matrix, first: int) -> Iterator[tuple[list[int], list[float]]]:
    indices = (matrix.indices.astype(np.int64) + first).tolist()
    data = _numbers(matrix.data).tolist()
    bounds = matrix.indptr.tolist()
    for low, high in pairwise(bounds):
        yield indices[low:high], data[low:high]


def _numbers(values: np.ndarray) -> np.ndarray:
    return values.view(np.uint8) if values.dtype == np.bool_ else values
