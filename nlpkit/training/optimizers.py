"""Optimizers by name, all of them PyTorch's, and their state as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import SGD, Adagrad, Adam, AdamW, NAdam, Optimizer, RMSprop

from nlpkit.errors import ArtifactError

from .options import LoopOptions


def make_optimizer(model: nn.Module, options: LoopOptions) -> Optimizer:
    """Make the optimizer that ``options`` name; weight decay applies to matrices only.

    Examples
    --------
    >>> type(make_optimizer(nn.Linear(2, 2), LoopOptions(optimizer="nesterov"))).__name__
    'SGD'
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": options.weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    name, rate, betas = options.optimizer, options.learning_rate, (options.beta1, options.beta2)
    fused = all(p.device.type in ("cpu", "cuda") for p in parameters)
    if name in ("sgd", "momentum", "nesterov"):
        momentum = 0.0 if name == "sgd" else options.momentum
        return SGD(groups, lr=rate, momentum=momentum, nesterov=name == "nesterov", fused=fused)
    if name == "adagrad":
        return Adagrad(groups, lr=rate, eps=options.eps)
    if name == "rmsprop":
        return RMSprop(groups, lr=rate, momentum=options.momentum, eps=options.eps)
    if name == "nadam":
        on_gpu = all(p.device.type == "cuda" for p in parameters)  # "capturable" asks nothing of it between steps
        return NAdam(groups, lr=rate, betas=betas, eps=options.eps, capturable=on_gpu)
    return (AdamW if name == "adamw" else Adam)(groups, lr=rate, betas=betas, eps=options.eps, fused=fused)


def optimizer_arrays(optimizer: Optimizer) -> dict[str, np.ndarray]:
    """Return what an optimizer remembers: ``{"NUMBER.NAME": array}``, NUMBER the parameter's."""
    arrays = {}
    for number, remembered in optimizer.state_dict()["state"].items():
        for name, value in remembered.items():
            if value is not None:
                arrays[f"{number}.{name}"] = torch.as_tensor(value).detach().cpu().numpy()
    return arrays


def load_optimizer(optimizer: Optimizer, arrays: Mapping[str, np.ndarray]) -> None:
    """Restore the state of an optimizer.

    Raises
    ------
    ArtifactError
        If the arrays are of another optimizer or another model.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for key, array in arrays.items():
        number, _, name = key.partition(".")
        if int(number) >= len(parameters) or array.shape not in ((), tuple(parameters[int(number)].shape)):
            raise ArtifactError(f"the optimizer's state fits another model: {name} of weight {number} is {array.shape}")
        state.setdefault(int(number), {})[name] = torch.from_numpy(np.array(array))
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
