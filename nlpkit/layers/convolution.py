"""Convolutions over clips of different lengths: padding neither adds to a statistic nor reaches a neighbour."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MaskedBatchNorm(nn.Module):
    """Batch normalisation (Ioffe and Szegedy 2015) over the frames of all clips, without their padding.

    In training the mean and variance of a channel are those of the batch; their moving averages, which are part of the
    state, serve in evaluation.

    Parameters
    ----------
    channels : int
    momentum : float
        Share of a new batch in the moving averages.
    eps : float
        Added to the variance.
    """

    def __init__(self, channels: int, *, momentum: float = 0.1, eps: float = 1e-5) -> None:
        super().__init__()
        self.momentum, self.eps = momentum, eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    running_mean: Tensor
    running_var: Tensor

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Normalise (n, channels, bands, frames); it is 0, and stays 0, where the mask (n, 1, 1, frames) is 0."""
        if self.training and self.weight.requires_grad:  # frozen statistics stay
            mean, variance = self._statistics(x, mask)
        else:
            mean, variance = self.running_mean, self.running_var
        scale = self.weight * torch.rsqrt(variance + self.eps)
        shift = self.bias - mean * scale
        return torch.addcmul(shift[:, None, None], x, scale[:, None, None]) * mask

    def _statistics(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        kind = torch.promote_types(x.dtype, torch.float32)
        count = mask.sum(dtype=kind) * x.shape[2]
        mean = x.sum((0, 2, 3), dtype=kind) / count
        variance = ((x - mean[:, None, None]) * mask).square().sum((0, 2, 3), dtype=kind) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (count / (count - 1).clamp_min(1)), self.momentum)
        return mean, variance


class ConvBlock(nn.Module):
    """A convolution, batch normalisation and a rectifier.

    Parameters
    ----------
    before, after : int
        Channels of the input and of the output.
    kernel, stride : (int, int)
        Bands and frames; odd kernels, padded by half on each side.
    """

    def __init__(
        self, before: int, after: int, kernel: tuple[int, int] = (3, 3), stride: tuple[int, int] = (1, 1)
    ) -> None:
        super().__init__()
        padding = kernel[0] // 2, kernel[1] // 2
        self.conv = nn.Conv2d(before, after, kernel, stride, padding, bias=False)
        self.norm = MaskedBatchNorm(after)

    def forward(self, x: Tensor, lengths: Tensor, *, plus: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Convolve (n, before, bands, frames) of ``lengths`` frames; return (n, after, ...) and its lengths.

        ``plus`` is added before the rectifier.
        """
        stride = self.conv.stride[1]
        x = self.conv(x)
        lengths = (lengths + stride - 1) // stride
        mask = frames_mask(lengths, x.shape[3]).to(x.dtype)
        x = self.norm(x * mask, mask)
        return F.relu(x if plus is None else x + plus), lengths


def frames_mask(lengths: Tensor, frames: int) -> Tensor:
    """Return (n, 1, 1, frames): True within each clip's length.

    Examples
    --------
    >>> frames_mask(torch.tensor([1, 3]), 3)[:, 0, 0].int().tolist()
    [[1, 0, 0], [1, 1, 1]]
    """
    return (torch.arange(frames, device=lengths.device) < lengths[:, None])[:, None, None]
