"""Attention of a recurrent decoder: scores of a state s against each source position hⱼ, and the context vector.

    αⱼ = softmaxⱼ score(s, hⱼ),   context c = Σⱼ αⱼ hⱼ

    additive (Bahdanau et al. 2015)  score = vᵀ tanh(W s + U hⱼ)
    dot      (Luong et al. 2015)     score = sᵀ hⱼ
    general  (Luong et al. 2015)     score = sᵀ W hⱼ / √d
    none     one fixed vector for the whole sentence, independent of s (Cho et al. 2014)

Everything that depends only on the source is computed once (`keys`). Shapes: n sentences, t states each (positions or
beams), s source positions, d dimensions.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .product import Linear


class AdditiveAttention(nn.Module):
    """Bahdanau's."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.of_state = Linear(size, size, bias=False)
        self.of_source = Linear(size, size)
        self.score = Linear(size, 1, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        """Return the part of the scores that depends only on the source (n, s, d)."""
        return self.of_source(memory)

    def scores(self, states: Tensor, keys: Tensor) -> Tensor:
        """Score states (n, t, d) against keys (n, s, d): (n, t, s)."""
        return self.score(torch.tanh(self.of_state(states)[:, :, None] + keys[:, None])).squeeze(-1)


class DotAttention(nn.Module):
    """Luong's dot product."""

    def keys(self, memory: Tensor) -> Tensor:
        """Return the part of the scores that depends only on the source (n, s, d)."""
        return memory

    def scores(self, states: Tensor, keys: Tensor) -> Tensor:
        """Score states (n, t, d) against keys (n, s, d): (n, t, s)."""
        return states @ keys.transpose(1, 2)


class GeneralAttention(DotAttention):
    """Luong's general attention, with a matrix between state and source.

    Luong has no √d. It was chosen by trial: on reversing words an LSTM was 100 % right for three seeds with it, and
    96.7, 99.7 and 96.7 % without. A possible reason is that a step of Adam changes a score by up to the learning rate
    times Σ|s| Σ|h|, too much for a softmax; this was not measured.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.of_source = Linear(size, size, bias=False)

    def keys(self, memory: Tensor) -> Tensor:
        """Return the part of the scores that depends only on the source (n, s, d)."""
        return self.of_source(memory) * memory.shape[-1] ** -0.5


Scoring = AdditiveAttention | DotAttention | GeneralAttention


def attend(
    scoring: Scoring, states: Tensor, keys: Tensor, memory: Tensor, mask: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Return the contexts (n, t, d) of states, and their weights (n, t, s).

    Parameters
    ----------
    scoring : module
    states : Tensor (n, t, d)
    keys, memory : Tensor (n, s, d)
    mask : BoolTensor (n, s), optional
        True where the source has a token.
    """
    scores = scoring.scores(states, keys)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None], float("-inf"))
    weights = scores.softmax(-1)
    return weights.to(memory.dtype) @ memory, weights


def make_attention(name: str, size: int) -> Scoring | None:
    """Return the attention called ``name``, None for ``"none"``."""
    match name:
        case "additive":
            return AdditiveAttention(size)
        case "dot":
            return DotAttention()
        case "general":
            return GeneralAttention(size)
        case _:
            return None
