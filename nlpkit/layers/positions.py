"""Positional encoding by sines and cosines (Vaswani et al. 2017).

    PE[p, i] = sin(p / 10000^(2i/d)),  PE[p, d/2 + i] = cos(p / 10000^(2i/d))

All sines precede all cosines, as in Marian; the paper interleaves them, which is equivalent for the network.
"""

from __future__ import annotations

import torch
from torch import Tensor


def sinusoids(n_positions: int, d_model: int, *, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the positions 0 to ``n_positions`` - 1 as rows (n_positions, d_model), computed in float64.

    Examples
    --------
    >>> sinusoids(2, 2)
    tensor([[0.0000, 1.0000],
            [0.8415, 0.5403]])
    """
    exponents = torch.arange((d_model + 1) // 2, dtype=torch.float64) * 2 / d_model
    angles = torch.arange(n_positions, dtype=torch.float64)[:, None] / 10000**exponents
    return torch.cat([angles.sin(), angles[:, : d_model // 2].cos()], dim=1).to(dtype)
