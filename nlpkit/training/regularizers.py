"""L1 and max-norm: what PyTorch's optimizers don't do. L2 is their ``weight_decay``."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .options import LoopOptions


class Regularizers:
    """Changes a model's gradients before a step, and its matrices after it.

    Examples
    --------
    >>> layer = nn.Linear(2, 1, bias=False)
    >>> with torch.no_grad():
    ...     _ = layer.weight.copy_(torch.tensor([[3.0, 4.0]]))
    >>> Regularizers(layer, LoopOptions(max_norm=1.0)).after_step()
    >>> layer.weight.tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """

    def __init__(self, model: nn.Module, options: LoopOptions) -> None:
        self.parameters: Sequence[nn.Parameter] = [p for p in model.parameters() if p.requires_grad]
        self._matrices = [p for p in self.parameters if p.ndim >= 2]
        self._l1, self._max_norm, self._clip = options.l1, options.max_norm, options.clip

    @torch.no_grad()
    def before_step(self) -> None:
        """Clip the gradients' common length, then add the slope of L1, l1 · sign(w)."""
        if self._clip:
            torch.nn.utils.clip_grad_norm_(self.parameters, self._clip)
        if self._l1:
            for matrix in self._matrices:
                if matrix.grad is not None:
                    matrix.grad.add_(matrix.sign(), alpha=self._l1)

    @torch.no_grad()
    def after_step(self) -> None:
        """Shorten rows that are too long (Srebro and Shraibman, 2005; Srivastava et al., 2014)."""
        if self._max_norm:
            for matrix in self._matrices:
                lengths = matrix.flatten(1).norm(dim=1).clamp_min(self._max_norm)
                matrix.mul_((self._max_norm / lengths).view(-1, *[1] * (matrix.ndim - 1)))
