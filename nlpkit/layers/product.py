"""Linear products x Wᵀ + b, with weights that can be kept in oneDNN's memory layout.

oneDNN reorders a weight in every call, which for a few rows of x takes about as long as the product itself. Inside
`packed`, the reordered weights are kept in addition to the originals: twice the memory, and about half the time for
large products of 8 to 64 rows. Small products in float32 are faster without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_SMALL = 3_000_000  # float32 multiplications, below which the plain product is faster
_ROWS = 32  # number of rows that the layout is optimised for; any number works


class Linear(nn.Linear):
    """torch's linear layer, computed by `product`."""

    def forward(self, input: Tensor) -> Tensor:
        return product(input, self.weight, self.bias)


def product(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return x Wᵀ + b.

    Parameters
    ----------
    x : Tensor (..., d)
    weight : Tensor (size, d)
    bias : Tensor (size,), optional

    Returns
    -------
    Tensor (..., size)

    Examples
    --------
    >>> product(torch.ones(1, 2), torch.tensor([[1.0, 2.0]]), torch.tensor([0.5]))
    tensor([[3.5000]])
    """
    order = getattr(weight, "packed", None)
    if order is None or (x.dtype == torch.float32 and x.numel() * len(weight) < _SMALL):
        return F.linear(x, weight, bias)
    return torch.ops.mkldnn._linear_pointwise(x, order, bias, "none", [], "")


def large_product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x Wᵀ + b as `product` does, without gradients.

    Float32 products on a CPU are oneDNN's: those of hundreds of rows are up to twice as fast as the BLAS library's,
    where it has no code for the processor's largest vectors.

    Examples
    --------
    >>> large_product(torch.ones(1, 2), torch.tensor([[1.0, 2.0]]))
    tensor([[3.]])
    """
    if x.device.type != "cpu" or x.dtype != torch.float32 or not _has_onednn():
        return F.linear(x, weight, bias)
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")


@contextmanager
def packed(weights: Iterable[Tensor]) -> Iterator[None]:
    """Keep reordered weights while the context is active, on a CPU and without gradients; weights must not change.

    Does nothing if this is not supported or already active.
    """
    begun = [weight for weight in weights if _can_be_packed(weight)]
    with torch.no_grad():
        for weight in begun:
            weight.packed = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), _ROWS)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        unpack(begun)


def unpack(weights: Iterable[Tensor]) -> None:
    """Drop the reordered copies of weights, so that the weights may change."""
    for weight in weights:
        weight.__dict__.pop("packed", None)


def _can_be_packed(weight: Tensor) -> bool:
    if weight.device.type != "cpu" or hasattr(weight, "packed") or not _has_onednn():
        return False
    if not hasattr(torch.ops.mkldnn, "_reorder_linear_weight"):
        return False
    if weight.dtype == torch.bfloat16:  # oneDNN does not support these products without AVX-512
        return hasattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported") and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return weight.dtype == torch.float32


def _has_onednn() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
