"""A query: words and vectors to be added and others to be taken away, as one vector and the rows to be left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ParameterError
from .nearest import unit_rows

if TYPE_CHECKING:
    from .word_queries import WordQueries

Item = str | np.ndarray
"""A word, or a vector (d,)."""
Items = Item | Sequence[Item]
Query = Items | tuple[Items, Items]
"""What neighbours are asked for: words and vectors to be added; or such, and others to be taken away."""


def as_pairs(queries: Iterable[Query] | np.ndarray) -> list[tuple[Items, Items]]:
    """Return each query as what is added and what is taken away.

    Raises
    ------
    ParameterError
        If a query is a tuple of anything but two, which could be meant in more than one way.
    """
    pairs: list[tuple[Items, Items]] = []
    for query in queries:
        if not isinstance(query, tuple):
            pairs.append((query, []))
        elif len(query) == 2:
            pairs.append(query)
        else:
            raise ParameterError(f"a query is a tuple of {len(query)}: give (positive, negative), or a list of words")
    return pairs


def sum_of(vectors: WordQueries, positive: Items, negative: Items) -> tuple[np.ndarray, list[int]]:
    """Add up the directions of words and vectors, those of ``negative`` turned round.

    Parameters
    ----------
    vectors : WordVectors
        The words.
    positive, negative : str, (d,) array, or sequence of these
        The query.

    Returns
    -------
    sum : (d,) float64
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
    return signs @ unit_rows(found), [
        vectors.index[item] for item in items if isinstance(item, str) and item in vectors
    ]


def _listed(items: Items) -> list[Item]:
    return [items] if isinstance(items, str) or (isinstance(items, np.ndarray) and items.ndim == 1) else list(items)


def _checked(vector: np.ndarray, vectors: WordQueries) -> np.ndarray:
    found = np.asarray(vector)
    if found.shape != (vectors.vector_size,) or found.dtype.kind not in "fiu" or not np.isfinite(found).all():
        what = f"{found.dtype} of shape {found.shape}"
        raise ParameterError(f"a query is {what}: expected a word, or {vectors.vector_size} finite numbers")
    return found
