"""TextIndex: the texts nearest to a query, by the cosine of their vectors or by BM25, found block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Hit:
    """A text that was found.

    Attributes
    ----------
    score : float
        Cosine of its vector and the query's; for BM25 the sum of its weights over the query's terms, each as often
        as the query has it.
    id : int
        Number of the text over all inputs, from 0.
    source : str
        File that holds it.
    text : str
    """

    score: float
    id: int
    source: str
    text: str


class TextIndex:
    """The ``k`` best texts for a query among those that were added.

    Parameters
    ----------
    query : CSR matrix or array of shape (1, n_columns)
        Vector of the query: for BM25 how often the query has each term.
    k : int
        Maximum number of texts that are kept.
    is_cosine : bool
        Score by the cosine; False scores by the product of the two vectors, which is BM25 where the texts' vectors
        hold its weights.

    Examples
    --------
    >>> import numpy as np
    >>> index = TextIndex(np.array([[1.0, 0.0]]), k=1, is_cosine=True)
    >>> index.add(["a.txt", "a.txt"], ["far", "near"], np.array([[1.0, 2.0], [2.0, 0.1]]))
    >>> [(hit.id, hit.text) for hit in index.hits]
    [(1, 'near')]
    """

    def __init__(self, query: Any, k: int, *, is_cosine: bool) -> None:
        import numpy as np

        if hasattr(query, "indptr"):
            weights = np.zeros(query.shape[1])
            weights[query.indices] = query.data
        else:
            weights = query[0].astype(float)
        norm = np.linalg.norm(weights) if is_cosine else 1.0
        self._weights = weights / norm if norm else weights
        self._is_cosine = is_cosine
        self._k = k
        self._rows = 0
        self.hits: list[Hit] = []
        """The best texts so far, the nearest first; equals by their number."""

    def add(self, sources: Sequence[str], texts: Sequence[str], vectors: Any) -> None:
        """Score a block of texts by their vectors, CSR or dense (n_texts, n_columns), and keep the best."""
        scores = _scores(vectors, self._weights, self._is_cosine)
        for index in _largest(scores, self._k):
            self.hits.append(Hit(float(scores[index]), self._rows + int(index), sources[index], texts[index]))
        self.hits = sorted(self.hits, key=lambda hit: (-hit.score, hit.id))[: self._k]
        self._rows += len(texts)


def _scores(vectors: Any, weights: Any, is_cosine: bool) -> Any:
    """Return the score of each text; NaN for a text that has nothing in common with the query."""
    import numpy as np

    scores = vectors @ weights
    if not hasattr(vectors, "indptr"):
        lengths = np.linalg.norm(vectors, axis=1)
        found = (lengths > 0) & bool(weights.any())
        return np.divide(scores, lengths, out=np.full(len(scores), np.nan), where=found)
    if is_cosine:
        rows = np.repeat(np.arange(vectors.shape[0]), np.diff(vectors.indptr))
        squares = np.bincount(rows, np.square(vectors.data, dtype=float), vectors.shape[0])
        scores = np.divide(scores, np.sqrt(squares), out=np.zeros(len(squares)), where=squares > 0)
    return np.where(scores > 0, scores, np.nan)


def _largest(scores: Any, k: int) -> Any:
    """Return the places of the ``k`` largest scores, the first of equals first."""
    import numpy as np

    found = np.flatnonzero(~np.isnan(scores))
    return found[np.argsort(-scores[found], kind="stable")[:k]]
