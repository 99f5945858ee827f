"""The Transformer's layers: one attention head worked by hand, and torch's own layers with the same weights."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")
from torch import nn  # noqa: E402

from nlpkit.layers.transformer import Attention, DecoderLayer, EncoderLayer, Shape  # noqa: E402

ACTIVATIONS = {
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(),
    "elu": nn.ELU(),
    "gelu": nn.GELU(),
    "silu": nn.SiLU(),
    "tanh": nn.Tanh(),
}
LENGTHS = [5, 2, 4]


def shape(d_model: int, heads: int, norm: str = "post", activation: str = "relu", dropout: float = 0.0) -> Shape:
    return Shape(d_model, heads, 2 * d_model + 1, norm, activation, dropout, dropout, dropout)


def test_one_head_by_hand() -> None:
    attention = Attention(shape(2, 1), to_itself=False).double()
    weights = {
        "inward.weight": [[1.0, 2.0], [0.0, 1.0]],
        "inward.bias": [0.0, 1.0],
        "source.weight": [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 2.0]],  # of the keys, then of the values
        "source.bias": [0.0, 0.0, 0.0, 1.0],
        "outward.weight": [[0.0, 1.0], [1.0, 0.0]],
        "outward.bias": [0.0, 0.5],
    }
    attention.load_state_dict({key: torch.tensor(value, dtype=torch.float64) for key, value in weights.items()})
    # queries of (1, 0): (1, 0 + 1) = (1, 1);   of (-2, 1): (-2 + 2, 1 + 1) = (0, 2)
    # keys of (1, 0), (0, 1), (1, 1): themselves;   values: (1, 1), (1, 3), (2, 3)
    # scores / √2, 1 / √2 = 0.7071068
    #   first query:  1, 1, 2 → 0.7071068, 0.7071068, 1.4142136; e^: 2.0281150, 2.0281150, 4.1132504, sum 8.1694804
    #   second query: 0, 2, 2 → 0, 1.4142136, 1.4142136;         e^: 1, 4.1132504, 4.1132504,         sum 9.2265008
    # weights: 0.2482551, 0.2482551, 0.5034898;   0.1083835, 0.4458083, 0.4458083
    # seen by the first:  (0.2482551 + 0.2482551 + 2·0.5034898, 0.2482551 + 3·0.2482551 + 3·0.5034898)
    #                     = (1.5034898, 2.5034898)
    # seen by the second: (0.1083835 + 0.4458083 + 2·0.4458083, 0.1083835 + 3·0.4458083 + 3·0.4458083)
    #                     = (1.4458083, 2.7832331)
    # outward: swapped, and 0.5 more on the second: (2.5034898, 2.0034898), (2.7832331, 1.9458083)
    x = torch.tensor([[[1.0, 0.0], [-2.0, 1.0]]], dtype=torch.float64)
    memory = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]], dtype=torch.float64)
    with torch.no_grad():
        queries, at = attention.queries(x), attention.project(memory)
        seen = attention.weights(queries, at.keys, None)
        made = attention.look(queries, at)
    assert seen[0, 0, 0].tolist() == pytest.approx([0.2482551, 0.2482551, 0.5034898], abs=2e-7)
    assert seen[0, 0, 1].tolist() == pytest.approx([0.1083835, 0.4458083, 0.4458083], abs=2e-7)
    assert made[0, 0].tolist() == pytest.approx([2.5034898, 2.0034898], abs=2e-7)
    assert made[0, 1].tolist() == pytest.approx([2.7832331, 1.9458083], abs=2e-7)


def randomly(module: Any) -> Any:
    """The module in float64 with weights none of which is 0 or 1, so that one left out is seen."""
    torch.manual_seed(11)
    for weight in module.parameters():
        nn.init.uniform_(weight, -0.6, 0.6)
    return module.double()


def sources(d_model: int) -> tuple[Any, Any]:
    torch.manual_seed(12)
    mask = torch.tensor([[j < length for j in range(max(LENGTHS))] for length in LENGTHS])
    return torch.randn(len(LENGTHS), max(LENGTHS), d_model).double(), mask


def copy_attention(ours: Attention, theirs: nn.MultiheadAttention) -> None:
    d = ours.outward.in_features
    parts = [ours.inward] if ours.to_itself else [ours.inward, ours.source]
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
    assert theirs.in_proj_weight.shape == (3 * d, d)
    theirs.out_proj.load_state_dict(ours.outward.state_dict())


@pytest.mark.parametrize(("heads", "to_itself"), [*itertools.product([1, 2, 4], [True, False])])
def test_heads_equal_torchs(heads: int, to_itself: bool) -> None:
    attention = randomly(Attention(shape(8, heads), to_itself=to_itself))
    theirs = nn.MultiheadAttention(8, heads, batch_first=True).double()
    copy_attention(attention, theirs)
    memory, mask = sources(8)
    x = memory if to_itself else torch.randn(len(memory), 3, 8).double()
    with torch.no_grad():
        queries, at = attention.queries_keys_values(x) if to_itself else (attention.queries(x), attention.project(x))
        if not to_itself:
            at = attention.project(memory)
        made = attention.look(queries, at, mask[:, None, None])
        expected, weights = theirs(x, memory, memory, key_padding_mask=~mask, average_attn_weights=False)
        seen = attention.weights(queries, at.keys, mask[:, None, None])
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-12)
    assert seen.dtype == torch.float32
    torch.testing.assert_close(seen.double(), weights, rtol=0, atol=1e-6)


def copy_layer(ours: EncoderLayer | DecoderLayer, theirs: Any) -> Any:
    """Give torch's layer our weights."""
    copy_attention(ours.attention, theirs.self_attn)
    norms = [ours.around_attention.norm, ours.around_feed_forward.norm]
    if isinstance(ours, DecoderLayer):
        copy_attention(ours.to_source, theirs.multihead_attn)
        norms.insert(1, ours.around_source.norm)
    for number, norm in enumerate(norms, 1):
        getattr(theirs, f"norm{number}").load_state_dict(norm.state_dict())
    theirs.linear1.load_state_dict(ours.feed_forward.inner.state_dict())
    theirs.linear2.load_state_dict(ours.feed_forward.outer.state_dict())
    return theirs.double().train()  # in evaluation torch takes another code path; there is no dropout here


@pytest.mark.parametrize(("norm", "activation"), [*itertools.product(["pre", "post"], ACTIVATIONS)])
def test_an_encoder_layer_equals_torchs(norm: str, activation: str) -> None:
    layer = randomly(EncoderLayer(shape(8, 2, norm, activation)))
    options = {"dropout": 0.0, "activation": ACTIVATIONS[activation], "norm_first": norm == "pre", "batch_first": True}
    theirs = copy_layer(layer, nn.TransformerEncoderLayer(8, 2, 17, **options))
    x, mask = sources(8)
    with torch.no_grad():
        made = layer(x, mask[:, None, None])
        expected = theirs(x, src_key_padding_mask=~mask)
        torch.testing.assert_close(made[mask], expected[mask], rtol=0, atol=1e-12)
        torch.testing.assert_close(layer(x, None), theirs(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("norm", "activation"), [*itertools.product(["pre", "post"], ACTIVATIONS)])
def test_a_decoder_layer_equals_torchs(norm: str, activation: str) -> None:
    layer = randomly(DecoderLayer(shape(8, 2, norm, activation)))
    options = {"dropout": 0.0, "activation": ACTIVATIONS[activation], "norm_first": norm == "pre", "batch_first": True}
    theirs = copy_layer(layer, nn.TransformerDecoderLayer(8, 2, 17, **options))
    memory, mask = sources(8)
    x = torch.randn(len(memory), 4, 8).double()
    later = torch.ones(4, 4, dtype=torch.bool).triu(1)
    with torch.no_grad():
        made = layer(x, layer.to_source.project(memory), mask[:, None, None])
        expected = theirs(x, memory, tgt_mask=later, memory_key_padding_mask=~mask)
        again, seen = layer.source_weights(x, layer.to_source.project(memory), mask[:, None, None])
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-12)
    assert torch.equal(again, made)
    assert seen.shape == (3, 2, 4, 5)
    torch.testing.assert_close(seen.sum(-1), torch.ones(3, 2, 4), rtol=0, atol=1e-6)
    assert not seen.masked_select(~mask[:, None, None]).any()


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_layers_drop_while_training_and_only_then(norm: str) -> None:
    layer = randomly(EncoderLayer(shape(8, 2, norm, dropout=0.5)))
    x, _ = sources(8)
    with torch.no_grad():
        assert not torch.equal(layer(x, None), layer(x, None))
        layer.eval()
        assert torch.equal(layer(x, None), layer(x, None))
        without = EncoderLayer(shape(8, 2, norm)).double()
        without.load_state_dict(layer.state_dict())
        assert torch.equal(layer(x, None), without(x, None))
