"""Nearest: the rows of a matrix whose cosine with a query is greatest, exactly, for one query or for many.

All rows are compared in float32. The k best, and those within float32's rounding of them, are compared again
in float64, and ordered by it; equal ones by their row. So the answers do not depend on how queries are put together, on
blocks or on threads. Few queries are worked by NumPy, many by compiled code, which need not be loaded for the few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from nlpkit.threads import available_threads, map_batches

_ROWS = 1 << 14  # of a block
_FEW = 1_000_000_000  # products of two numbers, below which compiled code isn't worth being loaded
_QUERY_NUMBERS = 1 << 18  # that stay in the cache while the rows go by
_WIDE_NUMBERS = 1 << 20  # worked at a time in float64
_SPARE = 8  # rows that are kept beyond the k best


class Nearest:
    """Nearest-neighbour search over rows, by cosine.

    Parameters
    ----------
    vectors : (n, d) float32
        The rows. The cosine of one that is all zeros is 0; one that isn't finite is never found.

    Examples
    --------
    >>> rows = np.array([[1, 0], [2, 2], [0, -1]], np.float32)
    >>> found, cosines = Nearest(rows).search(np.array([[3.0, 0.0]]), k=2)
    >>> found.tolist(), cosines.round(3).tolist()
    ([[0, 1]], [[1.0, 0.707]])
    """

    def __init__(self, vectors: np.ndarray) -> None:
        self.vectors = np.asarray(vectors)
        self.inverse = _inverse_lengths(self.vectors)
        # Twice the bound of the error of a cosine: of d products and sums, of the lengths and of the query's rounding.
        self.margin = (2 * self.vectors.shape[1] + 16) * 2.0**-24

    def search(
        self,
        queries: np.ndarray,
        k: int,
        *,
        excluded: Sequence[Sequence[int]] | None = None,
        restrict: int | None = None,
        threads: int | None = None,
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
        threads : int, optional
            Number of threads for many queries; default: every core that the process may use.

        Returns
        -------
        rows : (m, ≤ k) int64
            The nearest first, -1 where there are no more.
        cosines : (m, ≤ k) float64
            Cosines of these rows; NaN where there are no more.
        """
        last = len(self.vectors) if restrict is None else min(restrict, len(self.vectors))
        units, k = unit_rows(queries), min(k, last)
        out = [[row for row in rows if row < last] for rows in excluded] if excluded is not None else [[]] * len(units)
        rows = np.full((len(units), k), -1, np.int64)
        cosines = np.full((len(units), k), np.nan)
        alone: Iterable[int] = range(len(units))
        if k and units.size * last >= _FEW:
            alone = self._many(units, out, last, rows, cosines, threads or available_threads())
        for i in alone:
            found, values = self._one(units[i], k, out[i], last)
            rows[i, : len(found)], cosines[i, : len(found)] = found, values
        return rows, cosines

    def scores(self, unit: np.ndarray, last: int | None = None) -> np.ndarray:
        """The cosines of the first ``last`` rows with a vector of length 1, in float32: (last,)."""
        with np.errstate(all="ignore"):
            scores = self.vectors[:last] @ unit.astype(np.float32)
            scores *= self.inverse[:last]
        return scores

    def exact(self, rows: np.ndarray, units: np.ndarray) -> np.ndarray:
        """The cosines of rows (…, k) with vectors of length 1 (…, d), in float64: (…, k)."""
        return np.clip((unit_rows(self.vectors[rows]) * units[..., np.newaxis, :]).sum(axis=-1), -1, 1)

    def count_nearer(self, unit: np.ndarray, row: int, *, excluded: int) -> int:
        """How many rows have a greater cosine with a vector of length 1 than ``row``, leaving one out."""
        scores = self.scores(unit)
        cosine = self.exact(np.array([row]), unit)[0]
        scores[[row, excluded]] = np.nan
        doubtful = np.flatnonzero(np.abs(scores - cosine) <= self.margin)
        sure = np.count_nonzero(scores > cosine + self.margin)
        return int(sure + np.count_nonzero(self.exact(doubtful, unit) > cosine))

    def _one(self, unit: np.ndarray, k: int, excluded: Sequence[int], last: int) -> tuple[np.ndarray, np.ndarray]:
        scores = self.scores(unit, last)
        scores[excluded] = np.nan
        scores[np.isnan(scores)] = -np.inf
        least = np.partition(scores, last - k)[last - k] if k else np.inf
        near = np.flatnonzero(scores >= max(least - 2 * self.margin, -2.0))
        values = self.exact(near, unit)
        order = np.argsort(-values, kind="stable")[:k]
        return near[order], values[order]

    def _many(
        self,
        units: np.ndarray,
        excluded: Sequence[Sequence[int]],
        last: int,
        rows: np.ndarray,
        cosines: np.ndarray,
        threads: int,
    ) -> list[int]:
        """Fill ``rows`` and ``cosines``, and return the queries that are to be worked alone."""
        from ._nearest_numba import QUERIES

        n_blocks = -(-len(units) // max(_QUERY_NUMBERS // units.shape[1], QUERIES))
        n_blocks = -(-n_blocks // threads) * threads
        edges = np.linspace(0, len(units), n_blocks + 1).astype(np.int64).tolist()

        def work(worker: int, block: slice) -> list[int]:
            kept, scores = self._scan(units[block], excluded[block], last, rows.shape[1])
            step = max(_WIDE_NUMBERS // (kept.shape[1] * units.shape[1]), 1)
            unsure = []
            for start in range(block.start, block.stop, step):
                part = slice(start, min(start + step, block.stop))
                inner = slice(part.start - block.start, part.stop - block.start)
                unsure += self._settle(units, excluded, part, kept[inner], scores[inner], rows, cosines)
            return unsure

        blocks = [slice(*pair) for pair in pairwise(edges) if pair[0] < pair[1]]
        return [i for unsure in map_batches(work, range(threads), blocks) for i in unsure]

    def _scan(
        self, units: np.ndarray, excluded: Sequence[Sequence[int]], last: int, k: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """A little more than the k best rows of each query by float32, and their least score."""
        from ._nearest_numba import PANEL, QUERIES, scan

        m, d = units.shape
        size = min(k + _SPARE + max(map(len, excluded)), last)
        queries = np.zeros((-(-m // QUERIES) * QUERIES, d), np.float32)
        queries[:m] = units
        queries = np.ascontiguousarray(queries.reshape(-1, QUERIES, d).transpose(0, 2, 1))
        kept = np.full((queries.size // d, size), -np.inf, np.float32)
        rows = np.full(kept.shape, -1, np.int32)
        panel, scratch = np.empty(d * PANEL, np.float32), np.empty(PANEL, np.float32)
        scan(self.vectors, self.inverse, 0, last, queries.ravel(), d, kept, rows, panel, scratch)
        return rows[:m], kept[:m, 0]

    def _settle(
        self,
        units: np.ndarray,
        excluded: Sequence[Sequence[int]],
        part: slice,
        kept: np.ndarray,
        least: np.ndarray,
        rows: np.ndarray,
        cosines: np.ndarray,
    ) -> list[int]:
        """Order what was kept by float64; return the queries for which something better may have been missed."""
        k = rows.shape[1]
        kept = np.sort(kept, axis=1).astype(np.int64)
        values = self.exact(kept, units[part])
        values[kept < 0] = -np.inf
        whose = np.repeat(np.arange(len(kept)), [len(out) for out in excluded[part]])
        out = np.array([row for each in excluded[part] for row in each], np.int64)
        pair, place = np.nonzero(kept[whose] == out[:, np.newaxis])
        values[whose[pair], place] = -np.inf
        order = np.argsort(-values, axis=1, kind="stable")[:, :k]
        values = np.take_along_axis(values, order, axis=1)
        found = values > -np.inf
        rows[part] = np.where(found, np.take_along_axis(kept, order, axis=1), -1)
        cosines[part] = np.where(found, values, np.nan)
        complete = kept[:, 0] < 0
        return (part.start + np.flatnonzero(~complete & ~(values[:, -1] > least + self.margin))).tolist()


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    """Vectors (…, d) in float64, each divided by its length; those of zeros stay."""
    wide = np.asarray(vectors, np.float64)
    lengths = np.sqrt((wide * wide).sum(axis=-1, keepdims=True))
    with np.errstate(invalid="ignore"):
        return wide / np.where(lengths > 0, lengths, 1)


def _inverse_lengths(vectors: np.ndarray) -> np.ndarray:
    """One by the length of each row: (n,) float32; 0 for rows of zeros, NaN for those that aren't finite."""
    inverse = np.empty(len(vectors), np.float32)
    for first in range(0, len(vectors), _ROWS):
        block = vectors[first : first + _ROWS].astype(np.float64)
        with np.errstate(all="ignore"):
            lengths = np.sqrt(np.einsum("nd,nd->n", block, block))
            inverse[first : first + _ROWS] = np.where(lengths > 0, 1 / lengths, 0 * lengths)
    inverse[np.isinf(inverse)] = 0
    return inverse
