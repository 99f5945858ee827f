"""Receivers of rows in place of a file."""

from __future__ import annotations

from typing import Any, Protocol


class RowSink(Protocol):
    """Receiver of rows in place of a file, such as a table on the screen.

    ``open`` is called once with the fitted model, then ``write`` with blocks of rows until there are no more
    or ``full`` is true, then ``close``.
    """

    full: bool

    def open(self, model: Any) -> None:
        """Prepare for the rows of the fitted ``model``."""

    def write(self, sources: list[str], texts: list[str], rows: Any, kept: Any = None) -> None:
        """Take a block: the source of each text, the texts, their vectors (CSR or dense), and kept columns if any."""

    def close(self) -> None:
        """End, after all rows or after an exception."""


class Collected:
    """A sink that keeps the vectors."""

    def __init__(self) -> None:
        self._blocks: list[Any] = []

    def write(self, sources: list[str], texts: list[str], rows: Any, kept: Any = None) -> None:
        """Keep the vectors of a block."""
        self._blocks.append(rows)

    def vectors(self) -> Any:
        """Return all vectors as one matrix."""
        if len(self._blocks) == 1:
            return self._blocks[0]
        if not hasattr(self._blocks[0], "indptr"):
            import numpy as np

            return np.concatenate(self._blocks)
        from scipy.sparse import vstack

        return vstack(self._blocks, format="csr")
