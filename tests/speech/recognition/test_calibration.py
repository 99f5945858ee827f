"""Temperature and limit: against a dense grid, scipy, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from nlpkit.errors import ParameterError
from nlpkit.speech.recognition.calibration import limit_for, temperature


def drawn(n: int, k: int, scale: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are ``scale`` times those from whose probabilities the labels are drawn."""
    draw = np.random.default_rng(seed)
    logits = 2 * draw.standard_normal((n, k))
    shares = np.exp(log_softmax(logits, axis=1))
    labels = np.array([draw.choice(k, p=row) for row in shares])
    return scale * logits, labels


def loss(logits: np.ndarray, labels: np.ndarray, t: float, spread: float) -> float:
    """Cross entropy of the target, which is 1 - spread for the label and spread for all, evenly."""
    logs = log_softmax(logits / t, axis=1)
    return -((1 - spread) * logs[np.arange(len(labels)), labels] + spread * logs.mean(axis=1)).mean()


@pytest.mark.parametrize("scale", [0.3, 1.0, 3.0, 8.0])
def test_the_scale_of_logits_is_found_again(scale: float) -> None:
    logits, labels = drawn(20_000, 6, scale)
    assert temperature(logits, labels) == pytest.approx(scale, rel=0.05)


@pytest.mark.parametrize(("n", "k", "scale"), [(5, 2, 4.0), (30, 10, 3.0), (300, 11, 0.5), (2000, 3, 1.0)])
def test_no_temperature_of_a_dense_grid_is_better(n: int, k: int, scale: float) -> None:
    logits, labels = drawn(n, k, scale)
    found = temperature(logits, labels)
    grid = np.geomspace(0.01, 100, 4001)
    losses = [loss(logits, labels, t, 1 / (n + 2)) for t in grid]
    assert loss(logits, labels, found, 1 / (n + 2)) <= min(losses) + 1e-12
    assert found == pytest.approx(grid[int(np.argmin(losses))], rel=0.005)


def test_it_is_the_one_of_least_likelihood_where_there_are_many_recordings() -> None:
    logits, labels = drawn(5000, 8, 3.0)
    best = minimize_scalar(lambda t: loss(logits, labels, t, 0.0), bounds=(0.1, 20), method="bounded").x
    assert temperature(logits, labels) == pytest.approx(best, rel=0.01)


@pytest.mark.parametrize("n", [1, 3, 100, 3000])
def test_answers_that_are_all_right_have_a_confidence_of_about_one_error_more(n: int) -> None:
    """Ten labels with the same margin: the best confidence is the target's, 1 - 0.9 / (n + 2)."""
    logits = 6.0 * np.eye(10)[np.arange(n) % 10]
    t = temperature(logits, np.arange(n) % 10)
    assert np.exp(log_softmax(logits / t, axis=1)).max(axis=1) == pytest.approx(1 - 0.9 / (n + 2))


def test_temperature_is_bounded() -> None:
    assert temperature([[0.0, 5.0], [0.0, 4.0]], [0, 0]) == pytest.approx(100)  # worse than chance
    assert temperature([[0.001, 0.0]] * 1000, [0] * 1000) == pytest.approx(0.01)
    assert 0.01 <= temperature([[1.0, 1.0]], [0]) <= 100
    assert 0.01 <= temperature([[1.0]], [0]) <= 100
    assert temperature([[1e5, 0.0], [0.0, 1e5]], [0, 1]) == pytest.approx(100)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.floats(0.5, 4.0), st.floats(-50, 50), st.integers(0, 1000))
def test_shifted_logits_have_the_same_temperature_and_scaled_ones_a_scaled_one(
    n: int, k: int, scale: float, shift: float, seed: int
) -> None:
    logits, labels = drawn(n, k, 1.0, seed)
    found = temperature(logits, labels)
    assert temperature(logits + shift, labels) == pytest.approx(found, rel=1e-6)
    if 0.1 < found < 10:
        assert temperature(logits * scale, labels) == pytest.approx(found * scale, rel=1e-6)


def test_single_precision_and_lists_are_taken() -> None:
    logits, labels = drawn(50, 4, 2.0)
    assert temperature(logits.astype(np.float32), labels.tolist()) == pytest.approx(
        temperature(logits, labels), rel=1e-5
    )


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        (np.zeros((0, 3)), [], "at least one of each"),
        (np.zeros(3), [0], "expected"),
        ([[0.0, np.nan]], [0], "finite"),
        ([[0.0, np.inf]], [0], "finite"),
        ([[0.0, 1.0]], [0, 1], r"labels has the shape \(2,\)"),
        ([[0.0, 1.0]], [2], "columns from 0 to 1"),
        ([[0.0, 1.0]], [-1], "columns from 0 to 1"),
        ([[0.0, 1.0]], [0.5], "whole numbers"),
    ],
)
def test_what_is_no_classification(logits: object, labels: object, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        temperature(logits, labels)


thousandths = st.integers(0, 1000).map(lambda number: number / 1000)  # a limit fits between two of them


@settings(max_examples=100, deadline=None)
@given(st.lists(thousandths, min_size=1, max_size=60), st.floats(0.01, 1))
def test_the_share_is_kept_and_no_higher_confidence_would_keep_it(confidences: list[float], keep: float) -> None:
    limit = limit_for(confidences, keep=keep)
    values = np.array(confidences)
    kept = values >= limit
    assert kept.mean() >= keep - 1e-9
    higher = values[kept & (values > values[kept].min())]
    if len(higher):
        assert len(higher) < keep * len(values)


def test_limits_by_hand() -> None:
    confidences = np.arange(1, 101) / 100
    assert limit_for(confidences) == pytest.approx(0.035)
    assert limit_for(confidences, keep=0.9) == pytest.approx(0.105)
    assert limit_for(confidences[::-1], keep=0.9) == pytest.approx(0.105)
    assert limit_for(confidences, keep=1) == pytest.approx(0.01, rel=1e-5)
    assert limit_for(confidences, keep=1) < 0.01
    assert limit_for([0.5, 0.5, 0.5, 0.9], keep=0.5) == pytest.approx(0.5, rel=1e-5)
    assert limit_for([0.2, 0.5, 0.5, 0.9], keep=0.5) == pytest.approx(0.35)
    assert limit_for([0.7]) == pytest.approx(0.7, rel=1e-5)


@pytest.mark.parametrize(
    ("confidences", "keep", "message"),
    [
        ([], 0.9, "confidences is empty"),
        ([0.5, 1.5], 0.9, "from 0 to 1"),
        ([np.nan], 0.9, "from 0 to 1"),
        ([0.5], 0, "keep is 0"),
        ([0.5], 1.1, "keep is 1.1"),
        ([0.5], True, "keep is True"),
    ],
)
def test_what_is_no_limit(confidences: list[float], keep: float, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        limit_for(confidences, keep=keep)
