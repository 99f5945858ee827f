"""The nearest rows: as a plain search in float64 finds them, by both code paths, for any input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.index import nearest as module
from nlpkit.index.nearest import Nearest, unit_rows


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few queries too take the compiled code path."""
    monkeypatch.setattr(module, "_FEW", 0)


def plainly(
    rows: np.ndarray, query: np.ndarray, k: int, excluded: list[int], last: int
) -> tuple[list[int], list[float]]:
    """The answer by sorting all cosines, in float64; equal ones by their row."""
    unit = unit_rows(query[np.newaxis])[0]
    with np.errstate(invalid="ignore"):
        cosines = np.clip((unit_rows(rows[:last]) * unit).sum(axis=1), -1, 1)
    order = [row for row in np.argsort(-cosines, kind="stable").tolist() if np.isfinite(cosines[row])]
    best = [row for row in order if row not in excluded][:k]
    return best, cosines[best].tolist()


def check(rows: np.ndarray, queries: np.ndarray, k: int, excluded: list[list[int]], last: int, **options: int) -> None:
    found, cosines = Nearest(rows).search(queries, k, excluded=excluded, restrict=last, **options)
    for i, query in enumerate(queries):
        best, values = plainly(rows, query, k, excluded[i], last)
        assert found[i].tolist() == best + [-1] * (found.shape[1] - len(best))
        assert cosines[i, : len(best)].tolist() == values
        assert np.isnan(cosines[i, len(best) :]).all()


def matrix(seed: int, n: int, d: int, kind: str) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d)).astype(np.float32)
    if kind == "repeated":  # many more equal ones than are kept beyond the k best
        rows = rows[rng.integers(0, max(n // 40, 1), n)]
    elif kind == "nearly equal":
        rows = rows[:1] + np.float32(1e-7) * rows
    elif kind == "zeros and worse":
        rows[rng.random(n) < 0.2] = 0
        rows[rng.random(n) < 0.1] = np.nan
        rows[rng.random(n) < 0.1, :1] = np.inf
    elif kind == "whole numbers":
        rows = np.rint(rows)
    elif kind == "of all lengths":
        rows *= (10.0 ** rng.integers(-12, 12, (n, 1))).astype(np.float32)
    return rows


KINDS = ["plain", "repeated", "nearly equal", "zeros and worse", "whole numbers", "of all lengths"]


@pytest.mark.parametrize("code_path", ["few", "many"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_answers_are_those_of_a_plain_search(kind: str, code_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FEW", 0 if code_path == "many" else 1 << 60)
    monkeypatch.setattr(module, "_QUERY_NUMBERS", 64)
    monkeypatch.setattr(module, "_WIDE_NUMBERS", 256)
    rng = np.random.default_rng(1)
    for n, d, m, k in [
        (1, 1, 1, 1),
        (47, 3, 5, 10),
        (48, 8, 4, 3),
        (500, 5, 21, 7),
        (301, 50, 9, 400),
        (130, 2, 3, 130),
    ]:
        rows = matrix(n, n, d, kind)
        queries = np.where(rng.random((m, 1)) < 0.5, rng.normal(size=(m, d)), rows[rng.integers(0, n, m)])
        queries = np.nan_to_num(queries, posinf=1.0)
        excluded = [rng.integers(0, n, rng.integers(0, 4)).tolist() for _ in range(m)]
        check(rows, queries, k, excluded, n, threads=1)
        check(rows, queries, k, excluded, max(n // 2, 1), threads=3)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 120), st.integers(1, 20), st.integers(1, 12), st.sampled_from(KINDS))
def test_both_code_paths_agree_to_the_bit(seed: int, n: int, d: int, k: int, kind: str) -> None:
    rows = matrix(seed, n, d, kind)
    queries = np.random.default_rng(seed).normal(size=(7, d))
    few = Nearest(rows).search(queries, k)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_FEW", 0)
        many = Nearest(rows).search(queries, k)
    alone = [Nearest(rows).search(queries[i : i + 1], k) for i in range(7)]
    np.testing.assert_array_equal(few[0], many[0])
    np.testing.assert_array_equal(few[1], many[1])
    np.testing.assert_array_equal(few[0], np.concatenate([each[0] for each in alone]))
    np.testing.assert_array_equal(few[1], np.concatenate([each[1] for each in alone]))


@pytest.mark.usefixtures("compiled")
def test_ties_in_float32_are_ordered_by_float64() -> None:
    """Cosines that are 1e-9 apart, in falling order of the rows: float32 has one number for them all."""
    angles = np.linspace(0.4, 0.4 + 3e-8, 30)[::-1]
    wide = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rows = (wide * 2.0**20).astype(np.float32)
    found, cosines = Nearest(rows).search(np.array([[1.0, 0.0]]), 30)
    exact = rows[:, 0].astype(np.float64) / np.hypot(*rows.astype(np.float64).T)
    assert cosines[0] == pytest.approx(np.sort(exact)[::-1], abs=1e-15)
    assert sorted(found[0].tolist()) == list(range(30))


@pytest.mark.usefixtures("compiled")
def test_a_query_of_zeros_and_no_queries() -> None:
    rows = matrix(0, 60, 4, "plain")
    found, cosines = Nearest(rows).search(np.zeros((1, 4)), 3)
    assert found.tolist() == [[0, 1, 2]]
    assert cosines.tolist() == [[0, 0, 0]]
    found, cosines = Nearest(rows).search(np.zeros((0, 4)), 3)
    assert found.shape == cosines.shape == (0, 3)


def test_no_rows() -> None:
    found, cosines = Nearest(np.zeros((0, 4), np.float32)).search(np.ones((2, 4)), 3)
    assert found.shape == cosines.shape == (2, 0)


def test_rows_that_cannot_be_written_to() -> None:
    rows = matrix(0, 100, 4, "plain")
    rows.flags.writeable = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_FEW", 0)
        check(rows, rows[:5], 3, [[i] for i in range(5)], 100)


def test_counting_the_nearer() -> None:
    rows = matrix(3, 200, 6, "whole numbers")
    rows = rows[rows.any(axis=1)]
    near = Nearest(rows)
    unit = unit_rows(rows[:1])[0]
    cosines = np.clip((unit_rows(rows) * unit).sum(axis=1), -1, 1)
    for row in range(1, len(rows)):
        expected = sum(1 for i in range(1, len(rows)) if cosines[i] > cosines[row])
        assert near.count_nearer(unit, row, excluded=0) == expected
