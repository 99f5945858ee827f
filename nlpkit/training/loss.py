"""Cross entropy with label smoothing, which gives its gradient at once and never holds all words' scores in float32."""

from __future__ import annotations

from typing import Any

import torch

_CPU_SCORES, _GPU_SCORES = 1 << 19, 1 << 27


def precise(loss: torch.Tensor) -> torch.Tensor:
    """Return a loss as float64, where the device has it, so that sums over steps don't depend on when they are read."""
    return loss if loss.device.type == "mps" else loss.double()


def smoothed_cross_entropy(
    logits: torch.Tensor, targets: torch.Tensor, *, smoothing: float = 0.0, divisor: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Sum the loss of N predictions.

    With q the target's one-hot row mixed with the uniform one, (1 - s) · onehot + s / V, it is -Σ q log softmax(z)
    (Szegedy et al., 2016), and its gradient softmax(z) - q. Both are computed in one pass over slices of the rows,
    in float32 whatever the logits' dtype, so that no second pass and no full float32 copy of the logits is needed.

    Parameters
    ----------
    logits : (M, V)
        Logits of the positions that are not padding; M ≥ N, rows after the first N are ignored. If they need a
        gradient, it takes their place in memory: they can't be used again.
    targets : (N,) int64
    smoothing : float
        s above.
    divisor : float
        Divisor of the loss, such as the number of tokens of the whole step.

    Returns
    -------
    loss : () float32
        The smoothed loss over the divisor; it has a gradient.
    nll : () float64, where the device has it
        Σ -log p(target), not divided and not smoothed; without a gradient.

    Examples
    --------
    >>> loss, nll = smoothed_cross_entropy(torch.zeros(2, 4), torch.tensor([1, 3]), smoothing=0.1, divisor=2)
    >>> round(loss.item(), 4), round(nll.item(), 4)  # log 4, twice log 4
    (1.3863, 2.7726)
    """
    return _SmoothedCrossEntropy.apply(logits, targets, smoothing, divisor)


class _SmoothedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, logits: torch.Tensor, targets: torch.Tensor, smoothing: float, divisor: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        n_rows, n_words = len(targets), logits.shape[1]
        slice_rows = max(1, (_CPU_SCORES if logits.device.type == "cpu" else _GPU_SCORES) // n_words)
        gradient = logits.detach() if ctx.needs_input_grad[0] else None
        nll = logits.new_zeros((), dtype=torch.float32)
        uniform = logits.new_zeros((), dtype=torch.float32)
        for first in range(0, n_rows, slice_rows):
            last = min(first + slice_rows, n_rows)
            log_p = torch.log_softmax(logits[first:last], dim=-1, dtype=torch.float32)
            right = targets[first:last, None]
            nll -= log_p.gather(1, right).sum()
            if smoothing:
                uniform -= log_p.sum()
            if gradient is not None:
                slope = log_p.exp_().sub_(smoothing / n_words) if smoothing else log_p.exp_()
                slope.scatter_add_(1, right, slope.new_full((1, 1), smoothing - 1).expand_as(right))
                gradient[first:last] = slope.mul_(1 / divisor)
        if gradient is not None:
            gradient[n_rows:] = 0
            ctx.save_for_backward(gradient)
        told = precise(nll)
        ctx.mark_non_differentiable(told)
        return ((1 - smoothing) * nll + smoothing / n_words * uniform) / divisor, told

    @staticmethod
    def backward(ctx: Any, *slopes: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (gradient,) = ctx.saved_tensors
        if slopes[0].device.type != "cpu" or slopes[0] != 1:  # a pass over all scores that is seldom needed
            gradient = gradient * slopes[0].to(gradient.dtype)
        return gradient, None, None, None
