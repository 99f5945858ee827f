"""Optimizers by name: PyTorch's, and resumed as if never stopped."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn, optim

from nlpkit.errors import ArtifactError
from nlpkit.training import TrainingOptions
from nlpkit.training.optimizers import load_optimizer, make_optimizer, optimizer_arrays
from nlpkit.training.options import OPTIMIZERS
from nlpkit.training.regularizers import Regularizers

BETAS = (0.9, 0.98)
THEIRS = {
    "sgd": lambda p: optim.SGD(p, lr=0.01),
    "momentum": lambda p: optim.SGD(p, lr=0.01, momentum=0.9),
    "nesterov": lambda p: optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
    "adagrad": lambda p: optim.Adagrad(p, lr=0.01, eps=1e-9),
    "rmsprop": lambda p: optim.RMSprop(p, lr=0.01, momentum=0.9, eps=1e-9),
    "adam": lambda p: optim.Adam(p, lr=0.01, betas=BETAS, eps=1e-9),
    "nadam": lambda p: optim.NAdam(p, lr=0.01, betas=BETAS, eps=1e-9),
    "adamw": lambda p: optim.AdamW(p, lr=0.01, betas=BETAS, eps=1e-9, weight_decay=0.0),
}


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def train(model: nn.Module, optimizer: optim.Optimizer, steps: range) -> None:
    for step in steps:
        x = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        model(x).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_name_is_pytorchs_optimizer(name: str) -> None:
    ours, theirs = network(), network()
    train(ours, make_optimizer(ours, TrainingOptions(optimizer=name, learning_rate=0.01)), range(5))
    train(theirs, THEIRS[name](theirs.parameters()), range(5))
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_its_memory_goes_through_arrays(name: str) -> None:
    options = TrainingOptions(optimizer=name, weight_decay=0.1)
    whole = network()
    optimizer = make_optimizer(whole, options)
    train(whole, optimizer, range(3))
    broken = copy.deepcopy(whole)
    arrays = {key: array.copy() for key, array in optimizer_arrays(optimizer).items()}
    train(whole, optimizer, range(3, 6))
    again = make_optimizer(broken, options)
    load_optimizer(again, arrays)
    train(broken, again, range(3, 6))
    for one, other in zip(whole.parameters(), broken.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_memory_of_another_model_is_refused() -> None:
    model = network()
    optimizer = make_optimizer(model, TrainingOptions())
    train(model, optimizer, range(1))
    arrays = optimizer_arrays(optimizer)
    with pytest.raises(ArtifactError, match="fits another"):
        load_optimizer(make_optimizer(nn.Linear(3, 4), TrainingOptions()), arrays)


def test_weight_decay_spares_biases() -> None:
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.fill_(1.0)
        layer.bias.fill_(1.0)
    optimizer = make_optimizer(layer, TrainingOptions(optimizer="sgd", learning_rate=0.5, weight_decay=0.1))
    for parameter in layer.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    assert layer.weight.flatten().tolist() == pytest.approx([0.95] * 4)  # 1 - 0.5 · 0.1
    assert layer.bias.tolist() == [1.0, 1.0]


def test_clipping_l1_and_max_norm_by_hand() -> None:
    layer = nn.Linear(2, 2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[3.0, -4.0], [0.3, 0.4]]))
    layer.weight.grad = torch.tensor([[6.0, 0.0], [0.0, 0.0]])
    layer.bias.grad = torch.tensor([8.0, 0.0])
    regularizers = Regularizers(layer, TrainingOptions(clip=1.0, l1=0.01, max_norm=1.0))
    regularizers.before_step()
    assert layer.weight.grad.flatten().tolist() == pytest.approx([0.61, -0.01, 0.01, 0.01], abs=1e-5)
    assert layer.bias.grad.tolist() == pytest.approx([0.8, 0.0], abs=1e-5)
    regularizers.after_step()
    assert layer.weight.flatten().tolist() == pytest.approx([0.6, -0.8, 0.3, 0.4])
