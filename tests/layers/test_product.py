"""Products with weights in the processor's order are those of the plain ones, and the order is never an old one."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nlpkit.layers.product import Linear, packed, product
from nlpkit.translation import RNNOptions, Seq2SeqRNN, Seq2SeqTransformer, TransformerOptions


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("shape", [(1, 24), (3, 24), (4, 24), (2, 5, 24), (129, 24), (0, 24)])
def test_the_same_product(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(shape, generator=generator).to(dtype)
    weight = nn.Parameter(torch.randn(40, 24, generator=generator).to(dtype))
    bias = torch.randn(40, generator=generator).to(dtype)
    with torch.inference_mode():
        expected = F.linear(x.float(), weight.float(), bias.float())
        with packed([weight]):
            found = product(x, weight, bias)
            without = product(x, weight, None)
    tolerance = 1e-5 if dtype == torch.float32 else 0.1
    assert found.dtype == dtype
    torch.testing.assert_close(found.float(), expected, atol=tolerance, rtol=tolerance)
    torch.testing.assert_close(without.float(), expected - bias.float(), atol=2 * tolerance, rtol=2 * tolerance)


def models() -> list[nn.Module]:
    return [
        Seq2SeqTransformer(TransformerOptions(src_size=20, trg_size=20, d_model=16, heads=2, ffn_dim=32)),
        Seq2SeqRNN(RNNOptions(src_size=20, trg_size=20, embedding_size=8, hidden_size=16, attention="additive")),
    ]


@pytest.mark.parametrize("model", models(), ids=["transformer", "rnn"])
def test_training_forgets_the_order(model: nn.Module) -> None:
    model.eval()
    src, lengths, trg = torch.tensor([[5, 6, 7, 8, 3]]), torch.tensor([5]), torch.tensor([[2, 8, 9, 10, 11]])
    with torch.inference_mode(), model.packed():
        before = model(src, lengths, trg)
        model.train().eval()
        for weight in model.parameters():
            weight.mul_(0.5)
        inside = model(src, lengths, trg)
    with torch.inference_mode():
        after = model(src, lengths, trg)
    torch.testing.assert_close(inside, after)
    assert (inside - before).abs().max() > 1e-3
    assert not any(hasattr(weight, "packed") for weight in model.parameters())


def test_packed_within_packed() -> None:
    layer = Linear(8, 8)
    with packed([layer.weight]):
        with packed([layer.weight]):
            pass
        assert hasattr(layer.weight, "packed") == (
            layer.weight.device.type == "cpu" and torch.backends.mkldnn.is_available()
        )
    assert not hasattr(layer.weight, "packed")


def test_what_cannot_be_packed_is_left() -> None:
    weight = nn.Parameter(torch.randn(4, 4, dtype=torch.float64))
    with packed([weight]):
        assert not hasattr(weight, "packed")
