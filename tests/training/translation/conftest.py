"""Pairs of the small task, encoded."""

from __future__ import annotations

import pytest
from small_task import reversed_pairs

from nlpkit.training import EncodedPairs


@pytest.fixture(scope="session")
def pairs() -> EncodedPairs:
    return EncodedPairs.from_lists(reversed_pairs(200, seed=1))


@pytest.fixture(scope="session")
def valid() -> EncodedPairs:
    return EncodedPairs.from_lists(reversed_pairs(20, seed=2))
