"""Rows as one matrix: ``.npz`` for scipy.sparse, ``.npy`` for numpy."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ParameterError

from .columns import Columns
from .files import Sink
from .room import check_room
from .row_writer import RowWriter

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from .columns import Matrix


def needs_sparse(path: str | os.PathLike[str]) -> ParameterError:
    """Return the exception for dense rows that are to be written as ``.npz``."""
    return ParameterError(f"{os.fspath(path)}: .npz needs sparse rows, found dense ones: write .npy")


class Npz(RowWriter):
    """A CSR matrix for ``scipy.sparse.load_npz``. It is kept in memory until the writer closes."""

    def __init__(
        self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0
    ) -> None:
        super().__init__(path, columns, sinks, rows_done)
        if not columns.sparse:
            raise needs_sparse(path)
        self._blocks: list[csr_matrix] = []

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        self._blocks.append(self.columns.csr(X))

    def _end(self) -> None:
        rows = stored = 0
        for block in self._blocks:
            rows, stored = rows + block.shape[0], stored + block.nnz
        index = np.dtype(np.int32 if max(stored, self.columns.n_columns) < 2**31 else np.int64)
        with zipfile.ZipFile(self._sinks[-1].file, "w", allowZip64=True) as archive:
            indices = (block.indices for block in self._blocks)
            _put(archive, "indices", index, (stored,), indices)
            _put(archive, "indptr", index, (rows + 1,), self._bounds())
            _put(archive, "format", np.dtype("S3"), (), [np.array(b"csr")])
            _put(archive, "shape", np.dtype(np.int64), (2,), [np.array([rows, self.columns.n_columns])])
            _put(archive, "data", self.columns.dtype, (stored,), (block.data for block in self._blocks))

    def _bounds(self) -> Iterable[np.ndarray]:
        yield np.zeros(1, np.int64)
        stored = 0
        for block in self._blocks:
            yield block.indptr[1:].astype(np.int64) + stored
            stored += block.nnz

    def _abort(self) -> None:
        self._blocks = []


class Npy(RowWriter):
    """A dense matrix for ``numpy.load``, written row by row."""

    def __init__(
        self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0
    ) -> None:
        super().__init__(path, columns, sinks, rows_done)
        self._file = sinks[-1].file
        self._header(0)

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        check_room(self.path, self.columns, self.rows - self.rows_done + len(texts))
        for rows in self.columns.dense(X):
            self._file.write(rows.data)

    def _end(self) -> None:
        self._file.seek(0)
        self._header(self.rows - self.rows_done)

    def _header(self, rows: int) -> None:
        """Write the header. numpy pads it, so the number of rows can be updated in place."""
        layout = {
            "descr": np.lib.format.dtype_to_descr(self.columns.dtype),
            "fortran_order": False,
            "shape": (rows, self.columns.n_columns),
        }
        np.lib.format.write_array_header_1_0(self._file, layout)


def _put(
    archive: zipfile.ZipFile, name: str, dtype: np.dtype, shape: tuple[int, ...], chunks: Iterable[np.ndarray]
) -> None:
    layout = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, layout)
        for chunk in chunks:
            member.write(chunk.astype(dtype, copy=False).tobytes())
