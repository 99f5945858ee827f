"""Word mover's distance: against moves counted by hand, against all ways of moving, and by what has to hold of it."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from nlpkit.embeddings import WordVectors
from nlpkit.embeddings.words.movers_distance import movers_distance
from nlpkit.errors import NlpkitError

WORDS = [f"w{i}" for i in range(12)]
VECTORS = WordVectors(WORDS, np.random.default_rng(5).normal(size=(12, 4)))


def by_all_pairings(first: list[str], second: list[str]) -> float:
    """The least cost where both texts have as many words: some whole pairing of them is best (Birkhoff)."""
    one, other = VECTORS[first].astype(np.float64), VECTORS[second].astype(np.float64)
    costs = np.linalg.norm(one[:, np.newaxis] - other, axis=2)
    n = len(first)
    return min(sum(costs[i, j] for i, j in enumerate(order)) for order in permutations(range(n))) / n


@pytest.mark.parametrize("seed", range(8))
def test_the_best_of_all_pairings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (rng.choice(WORDS, 6).tolist() for _ in range(2))
    assert VECTORS.wmdistance(first, second, normalize=False) == pytest.approx(by_all_pairings(first, second), abs=1e-9)


def test_shares_that_have_to_be_divided() -> None:
    line = WordVectors(["a", "b", "c", "d"], np.array([[0.0], [1.0], [3.0], [7.0]]))
    # Two thirds at 0 and one at 7; a half at 1 and a half at 3: 1/2 from 0 to 1, 1/6 from 0 to 3, 1/3 from 7 to 3.
    assert line.wmdistance("a a d", "b c", normalize=False) == pytest.approx(1 / 2 + 3 / 6 + 4 / 3)
    assert line.wmdistance("a", "b c d d", normalize=False) == pytest.approx((1 + 3 + 7 + 7) / 4)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_a_distance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, c = (rng.choice(WORDS, n).tolist() for n in (5, 7, 9))
    assert VECTORS.wmdistance(a, a[::-1]) == pytest.approx(0, abs=1e-12)
    assert VECTORS.wmdistance(a, b) == pytest.approx(VECTORS.wmdistance(b, a), abs=1e-9)
    assert VECTORS.wmdistance(a, c) <= VECTORS.wmdistance(a, b) + VECTORS.wmdistance(b, c) + 1e-9


def test_normalized_vectors_are_on_the_circle() -> None:
    plane = WordVectors(["east", "north"], np.array([[5.0, 0], [0, 0.1]]))
    assert plane.wmdistance(["east"], ["north"]) == pytest.approx(2**0.5)


def test_unknown_words_are_left_out() -> None:
    assert VECTORS.wmdistance("w1 who w2", ["w2", "w3"]) == VECTORS.wmdistance("w1 w2", "w2 w3")
    assert VECTORS.wmdistance("who", "w1") == float("inf")
    assert VECTORS.wmdistance("who", "what") == 0
    assert VECTORS.wmdistance([], []) == 0


def test_many_words() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(90, 1))
    first, second = rng.dirichlet(np.ones(90)), rng.dirichlet(np.ones(90))
    order = np.argsort(points[:, 0])
    ahead = np.cumsum((first - second)[order])[:-1]
    expected = np.abs(ahead) @ np.diff(points[order, 0])  # on a line: what has to pass between neighbours
    assert movers_distance(points, first, second) == pytest.approx(expected, abs=1e-9)


def test_a_vector_that_is_not_finite() -> None:
    broken = WordVectors(["a", "b", "c"], np.array([[np.nan], [1.0], [2.0]]))
    with pytest.raises(NlpkitError, match="a word's vector isn't finite"):
        broken.wmdistance("a b", "b c", normalize=False)


def test_as_gensim_has_it() -> None:
    pytest.importorskip("gensim", reason="gensim isn't installed")
    pytest.importorskip("ot", reason="POT, which gensim needs for this, isn't installed")
    keyed = VECTORS.to_gensim()
    rng = np.random.default_rng(2)
    for _ in range(10):
        first, second = (rng.choice(WORDS, rng.integers(1, 9)).tolist() for _ in range(2))
        for normalize in (True, False):
            found = VECTORS.wmdistance(first, second, normalize=normalize)
            assert found == pytest.approx(keyed.wmdistance(first, second, norm=normalize), abs=1e-6)
