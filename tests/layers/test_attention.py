"""Attention of a recurrent decoder: one step of each kind worked by hand, and loops over NumPy's float64."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")

from nlpkit.layers.attention import attend, make_attention  # noqa: E402

# The example worked by hand below: a state s and three positions of the source.
STATE = [1.0, -1.0]
SOURCE = [[0.0, 0.0], [0.5, 0.25], [-0.5, 0.5]]


def looked(name: str, weights: dict[str, list]) -> tuple[list[float], list[float]]:
    """The context and the weights of the example."""
    scoring = make_attention(name, 2).double()
    scoring.load_state_dict({key: torch.tensor(value, dtype=torch.float64) for key, value in weights.items()})
    memory = torch.tensor([SOURCE], dtype=torch.float64)
    with torch.no_grad():
        context, seen = attend(
            scoring, torch.tensor([[STATE]], dtype=torch.float64), scoring.keys(memory), memory, None
        )
    return context[0, 0].tolist(), seen[0, 0].tolist()


def test_one_step_of_bahdanaus_by_hand() -> None:
    weights = {
        "of_state.weight": [[0.5, 0.0], [1.0, 0.5]],
        "of_source.weight": [[1.0, 0.0], [1.0, 2.0]],
        "of_source.bias": [0.0, -0.5],
        "score.weight": [[1.0, 2.0]],
    }
    # W s = (0.5·1 + 0·(-1), 1·1 + 0.5·(-1)) = (0.5, 0.5)
    # U h + b: h1: (0, -0.5);  h2: (0.5, 0.5 + 2·0.25 - 0.5) = (0.5, 0.5);  h3: (-0.5, -0.5 + 2·0.5 - 0.5) = (-0.5, 0)
    # sums: (0.5, 0), (1, 1), (0, 0.5);   tanh 0.5 = 0.4621172, tanh 1 = 0.7615942
    # scores 1·tanh + 2·tanh: 0.4621172,  3·0.7615942 = 2.2847826,  2·0.4621172 = 0.9242344
    # e^score: 1.5874313, 9.8235504, 2.5199383, together 13.9309199; divided: 0.1139502, 0.7051616, 0.1808881
    # context: (0.5·0.7051616 - 0.5·0.1808881, 0.25·0.7051616 + 0.5·0.1808881) = (0.2621367, 0.2667345)
    context, seen = looked("additive", weights)
    assert seen == pytest.approx([0.1139502, 0.7051616, 0.1808881], abs=2e-7)
    assert context == pytest.approx([0.2621367, 0.2667345], abs=2e-7)


def test_one_step_of_luongs_dot_by_hand() -> None:
    # scores s·h: 0,  0.5 - 0.25 = 0.25,  -0.5 - 0.5 = -1
    # e^score: 1, 1.2840254, 0.3678794, together 2.6519048; divided: 0.3770874, 0.4841899, 0.1387227
    # context: (0.5·0.4841899 - 0.5·0.1387227, 0.25·0.4841899 + 0.5·0.1387227) = (0.1727336, 0.1904088)
    context, seen = looked("dot", {})
    assert seen == pytest.approx([0.3770874, 0.4841899, 0.1387227], abs=2e-7)
    assert context == pytest.approx([0.1727336, 0.1904088], abs=2e-7)


def test_one_step_of_luongs_general_by_hand() -> None:
    # W h with W = (1 0; 2 1): (0, 0),  (0.5, 2·0.5 + 0.25) = (0.5, 1.25),  (-0.5, -1 + 0.5) = (-0.5, -0.5)
    # scores s·W h / √2: 0,  (0.5 - 1.25) / √2 = -0.5303301,  (-0.5 + 0.5) / √2 = 0
    # e^score: 1, 0.5884107, 1, together 2.5884107; divided: 0.3863374, 0.2273251, 0.3863374
    # context: (0.5·0.2273251 - 0.5·0.3863374, 0.25·0.2273251 + 0.5·0.3863374) = (-0.0795062, 0.25)
    context, seen = looked("general", {"of_source.weight": [[1.0, 0.0], [2.0, 1.0]]})
    assert seen == pytest.approx([0.3863374, 0.2273251, 0.3863374], abs=2e-7)
    assert context == pytest.approx([-0.0795062, 0.25], abs=2e-7)


@pytest.mark.parametrize("name", ["additive", "dot", "general"])
def test_many_states_and_sources_equal_loops(name: str) -> None:
    torch.manual_seed(3)
    n, t, s, d = 3, 4, 5, 6
    lengths = [5, 1, 3]
    scoring = make_attention(name, d).double()
    states, memory = torch.randn(n, t, d).double(), torch.randn(n, s, d).double()
    mask = torch.tensor([[j < length for j in range(s)] for length in lengths])
    with torch.no_grad():
        contexts, seen = attend(scoring, states, scoring.keys(memory), memory, mask)
    w = {key: value.numpy() for key, value in scoring.state_dict().items()}
    for i, length in enumerate(lengths):
        for k in range(t):
            state, source = states[i, k].numpy(), memory[i, :length].numpy()
            scores = []
            for h in source:
                if name == "additive":
                    inner = w["of_state.weight"] @ state + w["of_source.weight"] @ h + w["of_source.bias"]
                    scores.append(w["score.weight"][0] @ np.tanh(inner))
                else:
                    scores.append(state @ (w["of_source.weight"] @ h / np.sqrt(d) if name == "general" else h))
            expected = np.exp(scores) / np.exp(scores).sum()
            np.testing.assert_allclose(seen[i, k, :length], expected, rtol=0, atol=1e-13)
            assert not seen[i, k, length:].any()
            np.testing.assert_allclose(contexts[i, k], expected @ source, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", ["additive", "dot", "general"])
def test_what_stands_on_padding_is_never_seen(name: str) -> None:
    torch.manual_seed(3)
    scoring = make_attention(name, 4)
    states, memory = torch.randn(1, 2, 4), torch.randn(1, 3, 4)
    mask = torch.tensor([[True, True, False]])
    with torch.no_grad():
        before = attend(scoring, states, scoring.keys(memory), memory, mask)
        memory[0, 2] = 1e6
        after = attend(scoring, states, scoring.keys(memory), memory, mask)
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_none_is_no_attention() -> None:
    assert make_attention("none", 4) is None
