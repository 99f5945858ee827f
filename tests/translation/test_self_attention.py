"""How the positions of a source look at one another."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from nlpkit.translation import Seq2SeqTransformer, TransformerOptions


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_what_is_shown_is_what_values_are_mixed_by(norm: str) -> None:
    torch.manual_seed(1)
    sizes = TransformerOptions(src_size=12, trg_size=12, d_model=16, heads=2, ffn_dim=32, encoder_layers=2, norm=norm)
    model = Seq2SeqTransformer(sizes).eval()
    src, lengths = torch.tensor([[7, 8, 9, 3], [9, 8, 3, 0]]), torch.tensor([4, 3])
    seen = model.self_attention_maps(src, lengths)
    assert seen.shape == (2, 2, 2, 4, 4)
    assert torch.all(seen[1, ..., 3] == 0)
    mixed: list[Any] = []
    values: list[Any] = []
    for layer in model.encoder:
        layer.attention.outward.register_forward_pre_hook(lambda _, given: mixed.append(given[0]))
        layer.attention.inward.register_forward_hook(lambda _, __, made: values.append(made.chunk(3, dim=-1)[2]))
    model.encode(src, lengths)
    for number, (made, value) in enumerate(zip(mixed, values, strict=True)):
        by_hand = torch.einsum("nhts,nshd->nthd", seen[:, number], value.unflatten(2, (2, -1)))
        torch.testing.assert_close(by_hand.flatten(2), made, atol=1e-5, rtol=0)
