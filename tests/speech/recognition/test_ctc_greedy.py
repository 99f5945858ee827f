"""Greedy decoding of CTC."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from nlpkit.speech.recognition.greedy import best_path


def test_worked_by_hand() -> None:
    """Path - a a - a b b: "aab", from frames 1 to 2, 4, and 5 to 6, with the best probability of each."""
    p = np.full((7, 3), 0.05)
    for frame, (token, share) in enumerate([(0, 0.9), (1, 0.6), (1, 0.8), (0, 0.9), (1, 0.7), (2, 0.5), (2, 0.6)]):
        p[frame, token] = share
    p /= p.sum(1, keepdims=True)
    tokens, first, last, log_p = best_path(np.log(p))
    assert tokens.tolist() == [1, 1, 2]
    assert first.tolist() == [1, 4, 5]
    assert last.tolist() == [2, 4, 6]
    np.testing.assert_allclose(np.exp(log_p), [p[2, 1], p[4, 1], p[6, 2]])


def test_drawn_paths_collapse_as_the_definition_says() -> None:
    draw = np.random.default_rng(0)
    for _ in range(50):
        logits = draw.normal(size=(int(draw.integers(1, 40)), 4)) * 3
        expected = [token for token, _ in groupby(logits.argmax(1).tolist()) if token]
        tokens, first, last, log_p = best_path(logits)
        assert tokens.tolist() == expected
        assert (first <= last).all()
        assert (first[1:] > last[:-1]).all()
        assert ((log_p <= 0) & (log_p > -np.log(4) - 1e-9)).all()


@pytest.mark.parametrize("frames", [0, 5])
def test_nothing_and_blanks_alone_have_no_tokens(frames: int) -> None:
    logits = np.zeros((frames, 3))
    logits[:, 0] = 1
    assert [len(each) for each in best_path(logits)] == [0, 0, 0, 0]


def test_a_blank_penalty_chooses_the_path_and_leaves_the_probabilities() -> None:
    p = np.array([[0.6, 0.3, 0.1], [0.9, 0.02, 0.08], [0.2, 0.1, 0.7]])
    tokens, first, _, log_p = best_path(np.log(p), blank_penalty=1.0)  # the blank's count as 0.22, 0.33 and 0.07
    assert (tokens.tolist(), first.tolist()) == ([1, 2], [0, 2])
    np.testing.assert_allclose(np.exp(log_p), [0.3, 0.7])
