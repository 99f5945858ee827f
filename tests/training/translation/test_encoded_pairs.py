"""Pairs as flat arrays, and which of them are kept for validation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.errors import InputError
from nlpkit.training import EncodedPairs, split_validation

ids = st.lists(st.integers(0, 2**31 - 1), max_size=5)


@given(pairs=st.lists(st.tuples(ids, ids), max_size=9), data=st.data())
def test_pairs_come_back_and_are_taken_in_any_order(
    pairs: list[tuple[list[int], list[int]]], data: st.DataObject
) -> None:
    encoded = EncodedPairs.from_lists(pairs)
    assert [encoded.pair(i) for i in range(len(encoded))] == pairs
    if pairs:
        numbers = data.draw(st.lists(st.integers(0, len(pairs) - 1), max_size=9))
        taken = encoded.take(np.array(numbers, dtype=np.int64))
        assert [taken.pair(i) for i in range(len(taken))] == [pairs[n] for n in numbers]
    short = encoded.within(3)
    kept = [pair for pair in pairs if max(map(len, pair)) <= 3]
    assert [short.pair(i) for i in range(len(short))] == kept


def test_a_fingerprint_depends_on_where_sentences_end() -> None:
    one = EncodedPairs.from_lists([([4, 5], [6]), ([], [])])
    other = EncodedPairs.from_lists([([4], [6]), ([5], [])])
    assert one.fingerprint() != other.fingerprint()
    assert one.fingerprint() == EncodedPairs.from_lists([([4, 5], [6]), ([], [])]).fingerprint()


def test_sides_of_unequal_length_are_refused() -> None:
    with pytest.raises(InputError, match="1 sources and 2 targets"):
        EncodedPairs(np.zeros(1, np.int32), np.array([0, 1]), np.zeros(2, np.int32), np.array([0, 1, 2]))


@pytest.mark.parametrize(
    ("n_pairs", "expected"),
    [(0, 0), (1, 0), (4, 0), (5, 1), (60, 12), (100, 20), (3000, 30), (29000, 290), (200000, 1000)],
)
def test_a_hundredth_from_20_to_1000_is_kept_for_validation(n_pairs: int, expected: int) -> None:
    training, validation = split_validation([f"sentence {i}" for i in range(n_pairs)])
    assert len(validation) == expected
    assert sorted([*training, *validation]) == list(range(n_pairs))


def test_the_choice_is_the_sources_own() -> None:
    sources = [f"sentence {i % 900}" for i in range(1000)]  # 100 come twice
    training, validation = split_validation(sources)
    backwards = split_validation(sources[::-1])[1]
    chosen = {sources[i] for i in validation}
    assert chosen == {sources[::-1][i] for i in backwards}
    assert not chosen & {sources[i] for i in training}
