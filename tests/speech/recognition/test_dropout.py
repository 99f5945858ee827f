"""Dropout by hashes: as many zeros as asked for, without a pattern, and the same for the gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nlpkit.speech.recognition._dropout_torch import dropout


def zeros(seed: int, p: float = 0.2, shape: tuple[int, ...] = (100, 32, 64)) -> np.ndarray:
    torch.manual_seed(seed)
    return (dropout(torch.ones(shape), p, training=True) == 0).double().numpy()


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5, 0.9])
def test_the_share_of_zeros_is_p_and_the_rest_keeps_the_sum(p: float) -> None:
    torch.manual_seed(1)
    made = dropout(torch.ones(300_000), p, training=True)
    deviation = (p * (1 - p) / 300_000) ** 0.5
    assert abs((made == 0).double().mean() - p) < 4 * deviation
    assert made[made > 0].unique().tolist() == pytest.approx([1 / (1 - p)])


def test_zeros_are_as_independent_as_random_ones() -> None:
    first, others = zeros(1).ravel() - 0.2, [zeros(seed).ravel() - 0.2 for seed in range(2, 12)]
    n = len(first)
    shifted = [first[:-shift] @ first[shift:] for shift in (1, 2, 3, 4, 5, 8, 16, 31, 32, 64, 128, 2048)]
    found = np.array([first @ other for other in others] + shifted) / (0.16 * n**0.5)
    assert np.abs(found).max() < 4.5


def test_random_numbers_are_those_of_the_seed() -> None:
    assert np.array_equal(zeros(7), zeros(7))
    assert not np.array_equal(zeros(7), zeros(8))


def test_the_gradient_passes_where_values_do() -> None:
    x = torch.randn(7, 5, 3).permute(2, 0, 1).requires_grad_()
    made = dropout(x, 0.4, training=True)
    slope = torch.randn(5, 3, 7).permute(1, 2, 0)
    (found,) = torch.autograd.grad(made, x, slope)
    torch.testing.assert_close(found, torch.where(made == 0, 0, slope / 0.6))


def test_nothing_is_dropped_outside_of_training() -> None:
    x = torch.randn(10)
    assert dropout(x, 0.5, training=False) is x
    assert dropout(x, 0.0, training=True) is x
    assert not dropout(x, 1.0, training=True).any()
