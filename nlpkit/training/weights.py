"""Weights and buffers of a model as arrays by name, each once however often it is shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import nn

from nlpkit.errors import ArtifactError


def weights_of(model: nn.Module) -> dict[str, np.ndarray]:
    """Copy a model's weights and persistent buffers into CPU memory.

    Examples
    --------
    >>> sorted(weights_of(nn.BatchNorm1d(2)))
    ['bias', 'num_batches_tracked', 'running_mean', 'running_var', 'weight']
    """
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in _tensors(model)}


@torch.no_grad()
def load_weights(model: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Load into a model what `weights_of` returned.

    Raises
    ------
    ArtifactError
        If the arrays belong to another model.
    """
    for name, tensor in _tensors(model):
        if name not in arrays or arrays[name].shape != tuple(tensor.shape):
            found = "none" if name not in arrays else str(arrays[name].shape)
            raise ArtifactError(f"weight {name!r} is to be {tuple(tensor.shape)}, found {found}: it's another model")
        tensor.copy_(torch.from_numpy(np.asarray(arrays[name])))


def has_buffers(model: nn.Module) -> bool:
    """Return whether a model's state has buffers, such as the statistics of BatchNorm."""
    return len(dict(_tensors(model))) > len(dict(model.named_parameters()))


def _tensors(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    yield from model.named_parameters()
    state = model.state_dict(keep_vars=True)
    yield from ((name, buffer) for name, buffer in model.named_buffers() if name in state)
