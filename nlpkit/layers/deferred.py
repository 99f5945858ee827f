"""Recurrent steps that compute the gradients of their weights once, after all steps.

Over T backward steps, autograd allocates a gradient of the size of each weight and each source T times and adds them
up. Here each backward step stores the rows from which these gradients are computed:

    y = x Wᵀ + b            dW = Σₜ dyₜᵀ xₜ = dYᵀ X,                    X, dY the rows of all steps
    a = softmax(K s)        dKᵢ = Σₜ dscores_{ti} sₜ,   dMᵢ = Σₜ a_{ti} dcₜ     c = aᵀ M

One large product at the end then gives the gradient. The results are equal except for rounding.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .attention import AdditiveAttention, Scoring, attend
from .product import product

Rows = list[tuple[Tensor, Tensor]]


class Plain:
    """Operations of a recurrent step: `nlpkit.layers.product.product`, `nlpkit.layers.attention.attend`."""

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Return x Wᵀ + b."""
        return product(x, weight, bias)

    def attend(
        self, scoring: Scoring, states: Tensor, keys: Tensor, memory: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Return contexts and weights."""
        return attend(scoring, states, keys, memory, mask)


PLAIN = Plain()


class Deferred(Plain):
    """Same as `Plain` with deferred gradients. Create one before all steps, and run backward once."""

    def __init__(self) -> None:
        self._weights: dict[int, tuple[Tensor, Tensor | None, Rows]] = {}
        self._sources: dict[int, tuple[Tensor, Tensor, list[tuple[Tensor, ...]]]] = {}
        self._held: list[Tensor] = []  # keeps tensors alive, because ids are reused

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        known = self._weights.get(id(weight))
        if known is None:
            rows: Rows = []
            self._held.append(weight)
            known = self._weights[id(weight)] = (*_SharedWeight.apply(weight, bias, _dtype(weight), rows), rows)
        return _Product.apply(x, *known)

    def attend(
        self, scoring: Scoring, states: Tensor, keys: Tensor, memory: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        if isinstance(scoring, AdditiveAttention):
            return attend(scoring, states, keys, memory, mask)
        known = self._sources.get(id(keys))
        if known is None:
            rows: list[tuple[Tensor, ...]] = []
            self._held.append(keys)
            known = self._sources[id(keys)] = (*_SharedSource.apply(keys, memory, _dtype(memory), rows), rows)
        return _Look.apply(states, *known, mask)


class _SharedWeight(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, weight: Tensor, bias: Tensor | None, dtype: torch.dtype, rows: Rows
    ) -> tuple[Tensor, Tensor | None]:
        ctx.rows, ctx.dtype = rows, weight.dtype
        ctx.set_materialize_grads(False)
        return weight.to(dtype, copy=True), None if bias is None else bias.to(dtype, copy=True)

    @staticmethod
    def backward(ctx: Any, *none: None) -> tuple[Tensor | None, Tensor | None, None, None]:
        if not ctx.rows:
            return None, None, None, None
        inputs, slopes = (torch.cat(parts) for parts in zip(*ctx.rows, strict=True))
        ctx.rows.clear()
        bias = slopes.sum(0, dtype=ctx.dtype) if ctx.needs_input_grad[1] else None
        return (slopes.T @ inputs).to(ctx.dtype), bias, None, None


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, rows: Rows) -> Tensor:
        ctx.rows, ctx.dtype = rows, x.dtype
        x = x.to(weight.dtype)
        ctx.save_for_backward(x, weight)
        return F.linear(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, None, None, None]:
        x, weight = ctx.saved_tensors
        slope = slope.to(weight.dtype)
        ctx.rows.append((x.flatten(0, -2), slope.flatten(0, -2)))
        return (slope @ weight).to(ctx.dtype) if ctx.needs_input_grad[0] else None, None, None, None


class _SharedSource(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, keys: Tensor, memory: Tensor, dtype: torch.dtype, rows: list[tuple[Tensor, ...]]
    ) -> tuple[Tensor, Tensor]:
        ctx.rows, ctx.dtypes = rows, (keys.dtype, memory.dtype)
        ctx.set_materialize_grads(False)
        return keys.to(dtype, copy=True), memory.to(dtype, copy=True)

    @staticmethod
    def backward(ctx: Any, *none: None) -> tuple[Tensor | None, Tensor | None, None, None]:
        if not ctx.rows:
            return None, None, None, None
        scores, states, weights, contexts = (torch.stack(parts, dim=1) for parts in zip(*ctx.rows, strict=True))
        ctx.rows.clear()
        return (
            (scores.transpose(1, 2) @ states).to(ctx.dtypes[0]),
            (weights.transpose(1, 2) @ contexts).to(ctx.dtypes[1]),
            None,
            None,
        )


class _Look(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        states: Tensor,
        keys: Tensor,
        memory: Tensor,
        rows: list[tuple[Tensor, ...]],
        mask: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        ctx.rows, ctx.dtype = rows, states.dtype
        state = states[:, 0].to(keys.dtype)
        scores = _fully(_along(keys, state))
        if mask is not None:
            scores = scores.masked_fill_(~mask, float("-inf"))
        weights = scores.softmax(-1)
        ctx.save_for_backward(state, keys, memory, weights)
        shown = weights[:, None]
        ctx.mark_non_differentiable(shown)
        return _mixed(weights.to(memory.dtype), memory)[:, None], shown

    @staticmethod
    def backward(ctx: Any, slope: Tensor, _: Tensor) -> tuple[Tensor, None, None, None, None]:
        state, keys, memory, weights = ctx.saved_tensors
        slope = slope[:, 0].to(memory.dtype)
        of_weights = _fully(_along(memory, slope))
        of_scores = (weights * (of_weights - (of_weights * weights).sum(-1, keepdim=True))).to(keys.dtype)
        ctx.rows.append((of_scores, state, weights.to(memory.dtype), slope))
        return _mixed(of_scores, keys)[:, None].to(ctx.dtype), None, None, None, None


def _along(rows: Tensor, vector: Tensor) -> Tensor:
    """Multiply (n, s, d) by (n, d) along d: (n, s)."""
    return torch.bmm(vector[:, None], rows.transpose(1, 2)).squeeze(1)


def _mixed(weights: Tensor, rows: Tensor) -> Tensor:
    """Sum rows (n, s, d) with weights (n, s): (n, d)."""
    return torch.bmm(weights[:, None], rows).squeeze(1)


def _fully(x: Tensor) -> Tensor:
    """Convert bfloat16 to float32."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _dtype(like: Tensor) -> torch.dtype:
    """Return the dtype of products: autocast's, if enabled."""
    kind = like.device.type
    casts = like.dtype == torch.float32 and torch.is_autocast_enabled(kind)
    return torch.get_autocast_dtype(kind) if casts else like.dtype
