"""Rows as Parquet: the columns ``id``, ``source``, ``text``, and ``terms`` (sparse) or ``vector`` (dense)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import OutputError

from .columns import Columns
from .files import Sink
from .row_writer import RowWriter

if TYPE_CHECKING:
    from .columns import Matrix


class ParquetRows(RowWriter):
    """A Parquet file with one row group per block.

    ``terms`` is a map of string to double, ``vector`` a list of the columns' dtype. Lone surrogates, which Parquet
    strings cannot hold, are escaped as ``\\udXXX``.
    """

    def __init__(
        self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0
    ) -> None:
        import pyarrow as pa

        super().__init__(path, columns, sinks, rows_done)
        number = pa.from_numpy_dtype(columns.dtype)
        last = ("terms", pa.map_(pa.string(), pa.float64())) if columns.sparse else ("vector", pa.list_(number))
        self._schema = pa.schema([("id", pa.int64()), ("source", pa.string()), ("text", pa.string()), last])
        self._names = _name_array(columns) if columns.sparse else None
        self._table: Any = None
        if not columns.kept:
            self._open_table()

    def _open_table(self) -> None:
        from pyarrow import parquet

        self._table = parquet.ParquetWriter(self._sinks[0].file, self._schema, compression="zstd")

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        import pyarrow as pa

        if not self.columns.sparse:
            start = 0
            for rows in self.columns.dense(X):
                stop = start + len(rows)
                offsets = np.arange(len(rows) + 1, dtype=np.int32) * self.columns.n_columns
                vectors = pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows.ravel()))
                self._put(sources[start:stop], texts[start:stop], vectors, self.rows + start, _part(kept, start, stop))
                start = stop
            return
        matrix = self.columns.csr(X)
        if self._names is None:
            keys = pa.array(matrix.indices).cast(pa.string())
        else:
            keys = self._names.take(pa.array(matrix.indices)).cast(pa.string())
        offsets = pa.array(matrix.indptr.astype(np.int32))
        terms = pa.MapArray.from_arrays(offsets, keys, pa.array(matrix.data.astype(np.float64)))
        self._put(sources, texts, terms, self.rows, kept)

    def _put(
        self, sources: Sequence[str], texts: Sequence[str], values: Any, first: int, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        import pyarrow as pa

        if not texts:
            return
        ids = pa.array(np.arange(first, first + len(texts)))
        columns = [ids, _strings(sources), _strings(texts), values]
        columns += [self._kept(name, column) for name, column in kept.items()]
        if self._table is None:
            for name, column in zip(kept, columns[4:], strict=True):
                self._schema = self._schema.append(pa.field(f"kept.{name}", column.type))
            self._open_table()
        self._table.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def _kept(self, name: str, values: Sequence[Any]) -> Any:
        """Return a kept column; the first block determines its type."""
        import pyarrow as pa

        known = None if self._table is None else self._schema.field(f"kept.{name}").type
        try:
            column = pa.array(values, known)
        except UnicodeEncodeError:
            return _strings(values)
        except (pa.ArrowException, TypeError, OverflowError):
            was = "values of several types" if known is None else f"{known} before, and another type now"
            raise OutputError(f"{os.fspath(self.path)}: the kept column {name!r} holds {was}: write .jsonl") from None
        return column.cast(pa.string()) if pa.types.is_null(column.type) else column

    def _end(self) -> None:
        if self._table is None:
            self._open_table()
        self._table.close()

    def _abort(self) -> None:
        if self._table is not None:
            with contextlib.suppress(OSError, ValueError):
                self._table.close()
        self._names = None


def _part(kept: Mapping[str, Sequence[Any]], start: int, stop: int) -> dict[str, Sequence[Any]]:
    return {name: column[start:stop] for name, column in kept.items()}


def _strings(texts: Sequence[str]) -> Any:
    import pyarrow as pa

    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([text.encode("utf-8", "backslashreplace") for text in texts], pa.binary()).cast("string")


def _name_array(columns: Columns) -> Any:
    import pyarrow as pa

    if columns.names is None:
        return None
    names, chunks = iter(columns.names), []
    while batch := list(islice(names, 65536)):
        chunks.append(_strings(batch).cast(pa.large_string()))
    return pa.chunked_array(chunks, pa.large_string()).combine_chunks()
