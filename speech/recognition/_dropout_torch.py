"""Dropout (Srivastava et al. 2014) whose random numbers, on a CPU, are hashes of places."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def dropout(x: Tensor, p: float, training: bool) -> Tensor:
    """Return x with a share ``p`` of its values set to 0 at random, and the rest times 1 / (1 - p), in training.

    On a CPU a value is kept if a hash of its place and of two random numbers, drawn by torch, is large enough: this
    takes a few percent of the time of torch's own, and no mask is stored for the gradient.
    """
    if not training or p == 0:
        return x
    if x.device.type != "cpu" or x.dtype != torch.float32 or p == 1:
        return F.dropout(x, p)
    dropped: Tensor = _Dropout.apply(x, p, torch.randint(2**32, (2,)))
    return dropped


class _Dropout(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, p: float, draws: Tensor) -> Tensor:
        ctx.p, ctx.draws = p, draws
        return _kept(x, p, draws)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None, None]:
        return _kept(slope, ctx.p, ctx.draws), None, None


def _kept(x: Tensor, p: float, draws: Tensor) -> Tensor:
    """Return what is kept of x, times 1 / (1 - p)."""
    from nlpkit.speech.recognition._training_numba import keep_some

    y = torch.empty_like(x, memory_format=torch.contiguous_format)
    least = np.uint32(min(round(p * 2**32), 2**32 - 1))
    one, two = draws.numpy().astype(np.uint32)
    keep_some(x.detach().contiguous().view(-1).numpy(), one, two, least, np.float32(1 / (1 - p)), y.view(-1).numpy())
    return y
