"""A query: words and vectors to be added and others to be taken away, as one vector and the rows to be left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.index.nearest import unit_rows

if TYPE_CHECKING:
    from .table import WordTable

Item = str | np.ndarray
"""A word, or a vector (d,)."""
Items = Item | Sequence[Item]
Query = Items | tuple[Items, Items]
"""A query for neighbours: words and vectors to add; or such, and others to subtract."""


def sums_of(vectors: WordTable, queries: Iterable[Query] | np.ndarray) -> tuple[np.ndarray, list[list[int]]]:
    """Work out many queries: the direction that each looks in, and the rows of its words.

    Parameters
    ----------
    vectors : WordTable
        The words.
    queries : iterable of queries, or (m, d) array
        Queries.

    Returns
    -------
    sums : (m, d) float64
        Directions, of any length.
    rows : list of list of int
        For each query, those of its words that are in the vocabulary.

    Raises
    ------
    UnknownWordError
        As `sum_of`.
    ParameterError
        As `sum_of`; or if a query is a tuple of anything but two, which could be meant in more than one way.
    """
    listed = list(queries)
    rows = [[vectors.index.get(query, -1)] if isinstance(query, str) else [-1] for query in listed]
    sums = np.empty((len(listed), vectors.vector_size))
    words = [i for i, [row] in enumerate(rows) if row >= 0]
    sums[words] = vectors.vectors[[rows[i][0] for i in words]]
    for i in [i for i, [row] in enumerate(rows) if row < 0]:
        query = listed[i]
        if isinstance(query, tuple) and len(query) != 2:
            raise ParameterError(f"a query is a tuple of {len(query)}: give (positive, negative), or a list of words")
        positive, negative = query if isinstance(query, tuple) else (query, [])
        sums[i], rows[i] = sum_of(vectors, positive, negative)
    return sums, rows


def sum_of(vectors: WordTable, positive: Items, negative: Items) -> tuple[np.ndarray, list[int]]:
    """Add up the directions of words and vectors, those of ``negative`` turned round.

    Parameters
    ----------
    vectors : WordTable
        The words.
    positive, negative : str, (d,) array, or sequence of these
        The query.

    Returns
    -------
    sum : (d,) float64
        One word's or vector's as it is.
    rows : list of int
        The rows of its words that are in the vocabulary.

    Raises
    ------
    UnknownWordError
        If there is no such word, and there are no sub-words.
    ParameterError
        If the query is empty, or a vector isn't one of as many finite numbers as the words'.
    """
    added, taken = _listed(positive), _listed(negative)
    items = [*added, *taken]
    if not items:
        raise ParameterError("the query is empty: give a word or a vector at least")
    found = np.array([vectors[item] if isinstance(item, str) else _checked(item, vectors) for item in items])
    signs = np.repeat([1.0, -1.0], [len(added), len(taken)])
    rows = [vectors.index[item] for item in items if isinstance(item, str) and item in vectors]
    return (found[0] if len(added) == len(items) == 1 else signs @ unit_rows(found)), rows


def _listed(items: Items) -> list[Item]:
    return [items] if isinstance(items, str) or (isinstance(items, np.ndarray) and items.ndim == 1) else list(items)


def _checked(vector: np.ndarray, vectors: WordTable) -> np.ndarray:
    found = np.asarray(vector)
    if found.shape != (vectors.vector_size,) or found.dtype.kind not in "fiu" or not np.isfinite(found).all():
        what = f"{found.dtype} of shape {found.shape}"
        raise ParameterError(f"a query is {what}: expected a word, or {vectors.vector_size} finite numbers")
    return found
