"""Columns of output rows: names, type, and conversion of matrices to that type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    Matrix: TypeAlias = csr_matrix | np.ndarray


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns of all rows.

    Attributes
    ----------
    names : sequence of str or None
        Column names in order; None if columns only have numbers.
    n_columns : int
    dtype : numpy.dtype
        Type of the values.
    sparse : bool
        Whether rows are written as nonzero terms or as whole vectors.
    one_based : bool
        Whether svmlight columns are counted from 1.
    kept : tuple of str
        Columns of the input that are written beside the text.
    label : str or None
        The one of them that is the label of svmlight.
    """

    names: Sequence[str] | None
    n_columns: int
    dtype: np.dtype
    sparse: bool = True
    one_based: bool = False
    kept: tuple[str, ...] = ()
    label: str | None = None

    @property
    def row_bytes(self) -> int:
        """Size of a dense row in bytes."""
        return max(1, self.n_columns * self.dtype.itemsize)

    def csr(self, X: Matrix) -> csr_matrix:
        """Return ``X`` as CSR of this dtype, with duplicates summed."""
        from scipy.sparse import csr_matrix

        rows = csr_matrix(X, dtype=self.dtype)
        if not rows.has_canonical_format:
            rows = rows.copy()
            rows.sum_duplicates()
        return rows

    def dense(self, X: Matrix, at_once: int = 1 << 24) -> Iterator[np.ndarray]:
        """Yield ``X`` as dense arrays of this dtype, of about ``at_once`` bytes each."""
        step = max(1, at_once // self.row_bytes)
        for start in range(0, X.shape[0], step):
            rows = X[start : start + step]
            yield np.ascontiguousarray(rows if isinstance(rows, np.ndarray) else rows.toarray(), self.dtype)


_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r"})


def escaped_lines(strings: Iterable[str]) -> Iterator[bytes]:
    r"""Yield UTF-8 in pieces, one string per line, which `nlpkit.text.terms.Terms.from_lines` reads.

    Backslash, line ends and lone surrogates are escaped, as ``\\``, ``\n``, ``\r`` and ``\ud800``.
    """
    remaining = iter(strings)
    while block := list(islice(remaining, 4096)):
        text = "\n".join(block)
        if "\\" in text or "\r" in text or text.count("\n") != len(block) - 1:
            text = "\n".join([string.translate(_ESCAPES) for string in block])
        yield (text + "\n").encode("utf-8", "backslashreplace")
