"""From counted rows to one CSR matrix, part by part and in threads; and from a matrix back to terms."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.text.counting.rows import Rows
from nlpkit.text.terms import Terms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Place = Callable[[Rows, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
Weigh = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def csr_from_rows(
    parts: list[Rows],
    place: Place,
    columns: np.ndarray,
    weigh: Weigh,
    n_columns: int,
    dtype: np.dtype,
    threads: int,
) -> csr_matrix:
    """Place every part's terms in their columns, weigh them, and join the parts; empties ``parts`` as it goes.

    ``weigh(columns, counts, sizes, lengths)`` gives the values of some rows from the columns and counts of their terms,
    the numbers of terms in each row, and the lengths of the texts.
    """
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0] + [len(part.terms) for part in parts])
    index_dtype = np.int32 if starts[-1] <= np.iinfo(np.int32).max else np.int64
    # Room for all pairs, of which some may fall to pruning: memory that is not written to costs nothing.
    indices, data = np.empty(starts[-1], index_dtype), np.empty(starts[-1], dtype)
    todo: list[Rows | None] = list(parts)
    parts.clear()

    def fill(i: int) -> np.ndarray:
        part, todo[i] = todo[i], None
        assert part is not None
        column, count, sizes = place(part, columns)
        start = starts[i]
        indices[start : start + len(column)] = column
        data[start : start + len(column)] = weigh(column, count, sizes, part.lengths)
        return sizes

    if threads == 1:
        sizes = [fill(i) for i in range(len(todo))]
    else:
        with ThreadPoolExecutor(threads) as pool:
            sizes = list(pool.map(fill, range(len(todo))))
    used = [int(size.sum()) for size in sizes]
    end = 0
    for start, n in zip(starts, used, strict=False):
        if start != end:
            indices[end : end + n] = indices[start : start + n]
            data[end : end + n] = data[start : start + n]
        end += n
    if end < starts[-1] // 2:
        indices, data = indices[:end].copy(), data[:end].copy()
    indptr = np.zeros(sum(map(len, sizes)) + 1, index_dtype)
    if sizes:
        np.cumsum(np.concatenate(sizes), out=indptr[1:])
    matrix = csr_matrix((data[:end], indices[:end], indptr), shape=(len(indptr) - 1, n_columns))
    matrix.has_sorted_indices = matrix.has_canonical_format = True
    return matrix


def terms_of_rows(X: Any, terms: Terms) -> list[np.ndarray]:
    """The terms whose value isn't 0 in each row of ``X`` (n_texts, n_terms): an array of str for each row.

    Raises
    ------
    ParameterError
        If ``X`` is no matrix, or has too many columns.
    """
    from scipy.sparse import csr_matrix, issparse

    names = np.array(list(terms))
    if not issparse(X) and np.ndim(X) != 2:
        raise ParameterError(f"X has {np.ndim(X)} dimensions, expected 2: (n_texts, n_terms)")
    matrix = csr_matrix(X)
    if matrix.shape[1] > len(names):
        raise ParameterError(f"X has {matrix.shape[1]} columns, but there are {len(names)} terms")
    return [names[matrix[i].nonzero()[1]] for i in range(matrix.shape[0])]
