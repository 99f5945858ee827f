"""Statistics of batch normalisation, made anew: those of averaged weights are not the average of the statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn


@torch.no_grad()
def renew_statistics(model: nn.Module, batches: Iterable[Any], forward: Callable[[Any], Any]) -> None:
    """Replace the means and variances of a model's batch normalisation by those over some batches.

    Each batch has the same weight, as proposed with averaged weights (Izmailov et al. 2018). The mode of the model, and
    frozen layers, are unchanged.

    Parameters
    ----------
    model : nn.Module
    batches : iterable
    forward : callable
        Runs the model on a batch.

    Examples
    --------
    >>> norm = nn.BatchNorm1d(1)
    >>> renew_statistics(norm, [torch.full((2, 1), value) for value in (1.0, 3.0)], norm)
    >>> norm.running_mean.tolist()
    [2.0]
    """
    layers: list[Any] = [layer for layer in model.modules() if getattr(layer, "running_mean", None) is not None]
    if not layers:
        return
    was_training, momenta = model.training, [layer.momentum for layer in layers]
    model.train()
    try:
        for number, batch in enumerate(batches, 1):
            for layer in layers:
                layer.momentum = 1 / number
            forward(batch)
    finally:
        model.train(was_training)
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
