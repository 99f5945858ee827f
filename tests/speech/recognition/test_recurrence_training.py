"""Recurrent layers in both directions: outputs and gradients of the compiled steps are torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nlpkit.inference._parts_numba import sigmoid, tanh
from nlpkit.speech.recognition._recurrence_torch import BothWays

LENGTHS = torch.tensor([9, 4, 1])


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2])
def test_states_and_gradients_are_torchs(cell: str, layers: int) -> None:
    torch.manual_seed(0)
    both = BothWays(cell, 5, 6, layers, 0.0)
    x = torch.randn(3, 9, 5, requires_grad=True)
    slopes = torch.randn(3, 9, 12)
    found = []
    for run in (both.by_steps, both.at_once):
        both.zero_grad()
        x.grad = None
        states = run(x, LENGTHS)
        (states * slopes).sum().backward()
        assert x.grad is not None
        found.append([states.detach(), x.grad.clone(), *(weight.grad.clone() for weight in both.parameters())])
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=2e-6)
    assert not found[0][0][1, 4:].any()


def test_a_second_backward_pass_gives_the_same_gradients() -> None:
    both = BothWays("lstm", 5, 6, 1, 0.0)
    x = torch.randn(3, 9, 5, requires_grad=True)
    states = both.by_steps(x, LENGTHS).sum()
    first = torch.autograd.grad(states, [x], retain_graph=True)
    second = torch.autograd.grad(states, [x])
    torch.testing.assert_close(first, second, rtol=0, atol=0)


def test_tanh_and_sigmoid_are_within_4e_7() -> None:
    x = np.concatenate([np.linspace(-12, 12, 20001), [-1e30, 1e30, 0.0]]).astype(np.float32)
    exact = x.astype(np.float64)
    with np.errstate(over="ignore"):
        for ours, theirs in ((tanh, np.tanh(exact)), (sigmoid, 1 / (1 + np.exp(-exact)))):
            assert max(abs(float(ours(value)) - other) for value, other in zip(x, theirs, strict=True)) < 4e-7
