"""The layers of a Transformer (Vaswani et al. 2017), whole sentences at once or token by token.

    Attention(Q, K, V) = softmax(Q Kᵀ / √d_head) V,   each of ``heads`` heads on its own projection

A layer is attention, in a decoder attention to the source, and a feed-forward network, each with a residual around it
and a layer norm after it (``norm="post"``, the paper's) or before it (``"pre"``, Xiong et al. 2020: steadier to train).
Projections of one input are one matrix: queries, keys and values of self-attention; keys and values of the source.

Shapes: n sentences, t positions, d = ``d_model``, h heads of d / h numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .activations import ACTIVATIONS
from .product import Linear


class KeysValues(NamedTuple):
    """Keys and values that are attended to, (n, h, t, d / h) each."""

    keys: Tensor
    values: Tensor


class Shape(NamedTuple):
    """Options that all layers of a stack share."""

    d_model: int
    heads: int
    ffn_dim: int
    norm: str
    activation: str
    dropout: float
    attention_dropout: float
    activation_dropout: float


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Part (n, t, d) into (n, h, t, d / h), as a view."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


class Attention(nn.Module):
    """Multi-head attention; what it looks at is projected by `project`, once."""

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
        """Project (n, t, d) for self-attention."""
        queries, keys, values = split_heads(self.inward(x), 3 * self.heads).chunk(3, dim=1)
        return queries, KeysValues(keys, values)

    def queries(self, x: Tensor) -> Tensor:
        """Project what looks at the source (n, t, d)."""
        return split_heads(self.inward(x), self.heads)

    def project(self, memory: Tensor) -> KeysValues:
        """Project the source (n, s, d), of which keys and values are kept."""
        return KeysValues(*split_heads(self.source(memory), 2 * self.heads).chunk(2, dim=1))

    def look(self, queries: Tensor, at: KeysValues, mask: Tensor | None = None, *, causal: bool = False) -> Tensor:
        """Return the weighted values (n, t, d), projected. ``mask`` is False, or -inf, where nothing is to be seen."""
        dropout = self.dropout if self.training else 0.0
        seen = F.scaled_dot_product_attention(queries, *at, attn_mask=mask, dropout_p=dropout, is_causal=causal)
        return self.outward(seen.transpose(1, 2).flatten(2))

    @staticmethod
    def weights(queries: Tensor, keys: Tensor, mask: Tensor | None) -> Tensor:
        """Return how much each query looks at each key, (n, h, t, s), for people to see."""
        scores = (queries @ keys.transpose(2, 3)).float() / queries.shape[-1] ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        return scores.softmax(-1)


class FeedForward(nn.Module):
    """Two linear layers, with an activation between them, on each position by itself."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.inner = Linear(shape.d_model, shape.ffn_dim)
        self.outer = Linear(shape.ffn_dim, shape.d_model)
        self.activation = ACTIVATIONS[shape.activation]
        self.dropout = shape.activation_dropout

    def forward(self, x: Tensor) -> Tensor:
        inner = self.activation(self.inner(x))
        return self.outer(F.dropout(inner, self.dropout, self.training) if self.dropout else inner)


class Residual(nn.Module):
    """The norm and the dropout around a part of a layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(shape.d_model)
        self.first = shape.norm == "pre"
        self.dropout = shape.dropout

    def before(self, x: Tensor) -> Tensor:
        """Return the input of the part."""
        return self.norm(x) if self.first else x

    def after(self, x: Tensor, made: Tensor) -> Tensor:
        """Return the layer's state: ``x`` and the part's output ``made``."""
        if self.dropout and self.training:
            made = F.dropout(made, self.dropout)
        return x + made if self.first else self.norm(x + made)


class EncoderLayer(nn.Module):
    """Attention of the source to itself, then a feed-forward network."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention, self.around_attention = Attention(shape, to_itself=True), Residual(shape)
        self.feed_forward, self.around_feed_forward = FeedForward(shape), Residual(shape)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        x = self.around_attention.after(x, self.attention.look(queries, at, mask))
        return self.around_feed_forward.after(x, self.feed_forward(self.around_feed_forward.before(x)))

    def weights(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """How each position looks at each, (n, h, s, s)."""
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        return Attention.weights(queries, at.keys, mask)


class DecoderLayer(nn.Module):
    """Attention to the target so far, attention to the source, then a feed-forward network."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention, self.around_attention = Attention(shape, to_itself=True), Residual(shape)
        self.to_source, self.around_source = Attention(shape, to_itself=False), Residual(shape)
        self.feed_forward, self.around_feed_forward = FeedForward(shape), Residual(shape)

    def forward(self, x: Tensor, source: KeysValues, mask: Tensor | None) -> Tensor:
        """All positions at once, each of which sees those before it."""
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        x = self.around_attention.after(x, self.attention.look(queries, at, causal=True))
        return self.after_attention(x, source, mask)

    def after_attention(self, x: Tensor, source: KeysValues, mask: Tensor | None) -> Tensor:
        """The layer's second and third part."""
        queries = self.to_source.queries(self.around_source.before(x))
        x = self.around_source.after(x, self.to_source.look(queries, source, mask))
        return self.around_feed_forward.after(x, self.feed_forward(self.around_feed_forward.before(x)))

    def source_weights(self, x: Tensor, source: KeysValues, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """As `forward`, and how each position looks at the source, (n, h, t, s)."""
        queries, at = self.attention.queries_keys_values(self.around_attention.before(x))
        x = self.around_attention.after(x, self.attention.look(queries, at, causal=True))
        weights = Attention.weights(self.to_source.queries(self.around_source.before(x)), source.keys, mask)
        return self.after_attention(x, source, mask), weights


class Cache:
    """The keys and values of one decoder layer, of all beams so far, in columns that are appended and never moved."""

    def __init__(self) -> None:
        self._kept: tuple[Tensor, Tensor] | None = None
        self._used = 0

    def append(self, new: KeysValues) -> KeysValues:
        """Add columns (n, h, beams, d / h) and return all."""
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
        """Keep the sentences ``rows`` (n,) alone."""
        if self._kept is not None:
            keys, values = (part[:, :, : self._used].index_select(0, rows) for part in self._kept)
            self._kept = (keys, values)


def blind(mask: Tensor, dtype: torch.dtype) -> Tensor:
    """Turn a mask (True: to be seen) into what is added to scores: 0, or -inf."""
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill_(~mask, float("-inf"))
