"""RowWriter: the base class of the writers, one per format."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nlpkit.errors import ParameterError

from .columns import Columns
from .files import Sink, output_errors

if TYPE_CHECKING:
    from .columns import Matrix


class RowWriter:
    """Writes blocks of rows. The output gets its name when the writer is closed without an error.

    As a context manager it closes on exit, and discards the output after an exception. Subclasses implement `_write`
    and, if needed, `_end` and `_abort`.

    Attributes
    ----------
    rows_done : int
        Number of rows that existed when the writer was opened; the caller skips these.
    rows : int
        Current number of rows.
    """

    def __init__(self, path: str | os.PathLike[str], columns: Columns, sinks: Sequence[Sink], rows_done: int = 0):
        self.path = path
        self.columns = columns
        self.rows_done = self.rows = rows_done
        self._sinks = sinks
        self._open = True

    def write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]] | None = None
    ) -> None:
        """Add a block of rows.

        Parameters
        ----------
        sources : sequence of str
            Source of each text.
        texts : sequence of str
        X : CSR matrix or ndarray of shape (n_texts, n_columns)
        kept : mapping of str to sequence, optional
            The values of the columns in ``columns.kept``.

        Raises
        ------
        OutputError
            If the file system is not writable or full.
        BrokenPipeError
            If standard output has been closed by its reader.
        """
        if X.shape != (len(texts), self.columns.n_columns) or len(sources) != len(texts):
            raise ParameterError(
                f"found a block of shape {X.shape} with {len(texts)} texts from {len(sources)} sources:"
                f" expected equal numbers of rows, texts and sources, and {self.columns.n_columns} columns"
            )
        columns = {name: (kept or {})[name] for name in self.columns.kept}
        with output_errors(self.path):
            self._write(sources, texts, X, columns)
        self.rows += len(texts)

    def tell(self, left_out: Mapping[str, int]) -> None:
        """Take the number of texts that were left out, by reason; a folder's manifest holds it."""

    def close(self) -> None:
        """Complete the output and give it its name; raises the same errors as `write`."""
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
        """Remove incomplete output."""
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

    def _write(
        self, sources: Sequence[str], texts: Sequence[str], X: Matrix, kept: Mapping[str, Sequence[Any]]
    ) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        pass

    def _abort(self) -> None:
        pass
