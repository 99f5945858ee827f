"""Convolutions over clips of different lengths, whose padding reaches neither statistics nor neighbours.

On a CPU normalisation is compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from nlpkit.threads import share_out

Statistics = tuple[Tensor, Tensor, Tensor]
"""Mean and variance of each channel, and the number of values."""


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
        x = self.conv(by_channels(x) if x.device.type == "cpu" else x)
        lengths = (lengths + stride - 1) // stride
        return self.norm(x, lengths, plus=plus, rectified=True), lengths


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

    def forward(self, x: Tensor, lengths: Tensor, *, plus: Tensor | None = None, rectified: bool = False) -> Tensor:
        """Normalise (n, channels, bands, frames) of ``lengths`` frames; in the padding the result is 0.

        ``plus``, which is 0 there, is added afterwards; negative values then become 0 if ``rectified``. In training the
        padding of ``x`` may become 0, too.
        """
        is_batch = self.training and self.weight.requires_grad  # frozen statistics stay
        compiled = is_batch and x.device.type == "cpu" and x.dtype == torch.float32
        within = lengths if compiled else frames_mask(lengths, x.shape[3]).to(x.dtype)
        if is_batch:
            normalized: Any = _CompiledNormalized if compiled else _Normalized
            if compiled:
                x, plus = by_channels(x), None if plus is None else by_channels(plus)
            with torch.no_grad():
                statistics = mean, variance, count = normalized.statistics(x, within)
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance * (count / (count - 1).clamp_min(1)), self.momentum)
            y: Tensor = normalized.apply(x, within, self.weight, self.bias, plus, statistics, self.eps, rectified)
            return y
        scale = self.weight * torch.rsqrt(self.running_var + self.eps)
        shift = self.bias - self.running_mean * scale
        y = torch.addcmul(shift[:, None, None], x, scale[:, None, None]) * within
        y = y if plus is None else y + plus
        return F.relu(y) if rectified else y


class _Normalized(torch.autograd.Function):
    """Normalisation, addition and rectifier by torch, with the gradient of Ioffe and Szegedy 2015 in few passes.

    y = relu(a x + b + plus) with a = weight / √(variance + eps); g, the slope of a x + b, gives Σ g and, with
    z = (x - mean) / √(variance + eps), Σ g z. The slope of x is a (g - Σ g / count - z Σ g z / count).
    """

    @staticmethod
    def statistics(x: Tensor, mask: Tensor) -> Statistics:
        """Return the statistics within the mask, outside of which ``x`` becomes 0."""
        clear_padding(x, mask)
        kind = torch.promote_types(x.dtype, torch.float32)
        count = mask.sum(dtype=kind) * x.shape[2]
        mean = x.sum((0, 2, 3), dtype=kind) / count
        return mean, ((x - mean[:, None, None]) * mask).square().sum((0, 2, 3), dtype=kind) / count, count

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        mask: Tensor,
        weight: Tensor,
        bias: Tensor,
        plus: Tensor | None,
        statistics: Statistics,
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


class _CompiledNormalized(torch.autograd.Function):
    """The same by compiled passes over float32 arrays, which leave out the padding."""

    @staticmethod
    def statistics(x: Tensor, lengths: Tensor) -> Statistics:
        """Return the statistics of the first ``lengths`` frames of each clip."""
        from nlpkit.speech.recognition._normalization_numba import add_moments

        origin = x[0, :, 0, 0].contiguous()
        sums, squares = _summed(add_moments, x, lengths, [_flat(x)], origin.numpy())
        count = lengths.sum() * x.shape[2]
        mean = sums / count
        variance = (squares / count - mean.square()).clamp_min(0)
        return (mean + origin).float(), variance.float(), count.float()

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        lengths: Tensor,
        weight: Tensor,
        bias: Tensor,
        plus: Tensor | None,
        statistics: Statistics,
        eps: float,
        rectified: bool,
    ) -> Tensor:
        from nlpkit.speech.recognition._normalization_numba import normalize

        mean, variance, count = statistics
        inverse = torch.rsqrt(variance + eps)
        scale = weight.detach() * inverse
        y, floor = torch.empty_like(x), np.float32(0 if rectified else -np.inf)
        shift = bias.detach() - mean * scale
        inputs = _flat(x), _flat(x[:0] if plus is None else plus), lengths.numpy(), _shape(x)
        _in_parts(normalize, len(x), (*inputs, scale.numpy(), shift.numpy(), floor), _flat(y))
        ctx.save_for_backward(x, y, lengths, mean, inverse, scale, count)
        ctx.floor, ctx.adds = floor, plus is not None
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        from nlpkit.speech.recognition._normalization_numba import add_slopes, normalize_back

        x, y, lengths, mean, inverse, scale, count = ctx.saved_tensors
        arrays = [_flat(part) for part in (by_channels(slope), x, y)]
        sums = _summed(add_slopes, x, lengths, arrays, mean.numpy(), ctx.floor)
        of_bias, products = (part.float() for part in sums)
        of_weight = products * inverse
        share = -scale * inverse * of_weight / count
        shift = -scale * of_bias / count - share * mean
        to_x, to_plus = torch.empty_like(x), torch.empty_like(x if ctx.adds else x[:0])
        inputs = *arrays, lengths.numpy(), _shape(x), scale.numpy(), share.numpy(), shift.numpy(), ctx.floor
        _in_parts(normalize_back, len(x), inputs, _flat(to_x), _flat(to_plus))
        return to_x, None, of_weight, of_bias, to_plus if ctx.adds else None, None, None, None


def _flat(x: Tensor) -> np.ndarray:
    """Return the numbers in the order of clips, bands, frames, channels, in which they lie."""
    flat: np.ndarray = x.detach().permute(0, 2, 3, 1).view(-1).numpy()
    return flat


def _shape(x: Tensor) -> tuple[int, int, int]:
    """Return the numbers of bands, frames and channels."""
    return x.shape[2], x.shape[3], x.shape[1]


def _in_parts(run: Any, clips: int, inputs: Sequence[Any], *outputs: np.ndarray) -> None:
    """Run a compiled function on parts of the clips, one per thread."""
    share_out(lambda first, last: run(*inputs, first, last, *outputs), clips, torch.get_num_threads())


def _summed(run: Any, x: Tensor, lengths: Tensor, arrays: Sequence[np.ndarray], *rest: Any) -> tuple[Tensor, Tensor]:
    """Return both sums, (channels,) float64, of a compiled function over all clips."""
    found = np.zeros((len(x), 2, x.shape[1]))
    inputs = *arrays, lengths.numpy(), _shape(x), *rest
    share_out(lambda first, last: run(*inputs, first, last, *found[first]), len(x), torch.get_num_threads())
    one, two = torch.from_numpy(found.sum(0))
    return one, two


def by_channels(x: Tensor) -> Tensor:
    """Return (n, channels, bands, frames) with channels last in memory: convolutions on a CPU are fastest so.

    Torch calls an order that it ignores for one channel the same; then the strides are set, too.
    """
    if x.shape[1] == 1:
        return x[:, 0, :, :, None].contiguous().permute(0, 3, 1, 2)
    return x.contiguous(memory_format=torch.channels_last)


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
