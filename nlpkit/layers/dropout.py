"""Dropout, on a CPU with a quarter of the random draws of PyTorch's, which take most of its time there."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_LEVELS = 1 << 16  # of 16 random bits
_LOWEST = torch.iinfo(torch.int64).min


def dropout(x: Tensor, rate: float, training: bool = True) -> Tensor:
    """Set numbers to 0 at random, and scale the others up, so that their mean stays.

    On a CPU a draw of 64 bits decides on four numbers, and the rate is rounded to a multiple of 2⁻¹⁶.

    Parameters
    ----------
    x : Tensor
    rate : float
        Probability that a number is set to 0, below 1.
    training : bool
        Otherwise nothing changes.

    References
    ----------
    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting, JMLR 15.

    Examples
    --------
    >>> made = dropout(torch.ones(1000, 100), 0.25)
    >>> sorted(set(made.flatten().tolist())), abs(float(made.mean()) - 1) < 0.02
    ([0.0, 1.3333333730697632], True)
    """
    if not training or not rate:
        return x
    kept = round((1 - rate) * _LEVELS)
    if x.device.type != "cpu" or not 0 < kept < _LEVELS:
        return functional.dropout(x, rate, training)
    n = x.numel()
    draws = torch.empty((n + 3) // 4, dtype=torch.int64).random_(_LOWEST, None)
    is_kept = draws.view(torch.int16)[:n].view(x.shape) < kept - _LEVELS // 2
    return x * is_kept.to(x.dtype).mul_(_LEVELS / kept)
