"""Transformer layers (Vaswani et al. 2017), for whole sentences or token by token.

    Attention(Q, K, V) = softmax(Q Kᵀ / √d_head) V,   with a separate projection for each of ``heads`` heads

A layer consists of self-attention, in a decoder also attention to the source, and a feed-forward network. Each has a
residual connection, and a layer norm after it (``norm="post"``, as in the paper) or before it (``"pre"``, Xiong et al.
2020: more stable training). Projections of the same input share one matrix: queries, keys and values of self-attention;
keys and values of the source.

Shapes: n sentences, t positions, d = ``d_model``, h heads with d / h dimensions.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .activations import ACTIVATIONS
from .dropout import dropout
from .product import Linear


class KeysValues(NamedTuple):
    """Keys and values, (n, h, t, d / h) each."""

    keys: Tensor
    values: Tensor


class Shape(NamedTuple):
    """Options shared by all layers of a stack."""

    d_model: int
    heads: int
    ffn_dim: int
    norm: str
    activation: str
    dropout: float
    attention_dropout: float
    activation_dropout: float


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Reshape (n, t, d) to (n, h, t, d / h), as a view."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


class Attention(nn.Module):
    """Multi-head attention; `project` computes keys and values once."""

    def __init__(self, shape: Shape, *, to_itself: bool) -> None:
        super().__init__()
        d = shape.d_model
        self.heads = shape.heads
        self.dropout = shape.attention_dropout
        self.to_itself = to_itself
        self.inward = Linear(d, 3 * d if to_itself else d)
        if not to_itself:
            self.source = Linear(d, 2 * d)
        self.outward = Linear(d, d)

    def queries_keys_values(self, x: Tensor) -> tuple[Tensor, KeysValues]:
        """Project (n, t, d) to queries, keys and values of self-attention."""
        queries, keys, values = split_heads(self.inward(x), 3 * self.heads).chunk(3, dim=1)
        return queries, KeysValues(keys, values)

    def queries(self, x: Tensor) -> Tensor:
        """Project (n, t, d) to queries for the source."""
        return split_heads(self.inward(x), self.heads)

    def project(self, memory: Tensor) -> KeysValues:
        """Project the source (n, s, d) to keys and values."""
        return KeysValues(*split_heads(self.source(memory), 2 * self.heads).chunk(2, dim=1))

    def look(self, queries: Tensor, at: KeysValues, mask: Tensor | None = None, *, causal: bool = False) -> Tensor:
        """Return the projected attention output (n, t, d). ``mask`` is False, or -inf, at hidden positions."""
        dropout = self.dropout if self.training else 0.0
        seen = F.scaled_dot_product_attention(queries, *at, attn_mask=mask, dropout_p=dropout, is_causal=causal)
        return self.outward(seen.transpose(1, 2).flatten(2))

    @staticmethod
    def weights(queries: Tensor, keys: Tensor, mask: Tensor | None) -> Tensor:
        """Return the attention weights of each query, (n, h, t, s), for display."""
        scores = (queries @ keys.transpose(2, 3)).float() / queries.shape[-1] ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        return scores.softmax(-1)


class FeedForward(nn.Module):
    """Two linear layers with an activation between them, applied to each position."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.inner = Linear(shape.d_model, shape.ffn_dim)
        self.outer = Linear(shape.ffn_dim, shape.d_model)
        self.activation = ACTIVATIONS[shape.activation]
        self.dropout = shape.activation_dropout

    def forward(self, x: Tensor) -> Tensor:
        inner = self.activation(self.inner(x))
        return self.outer(dropout(inner, self.dropout, self.training))


class Residual(nn.Module):
    """The layer norm, dropout and residual connection around a part of a layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(shape.d_model)
        self.first = shape.norm == "pre"
        self.dropout = shape.dropout

    def before(self, x: Tensor) -> Tensor:
        """Return the input of the part."""
        return self.norm(x) if self.first else x

    def after(self, x: Tensor, made: Tensor) -> Tensor:
        """Return the sum of ``x`` and the part's output ``made``."""
        if self.dropout and self.training:
            made = dropout(made, self.dropout)
        return x + made if self.first else self.norm(x + made)


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward network."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention, self.around_attention = Attention(shape, to_itself=True), Residual(shape)
        self.feed_forward, self.around_feed_forward = FeedForward(shape), Residual(shape)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        x = self.around_attention.after(x, self.attention.look(queries, at, mask))
        return self.around_feed_forward.after(x, self.feed_forward(self.around_feed_forward.before(x)))

    def weights(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return the self-attention weights, (n, h, s, s)."""
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        return Attention.weights(queries, at.keys, mask)


class DecoderLayer(nn.Module):
    """Causal self-attention, attention to the source, then a feed-forward network."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention, self.around_attention = Attention(shape, to_itself=True), Residual(shape)
        self.to_source, self.around_source = Attention(shape, to_itself=False), Residual(shape)
        self.feed_forward, self.around_feed_forward = FeedForward(shape), Residual(shape)

    def forward(self, x: Tensor, source: KeysValues, mask: Tensor | None) -> Tensor:
        """Run all positions at once; each attends to the earlier ones."""
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        x = self.around_attention.after(x, self.attention.look(queries, at, causal=True))
        return self.after_attention(x, source, mask)

    def after_attention(self, x: Tensor, source: KeysValues, mask: Tensor | None) -> Tensor:
        """Run the layer's parts after self-attention."""
        queries = self.to_source.queries(self.around_source.before(x))
        x = self.around_source.after(x, self.to_source.look(queries, source, mask))
        return self.around_feed_forward.after(x, self.feed_forward(self.around_feed_forward.before(x)))

    def source_weights(self, x: Tensor, source: KeysValues, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """Same as `forward`; also return the attention weights to the source, (n, h, t, s)."""
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        x = self.around_attention.after(x, self.attention.look(queries, at, causal=True))
        weights = Attention.weights(self.to_source.queries(self.around_source.before(x)), source.keys, mask)
        return self.after_attention(x, source, mask), weights


class Cache:
    """Keys and values of one decoder layer for all beams, in columns that are appended and never moved."""

    def __init__(self) -> None:
        self._kept: tuple[Tensor, Tensor] | None = None
        self._used = 0

    def append(self, new: KeysValues) -> KeysValues:
        """Append columns (n, h, beams, d / h) and return all."""
        more = new.keys.shape[2]
        end = self._used + more
        if self._kept is None or end > self._kept[0].shape[2]:
            room = max(2 * end, 32 * more)
            kept = tuple(part.new_empty(*part.shape[:2], room, part.shape[3]) for part in new)
            if self._kept is not None:
                for old, grown in zip(self._kept, kept, strict=True):
                    grown[:, :, : self._used] = old[:, :, : self._used]
            self._kept = (kept[0], kept[1])
        for buffer, part in zip(self._kept, new, strict=True):
            buffer[:, :, self._used : end] = part
        self._used = end
        return KeysValues(self._kept[0][:, :, :end], self._kept[1][:, :, :end])

    def keep(self, rows: Tensor) -> None:
        """Keep only the sentences ``rows`` (n,)."""
        if self._kept is not None:
            keys, values = (part[:, :, : self._used].index_select(0, rows) for part in self._kept)
            self._kept = (keys, values)


def blind(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """Convert a mask (True: visible) to an addend of the scores: 0, or -inf."""
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill_(~mask, float("-inf"))
