"""Nearest: the rows of a matrix whose cosine with a query is greatest, exactly, for one query or for many.

All rows are compared in float32. Those that float32's rounding can't tell from the k-th best, and all better ones, are
compared again in float64, and ordered by it; equal ones by their row. So the answers do not depend on how queries are
put together, on blocks or on threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

_ROWS = 1 << 14  # of a block


class Nearest:
    """Rows to be found by their cosine with queries.

    Parameters
    ----------
    vectors : (n, d) float32
        The rows. Where one is all zeros, or isn't finite, its cosine is 0, or nothing can be said of it.

    Examples
    --------
    >>> rows = np.array([[1, 0], [2, 2], [0, -1]], np.float32)
    >>> found, cosines = Nearest(rows).search(np.array([[3.0, 0.0]]), k=2)
    >>> found.tolist(), cosines.round(3).tolist()
    ([[0, 1]], [[1.0, 0.707]])
    """

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = vectors
        self.inverse = inverse_lengths(vectors)
        # The bound of the error of a product of d numbers of two vectors of length 1, each rounded, in float32; twice.
        self.margin = (2 * vectors.shape[1] + 16) * 2.0**-24

    def search(
        self,
        queries: np.ndarray,
        k: int,
        *,
        excluded: Sequence[Sequence[int]] | None = None,
        restrict: int | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the ``k`` rows nearest to each query.

        Parameters
        ----------
        queries : (m, d) float
            Vectors of any length.
        k : int
            How many rows, from 1.
        excluded : sequence of sequences of int, optional
            For each query, the rows that are not looked at.
        restrict : int, optional
            Look at the first ``restrict`` rows only.

        Returns
        -------
        rows : (m, k) int64
            The nearest first, -1 where there are no more.
        cosines : (m, k) float64
            Theirs; NaN where there are no more.
        """
        last = len(self.vectors) if restrict is None else min(restrict, len(self.vectors))
        units = unit_rows(queries)
        rows = np.full((len(units), k), -1, np.int64)
        cosines = np.full((len(units), k), np.nan)
        for i, unit in enumerate(units):
            out = [] if excluded is None else [row for row in set(excluded[i]) if row < last]
            found, values = self._one(unit, k, out, last)
            rows[i, : len(found)], cosines[i, : len(found)] = found, values
        return rows, cosines

    def scores(self, unit: np.ndarray, last: int | None = None) -> np.ndarray:
        """The cosines of the first ``last`` rows with a vector of length 1, in float32: (last,)."""
        with np.errstate(all="ignore"):
            return (self.vectors[:last] @ unit.astype(np.float32)) * self.inverse[:last]

    def exact(self, rows: np.ndarray, unit: np.ndarray) -> np.ndarray:
        """The cosines of some rows with a vector of length 1, in float64."""
        return np.einsum("nd,d->n", unit_rows(self.vectors[rows]), unit)

    def count_nearer(self, unit: np.ndarray, cosine: float, *, excluded: Iterable[int] = ()) -> int:
        """How many rows have a greater cosine with a vector of length 1 than ``cosine``."""
        scores = self.scores(unit)
        scores[list(excluded)] = np.nan
        doubtful = np.flatnonzero(np.abs(scores - cosine) <= self.margin)
        sure = np.count_nonzero(scores > cosine + self.margin)
        return sure + np.count_nonzero(self.exact(doubtful, unit) > cosine)

    def _one(self, unit: np.ndarray, k: int, excluded: list[int], last: int) -> tuple[np.ndarray, np.ndarray]:
        scores = self.scores(unit, last)
        scores[excluded] = np.nan
        usable = int(np.count_nonzero(~np.isnan(scores)))
        k = min(k, usable)
        if k == 0:
            return np.zeros(0, np.int64), np.zeros(0)
        least = np.partition(np.where(np.isnan(scores), -np.inf, scores), last - k)[last - k] if k < last else -np.inf
        near = np.flatnonzero(scores >= least - 2 * self.margin)
        values = self.exact(near, unit)
        order = np.lexsort((near, -values))[:k]
        return near[order], values[order]


def inverse_lengths(vectors: np.ndarray) -> np.ndarray:
    """One by the length of each row: (n,) float32; 0 for rows of zeros, NaN for those that aren't finite."""
    inverse = np.empty(len(vectors), np.float32)
    for first in range(0, len(vectors), _ROWS):
        block = vectors[first : first + _ROWS].astype(np.float64)
        with np.errstate(all="ignore"):
            lengths = np.sqrt(np.einsum("nd,nd->n", block, block))
            inverse[first : first + _ROWS] = np.where(lengths > 0, 1 / lengths, 0 * lengths)
    inverse[np.isinf(inverse)] = 0
    return inverse


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Rows in float64, each divided by its length; those of zeros stay."""
    wide = np.asarray(vectors, np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", wide, wide))[:, np.newaxis]
    return wide / np.where(lengths > 0, lengths, 1)
