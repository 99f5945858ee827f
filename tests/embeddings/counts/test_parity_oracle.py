"""The oracle itself sees what it is there to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from parity_oracle import Outcome, difference, embed, peer
from parity_texts import ASCII


def changed_value(outcome: Outcome) -> None:
    outcome.results["fit_transform"].data[7] += 1e-10


def swapped_columns(outcome: Outcome) -> None:
    X = outcome.results["fit_transform"]
    columns = np.arange(X.shape[1])
    columns[:2] = 1, 0
    outcome.results["fit_transform"] = sp.csr_matrix(X[:, columns])


def explicit_zero(outcome: Outcome) -> None:
    X = outcome.results["transform"]
    X.data[0] = 0.0


def other_type(outcome: Outcome) -> None:
    outcome.results["transform"] = outcome.results["transform"].astype(np.float32)


def other_class(outcome: Outcome) -> None:
    outcome.results["transform"] = sp.csr_array(outcome.results["transform"])


def other_name(outcome: Outcome) -> None:
    outcome.results["names"][3] += "x"


def other_weight(outcome: Outcome) -> None:
    outcome.results["idf_"][3] += 1e-10


def a_warning(outcome: Outcome) -> None:
    outcome.warned.add(("UserWarning", "look out"))


def an_error(outcome: Outcome) -> None:
    outcome.error, outcome.stage = ValueError("no"), "transform"


def nothing(outcome: Outcome) -> None:
    pass


@pytest.mark.parametrize(
    "change",
    [
        changed_value,
        swapped_columns,
        explicit_zero,
        other_type,
        other_class,
        other_name,
        other_weight,
        a_warning,
        an_error,
        nothing,
    ],
)
def test_a_difference_is_seen(change: Callable[[Any], None]) -> None:
    mine, theirs = (embed(peer("tfidf"), ASCII, ASCII[:5]) for _ in range(2))
    change(mine)
    assert bool(difference(mine, theirs)) is (change is not nothing)


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (ValueError("no"), ValueError("no"), True),
        (ValueError("no"), ValueError("yes"), False),
        (TypeError("no"), ValueError("no"), False),
        (None, ValueError("no"), False),
        (ValueError("Tfidf is empty"), ValueError("TfidfVectorizer is empty"), True),
    ],
)
def test_errors(mine: Exception | None, theirs: Exception | None, same: bool) -> None:
    outcomes = [Outcome(error=error, stage="transform") for error in (mine, theirs)]
    assert (difference(*outcomes) == "") is same
