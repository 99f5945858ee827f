"""Word mover's distance: how far the words of one text have to travel to become those of another (Kusner et al. 2015).

A text is a heap of words, each with its share of the text as its weight; to move a share from one word to another costs
as much as their vectors are apart (Euclidean). The distance is the least cost, found exactly as a linear programme.
Words that both texts share stay in place: with distances that obey the triangle inequality this costs nothing.
"""

from __future__ import annotations

import numpy as np

from nlpkit.errors import NlpkitError


def movers_distance(vectors: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Compute the least cost of moving one set of weights to another.

    Parameters
    ----------
    vectors : (n, d) float
        The vectors of all words of both texts.
    first, second : (n,) float
        The weight that each word has in each text, none negative; each adds up to 1.

    Returns
    -------
    float

    Raises
    ------
    NlpkitError
        If the programme can't be solved, as when a vector isn't finite.

    Examples
    --------
    >>> points = np.array([[0.0], [1.0], [3.0]])
    >>> movers_distance(points, np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.5, 0.5]))
    2.0
    """
    shared = np.minimum(first, second)
    supply, demand = first - shared, second - shared
    sources, targets = np.flatnonzero(supply > 0), np.flatnonzero(demand > 0)
    if not len(sources) or not len(targets):
        return 0.0
    wide = np.asarray(vectors, np.float64)
    if not np.isfinite(wide).all():
        raise NlpkitError("word mover's distance: a word's vector isn't finite: train or convert the vectors anew")
    costs = np.sqrt(((wide[sources, np.newaxis] - wide[targets]) ** 2).sum(axis=2))
    total = supply.sum()
    return float(total * _least_cost(costs, supply[sources] / total, demand[targets] / demand.sum()))


def _least_cost(costs: np.ndarray, supply: np.ndarray, demand: np.ndarray) -> float:
    if 1 in costs.shape:  # there is one way only
        return float(supply @ costs @ demand)
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    n, m = costs.shape
    moves = np.arange(n * m)
    rows = np.concatenate([moves // m, n + moves % m])
    sums = coo_array((np.ones(2 * n * m), (rows, np.tile(moves, 2))), shape=(n + m, n * m)).tocsr()
    # The last demand is what is left over; said twice, rounding could make it a contradiction.
    found = linprog(costs.ravel(), A_eq=sums[:-1], b_eq=np.append(supply, demand[:-1]), method="highs")
    if not found.success:
        raise NlpkitError(f"word mover's distance: the linear programme can't be solved ({found.message.strip()})")
    return float(found.fun)
