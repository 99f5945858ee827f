"""Gradients worked once after all steps are those that autograd adds up step by step."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from nlpkit.layers.deferred import Deferred, Plain
from nlpkit.translation import RNNOptions, Seq2SeqRNN, recurrent

CASES = [
    pytest.param(cell, attention, layers, id=f"{cell}-{attention}-{layers}")
    for cell in ("rnn", "gru", "lstm")
    for attention in ("none", "additive", "dot", "general")
    for layers in (1, 2)
]


def gradients(model: Seq2SeqRNN, sampling: float = 0.0) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss of three sentences of unlike length, and its gradients."""
    src = torch.tensor([[5, 6, 7, 3], [8, 9, 3, 0], [4, 3, 0, 0]])
    trg_in = torch.tensor([[2, 5, 6], [2, 8, 0], [2, 9, 4]])
    model.zero_grad()
    torch.manual_seed(3)
    hidden = model.teach(model.encode(src, torch.tensor([4, 3, 2])), trg_in, sampling=sampling)
    loss = (model.logits(hidden).log_softmax(-1) * torch.linspace(-1, 1, 11, dtype=hidden.dtype)).sum()
    loss.backward()
    return loss.detach(), {name: weight.grad.clone() for name, weight in model.named_parameters()}


def model_of(cell: str, attention: str, layers: int = 1) -> Seq2SeqRNN:
    torch.manual_seed(1)
    sizes = {"embedding_size": 6, "hidden_size": 8, "encoder_layers": layers, "decoder_layers": layers}
    options = RNNOptions(src_size=11, trg_size=11, cell=cell, attention=attention, dropout=0.2, **sizes)
    return Seq2SeqRNN(options).double().train()


@pytest.mark.parametrize(("cell", "attention", "layers"), CASES)
def test_gradients_are_those_of_autograd(
    cell: str, attention: str, layers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(cell, attention, layers)
    loss, deferred = gradients(model, sampling=1e-9)  # sampling goes step by step, whatever the attention
    monkeypatch.setattr(recurrent, "Deferred", Plain)
    expected_loss, expected = gradients(model, sampling=1e-9)
    torch.testing.assert_close(loss, expected_loss, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(deferred, expected, rtol=1e-10, atol=1e-12)
    assert all(grad.abs().max() > 0 for grad in deferred.values())


def test_a_weight_used_in_two_ways_gets_both_gradients() -> None:
    weight = torch.randn(4, 4, dtype=torch.float64, requires_grad=True)
    x = torch.randn(3, 4, dtype=torch.float64)

    def loss(by: Plain) -> Tensor:
        first = by.product(x, weight, None)
        return by.product(first.tanh(), weight, None).square().sum() + weight.square().sum()

    (deferred,) = torch.autograd.grad(loss(Deferred()), weight)
    (expected,) = torch.autograd.grad(loss(Plain()), weight)
    torch.testing.assert_close(deferred, expected)


def test_weights_that_nothing_else_holds_are_found() -> None:
    weight = torch.randn(4, 4, dtype=torch.float64, requires_grad=True)
    x = torch.randn(3, 4, dtype=torch.float64)

    def products(by: Plain) -> Tensor:
        return torch.stack([by.product(x, weight * factor, None) for factor in range(8)])

    torch.testing.assert_close(products(Deferred()), products(Plain()))
    (deferred,) = torch.autograd.grad(products(Deferred()).sum(), weight)
    (expected,) = torch.autograd.grad(products(Plain()).sum(), weight)
    torch.testing.assert_close(deferred, expected)


def test_two_batches_before_a_step_add_up() -> None:
    model = model_of("gru", "general")
    model.eval()
    _, once = gradients(model)
    for _ in range(2):
        src, trg_in = torch.tensor([[5, 6, 3]]), torch.tensor([[2, 7]])
        model.teach(model.encode(src, torch.tensor([3])), trg_in).sum().backward()
    twice = {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.grad is not None}
    model.zero_grad()
    model.teach(model.encode(src, torch.tensor([3])), trg_in).sum().backward()
    for name, weight in model.named_parameters():
        if weight.grad is not None:
            torch.testing.assert_close(twice[name], once[name] + 2 * weight.grad)


def test_under_autocast_gradients_are_near_those_in_full() -> None:
    model = model_of("gru", "general").float()
    model.eval()
    _, full = gradients(model)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        _, half = gradients(model)
    for name, grad in full.items():
        assert half[name].dtype == torch.float32
        assert (half[name] - grad).norm() < 0.05 * grad.norm() + 1e-3, name
