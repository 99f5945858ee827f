"""Convolutions over clips of different lengths: padding neither adds to a statistic nor reaches a neighbour."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


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

    def forward(self, x: Tensor, mask: Tensor, *, plus: Tensor | None = None, rectified: bool = False) -> Tensor:
        """Normalise (n, channels, bands, frames), which is 0 where the mask (n, 1, 1, frames) is; there it stays 0.

        ``plus``, which is 0 there too, is added afterwards; negative values then become 0 if ``rectified``.
        """
        if self.training and self.weight.requires_grad:  # frozen statistics stay
            with torch.no_grad():
                mean, variance, count = _statistics(x, mask)
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * (count / (count - 1).clamp_min(1)), self.momentum)
            return _Normalized.apply(
                x, mask, self.weight, self.bias, plus, (mean, variance, count), self.eps, rectified
            )
        scale = self.weight * torch.rsqrt(self.running_var + self.eps)
        shift = self.bias - self.running_mean * scale
        y = torch.addcmul(shift[:, None, None], x, scale[:, None, None]) * mask
        y = y if plus is None else y + plus
        return F.relu(y) if rectified else y


def _statistics(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean and variance of each channel within the mask, and the number of values."""
    kind = torch.promote_types(x.dtype, torch.float32)
    count = mask.sum(dtype=kind) * x.shape[2]
    if x.device.type == "cpu":
        whole, spread = (part.double() for part in torch.batch_norm_update_stats(x, None, None, 0.0))
        times = x.numel() / x.shape[1] / count  # zeros of the padding are among the values
        mean = times * whole
        return mean.to(kind), (times * (spread + whole.square()) - mean.square()).clamp_min(0).to(kind), count
    mean = x.sum((0, 2, 3), dtype=kind) / count
    return mean, ((x - mean[:, None, None]) * mask).square().sum((0, 2, 3), dtype=kind) / count, count


class _Normalized(torch.autograd.Function):
    """Normalisation, addition and rectifier, with the gradient of Ioffe and Szegedy 2015 in few passes.

    y = relu(a x + b + plus) with a = weight / √(variance + eps); g, the slope of a x + b, gives Σ g and, with
    z = (x - mean) / √(variance + eps), Σ g z. The slope of x is a (g - Σ g / count - z Σ g z / count).
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        mask: Tensor,
        weight: Tensor,
        bias: Tensor,
        plus: Tensor | None,
        statistics: tuple[Tensor, Tensor, Tensor],
        eps: float,
        rectified: bool,
    ) -> Tensor:
        mean, variance, count = statistics
        y = torch.native_batch_norm(x, weight, bias, mean, variance, False, 0.0, eps)[0]
        if plus is not None:
            y.add_(plus)
        if rectified:
            y.relu_()
        clear_padding(y, mask)
        ctx.save_for_backward(x, mask, weight, mean, variance, count, *([y] if rectified else []))
        ctx.eps, ctx.adds = eps, plus is not None
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        x, mask, weight, mean, variance, count, *made = ctx.saved_tensors
        if x.is_contiguous(memory_format=torch.channels_last):
            slope = slope.contiguous(memory_format=torch.channels_last)
        slope = torch.ops.aten.threshold_backward(slope, made[0], 0) if made else slope * mask
        _, of_weight, of_bias = torch.ops.aten.native_batch_norm_backward(
            slope, x, weight, mean, variance, None, None, False, ctx.eps, [False, True, True]
        )
        inverse = torch.rsqrt(variance + ctx.eps)
        scale = weight * inverse
        of_x = -scale * inverse * of_weight / count
        shift = -scale * of_bias / count - of_x * mean
        zero, one = torch.zeros_like(mean), torch.ones_like(mean)
        to_x = torch.native_batch_norm(x, of_x, shift, zero, one, False, 0.0, 0.0)[0]
        clear_padding(to_x.addcmul_(slope, scale[:, None, None].to(slope.dtype)), mask)
        return to_x, None, of_weight, of_bias, slope if ctx.adds else None, None, None, None


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
        if x.device.type == "cpu" and x.shape[1] > 1:
            x = x.contiguous(memory_format=torch.channels_last)
        x = self.conv(x)
        lengths = (lengths + stride - 1) // stride
        mask = frames_mask(lengths, x.shape[3]).to(x.dtype)
        with torch.no_grad():  # the slope of the norm is 0 there already
            clear_padding(x, mask)
        return self.norm(x, mask, plus=plus, rectified=True), lengths


def clear_padding(x: Tensor, mask: Tensor) -> None:
    """Set (n, channels, bands, frames) to 0, in place, where the mask (n, 1, 1, frames) is."""
    whole = 0 if x.device.type == "cuda" else int(mask.amin(0).sum())  # frames of all clips; a GPU would have to wait
    x[..., whole:].mul_(mask[..., whole:])


def frames_mask(lengths: Tensor, frames: int) -> Tensor:
    """Return (n, 1, 1, frames): True within each clip's length.

    Examples
    --------
    >>> frames_mask(torch.tensor([1, 3]), 3)[:, 0, 0].int().tolist()
    [[1, 0, 0], [1, 1, 1]]
    """
    return (torch.arange(frames, device=lengths.device) < lengths[:, None])[:, None, None]
