"""Gradients of one step, written out, are those of differences."""

from __future__ import annotations

import pytest
import torch

from nlpkit.layers.cells import one_step

GATES = {"rnn": 1, "lstm": 4, "gru": 3}


@pytest.mark.parametrize("cell", GATES)
def test_gradients_are_those_of_differences(cell: str) -> None:
    torch.manual_seed(1)
    inputs = [torch.randn(3, GATES[cell] * 4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    state = [torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2 if cell == "lstm" else 1)]

    def step(of_input: torch.Tensor, of_state: torch.Tensor, *of: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return one_step(cell, of_input, of_state, of)

    assert torch.autograd.gradcheck(step, (*inputs, *state))


@pytest.mark.parametrize("cell", GATES)
def test_a_step_is_that_of_torch(cell: str) -> None:
    torch.manual_seed(1)
    x, h, c = torch.randn(3, 5), torch.randn(3, 4), torch.randn(3, 4)
    made = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[cell](5, 4)
    of_input = torch.nn.functional.linear(x, made.weight_ih, made.bias_ih)
    of_state = torch.nn.functional.linear(h, made.weight_hh, made.bias_hh)
    state = (h, c) if cell == "lstm" else (h,)
    expected = made(x, state if cell == "lstm" else h)
    torch.testing.assert_close(one_step(cell, of_input, of_state, state), expected if cell == "lstm" else (expected,))


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_with_gates_in_bfloat16_gradients_are_near_and_as_wide_as_what_they_are_of(cell: str) -> None:
    torch.manual_seed(1)
    inputs = [torch.randn(3, GATES[cell] * 8, requires_grad=True) for _ in range(2)]
    state = [torch.randn(3, 8, requires_grad=True) for _ in range(2 if cell == "lstm" else 1)]
    full = torch.autograd.grad(
        sum(part.sum() for part in one_step(cell, *inputs, tuple(state))), [inputs[0], state[-1]]
    )
    halves = [part.detach().bfloat16().requires_grad_() for part in inputs]
    half = torch.autograd.grad(
        sum(part.sum() for part in one_step(cell, *halves, tuple(state))), [halves[0], state[-1]]
    )
    assert [part.dtype for part in half] == [torch.bfloat16, torch.float32]
    for one, other in zip(half, full, strict=True):
        torch.testing.assert_close(one.float(), other, rtol=0.1, atol=0.03)
