"""Initial weights: their variances are the papers', and the matrices of a recurrent layer are filled one by one."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
from torch import nn  # noqa: E402

from nlpkit.layers.initializers import INITIALIZERS, initialize  # noqa: E402

INWARD, OUTWARD = 300, 500
VARIANCES = {"xavier": 2 / (INWARD + OUTWARD), "he": 2 / INWARD, "lecun": 1 / INWARD}
LONGEST_OF_NORMAL = 3.8  # standard deviations that the largest of 150,000 normal numbers is never below


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(7)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_variance_and_shape_of_the_distribution(name: str) -> None:
    layer = nn.Linear(INWARD, OUTWARD).double()
    initialize(layer, name)
    variance = VARIANCES[name.partition("_")[0]]
    assert layer.weight.mean().abs() < 4 * (variance / layer.weight.numel()) ** 0.5
    assert layer.weight.var().item() == pytest.approx(variance, rel=0.02)
    largest = layer.weight.abs().max().item() / variance**0.5
    if name.endswith("uniform"):
        assert 3**0.5 * 0.999 < largest <= 3**0.5
    else:
        assert largest > LONGEST_OF_NORMAL
    assert not layer.bias.any()


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize(("layer", "gates"), [(nn.RNN, 1), (nn.GRU, 3), (nn.LSTM, 4)])
def test_gates_are_matrices_of_their_own(layer: type[nn.RNNBase], gates: int, name: str) -> None:
    size, hidden = 120, 80
    rnn = layer(size, hidden, num_layers=2, bidirectional=True).double()
    initialize(rnn, name)
    variances = {"xavier": 2 / (size + hidden), "he": 2 / size, "lecun": 1 / size}
    for inward in rnn.weight_ih_l0.split(hidden), rnn.weight_ih_l0_reverse.split(hidden):
        assert len(inward) == gates
        for gate in inward:
            assert gate.var().item() == pytest.approx(variances[name.partition("_")[0]], rel=0.1)
    for weights in rnn.weight_hh_l0, rnn.weight_hh_l1, rnn.weight_hh_l1_reverse:
        for gate in weights.split(hidden):
            assert torch.allclose(gate @ gate.T, torch.eye(hidden, dtype=torch.float64), atol=1e-12)


@pytest.mark.parametrize("layer", [nn.RNN, nn.GRU, nn.LSTM])
def test_a_recurrent_layers_biases_are_0(layer: type[nn.RNNBase]) -> None:
    rnn = layer(3, 4, num_layers=2, bidirectional=True)
    initialize(rnn, "xavier_uniform")
    biases = [weight for name, weight in rnn.named_parameters() if "bias" in name]
    assert len(biases) == 8
    assert not any(bias.any() for bias in biases)


def test_norms_and_embeddings_stay() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.norm, self.deep = nn.Embedding(9, 4), nn.LayerNorm(4), nn.Sequential(nn.Linear(4, 4))

    model = Model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    initialize(model, "he_normal")
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"deep.0.weight", "deep.0.bias"}
