"""Recurrent layers: one step of each cell worked by hand, loops over NumPy's float64, and a step against many."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")

from nlpkit.layers.recurrent import CELLS, SourceReader, Stack  # noqa: E402

STATES = {"rnn": 1, "gru": 1, "lstm": 2}


def filled(cell: str, weights: dict[str, list]) -> Stack:
    stack = Stack(cell, len(weights["weight_ih_l0"][0]), len(weights["weight_hh_l0"][0]), 1, 0.0).double()
    stack.rnn.load_state_dict({key: torch.tensor(value, dtype=torch.float64) for key, value in weights.items()})
    return stack


def both_code_paths(stack: Stack, x: list[float], state: list[list[float]]) -> list[list[float]]:
    """The state after one step, which `step` and `forward` must agree on: h, and c of an LSTM."""
    inward = torch.tensor([x], dtype=torch.float64)
    before = torch.tensor(state, dtype=torch.float64)[:, None]
    with torch.no_grad():
        top, after = stack.step(inward, before)
        tops, last = stack(inward[:, None], before)
    assert torch.equal(top, after[0])
    torch.testing.assert_close(tops[:, 0], top, rtol=0, atol=1e-14)
    torch.testing.assert_close(last, after, rtol=0, atol=1e-14)
    return after[:, 0].tolist()


def test_one_step_of_an_lstm_by_hand() -> None:
    stack = filled(
        "lstm",  # rows: input gate, forget gate, candidate, output gate
        {
            "weight_ih_l0": [[1.0], [-1.0], [0.5], [1.0]],
            "weight_hh_l0": [[1.0], [1.0], [-1.0], [2.0]],
            "bias_ih_l0": [-0.75, 0.0, 0.25, 1.0],
            "bias_hh_l0": [0.25, 0.0, 0.25, -1.0],
        },
    )
    # x = 1, h = 0.5, c = 2
    # i = σ(1 + 0.5 - 0.5) = σ(1)    = 0.7310586      f = σ(-1 + 0.5)       = σ(-0.5) = 0.3775407
    # g = tanh(0.5 - 0.5 + 0.5)      = 0.4621172      o = σ(1 + 2·0.5)      = σ(2)    = 0.8807971
    # c' = 0.3775407·2 + 0.7310586·0.4621172 = 0.7550814 + 0.3378348 = 1.0929162
    # h' = 0.8807971·tanh(1.0929162) = 0.8807971·0.7979400 = 0.7028233
    h, c = both_code_paths(stack, [1.0], [[0.5], [2.0]])
    assert c == pytest.approx([1.0929162], abs=2e-7)
    assert h == pytest.approx([0.7028233], abs=2e-7)


def test_one_step_of_a_gru_by_hand() -> None:
    stack = filled(
        "gru",  # rows: reset gate, update gate, candidate
        {
            "weight_ih_l0": [[1.0], [-1.0], [1.0]],
            "weight_hh_l0": [[-2.0], [1.0], [2.0]],
            "bias_ih_l0": [0.25, 0.5, -0.5],
            "bias_hh_l0": [0.25, -0.5, 1.0],
        },
    )
    # x = 1, h = 0.5
    # r = σ(1 - 2·0.5 + 0.5) = σ(0.5) = 0.6224593     z = σ(-1 + 0.5 + 0) = σ(-0.5) = 0.3775407
    # n = tanh(1 - 0.5 + 0.6224593·(2·0.5 + 1)) = tanh(0.5 + 1.2449186) = tanh(1.7449186) = 0.9407944
    # h' = (1 - 0.3775407)·0.9407944 + 0.3775407·0.5 = 0.5856062 + 0.1887704 = 0.7743766
    (h,) = both_code_paths(stack, [1.0], [[0.5]])
    assert h == pytest.approx([0.7743766], abs=2e-7)


def test_one_step_of_a_plain_rnn_by_hand() -> None:
    stack = filled(
        "rnn",
        {
            "weight_ih_l0": [[1.0, 0.5], [0.0, -1.0]],
            "weight_hh_l0": [[1.0, 0.0], [2.0, 1.0]],
            "bias_ih_l0": [-0.5, 0.0],
            "bias_hh_l0": [0.0, 0.5],
        },
    )
    # x = (1, 2), h = (-0.5, 1)
    # W x = (1 + 1, -2) = (2, -2);   U h = (-0.5, -1 + 1) = (-0.5, 0);   b = (-0.5, 0.5)
    # h' = (tanh 1, tanh -1.5) = (0.7615942, -0.9051483)
    (h,) = both_code_paths(stack, [1.0, 2.0], [[-0.5, 1.0]])
    assert h == pytest.approx([0.7615942, -0.9051483], abs=2e-7)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def one(cell: str, w: dict[str, np.ndarray], end: str, x: np.ndarray, state: list[np.ndarray]) -> list[np.ndarray]:
    """One cell's step from the state [h] or [h, c], by the equations in `nlpkit.layers.recurrent`."""
    inward = w[f"weight_ih_{end}"] @ x + w[f"bias_ih_{end}"]
    recurrent = w[f"weight_hh_{end}"] @ state[0] + w[f"bias_hh_{end}"]
    if cell == "rnn":
        return [np.tanh(inward + recurrent)]
    if cell == "lstm":
        i, f, g, o = np.split(inward + recurrent, 4)
        c = sigmoid(f) * state[1] + sigmoid(i) * np.tanh(g)
        return [sigmoid(o) * np.tanh(c), c]
    (r, z, n), (hr, hz, hn) = np.split(inward, 3), np.split(recurrent, 3)
    new = np.tanh(n + sigmoid(r + hr) * hn)
    return [(1 - sigmoid(z + hz)) * new + sigmoid(z + hz) * state[0]]


@pytest.mark.parametrize(("cell", "layers"), [*itertools.product(CELLS, [1, 2, 3])])
def test_a_stack_equals_its_steps_and_loops(cell: str, layers: int) -> None:
    torch.manual_seed(5)
    n, t, size, hidden = 3, 4, 3, 5
    stack = Stack(cell, size, hidden, layers, 0.3).double().eval()
    x = torch.randn(n, t, size).double()
    first = torch.randn(STATES[cell] * layers, n, hidden).double()
    with torch.no_grad():
        tops, last = stack(x, first)
        state = first
        for k in range(t):
            top, state = stack.step(x[:, k], state)
            torch.testing.assert_close(top, tops[:, k], rtol=0, atol=1e-13)
    torch.testing.assert_close(state, last, rtol=0, atol=1e-13)

    w = {key: value.numpy() for key, value in stack.rnn.state_dict().items()}
    for row in range(n):
        states = [
            [first[kind * layers + layer, row].numpy() for kind in range(STATES[cell])] for layer in range(layers)
        ]
        for k in range(t):
            inward = x[row, k].numpy()
            for layer in range(layers):
                states[layer] = one(cell, w, f"l{layer}", inward, states[layer])
                inward = states[layer][0]
            np.testing.assert_allclose(tops[row, k], inward, rtol=0, atol=1e-13)
        for kind, layer in itertools.product(range(STATES[cell]), range(layers)):
            np.testing.assert_allclose(last[kind * layers + layer, row], states[layer][kind], rtol=0, atol=1e-13)


@pytest.mark.parametrize(("cell", "layers", "bidirectional"), [*itertools.product(CELLS, [1, 2], [False, True])])
def test_a_reader_reads_the_tokens_of_each_row_alone(cell: str, layers: int, bidirectional: bool) -> None:
    torch.manual_seed(6)
    size, hidden, lengths = 3, 6, [2, 5, 1]
    reader = SourceReader(cell, size, hidden, layers, 0.3, bidirectional).double().eval()
    x = torch.randn(3, 5, size).double()
    with torch.no_grad():
        memory, last = reader(x, torch.tensor(lengths))
    assert last.shape == (STATES[cell] * layers, 3, hidden)

    w = {key: value.numpy() for key, value in reader.rnn.state_dict().items()}
    for row, length in enumerate(lengths):
        inward = x[row, :length].numpy()
        for layer in range(layers):
            sides, ends = [], []
            for end in ["", "_reverse"][: 1 + bidirectional]:
                state = [np.zeros(hidden // (1 + bidirectional))] * STATES[cell]
                made = []
                for token in inward[::-1] if end else inward:
                    state = one(cell, w, f"l{layer}{end}", token, state)
                    made.append(state[0])
                sides.append(np.array(made[::-1] if end else made))
                ends.append(state)
            inward = np.concatenate(sides, axis=1)
            for kind in range(STATES[cell]):
                expected = np.concatenate([state[kind] for state in ends])
                np.testing.assert_allclose(last[kind * layers + layer, row], expected, rtol=0, atol=1e-13)
        np.testing.assert_allclose(memory[row, :length], inward, rtol=0, atol=1e-13)
        assert not memory[row, length:].any()


@pytest.mark.parametrize("cell", CELLS)
def test_dropout_stands_between_layers_while_training(cell: str) -> None:
    """At dropout near 1 the upper layer gets zeros, by either code path."""
    torch.manual_seed(7)
    stack = Stack(cell, 3, 4, 2, 1 - 1e-9)
    x, first = torch.randn(2, 3), torch.zeros(2 * STATES[cell], 2, 4)
    with torch.no_grad():
        tops = stack(x[:, None], first)[0][:, 0], stack.step(x, first)[0]
        assert torch.allclose(*tops, atol=1e-6)
        assert not torch.allclose(stack.eval().step(x, first)[0], tops[0], atol=1e-3)
        other = Stack(cell, 3, 4, 1, 1 - 1e-9)
        assert torch.allclose(other.step(x, first[::2])[0], other.eval().step(x, first[::2])[0])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_source_is_read_step_by_step_as_at_once(cell: str, bidirectional: bool, layers: int) -> None:
    torch.manual_seed(1)
    reader = SourceReader(cell, 5, 6, layers, 0.0, bidirectional).double()
    x = torch.randn(4, 7, 5, dtype=torch.float64)
    lengths = torch.tensor([7, 1, 4, 7])
    for found, expected in zip(reader.by_steps(x, lengths), reader.at_once(x, lengths), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)

    def gradients(read: Callable[..., tuple[torch.Tensor, torch.Tensor]]) -> list[torch.Tensor]:
        memory, last = read(x, lengths)
        loss = (memory * torch.linspace(-1, 1, 6, dtype=torch.float64)).sum() + last.square().sum()
        return list(torch.autograd.grad(loss, list(reader.parameters())))

    torch.testing.assert_close(gradients(reader.by_steps), gradients(reader.at_once), rtol=1e-10, atol=1e-12)
