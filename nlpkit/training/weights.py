"""A model's weights as arrays by name, each once however often it is shared."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from nlpkit.errors import ArtifactError


def weights_of(model: nn.Module) -> dict[str, np.ndarray]:
    """Copy a model's weights into main memory.

    Examples
    --------
    >>> sorted(weights_of(nn.Linear(2, 2)))
    ['bias', 'weight']
    """
    return {name: p.detach().cpu().numpy().copy() for name, p in model.named_parameters()}


@torch.no_grad()
def load_weights(model: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Give a model its weights back.

    Raises
    ------
    ArtifactError
        If they are another model's.
    """
    parameters = dict(model.named_parameters())
    for name, parameter in parameters.items():
        if name not in arrays or arrays[name].shape != tuple(parameter.shape):
            found = "none" if name not in arrays else str(arrays[name].shape)
            raise ArtifactError(f"weight {name!r} is to be {tuple(parameter.shape)}, found {found}: it's another model")
        parameter.copy_(torch.from_numpy(np.asarray(arrays[name])))
