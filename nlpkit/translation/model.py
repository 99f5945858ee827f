"""Interface between a translation model and its trainers and decoders.

A model encodes source ids to a `Memory`. A trainer then computes all target positions at once (`teach`); a decoder
continues token by token from a `DecoderState`, with several beams per sentence. Each sentence is a row; its beams share
the row, so the source is stored once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any, Self

import torch
from torch import Tensor, nn

from nlpkit.decoding.state import DecoderState
from nlpkit.layers.product import Linear, packed, unpack
from nlpkit.layers.recurrent import Stack


class Memory(ABC):
    """Encoded source sentences of a batch.

    Attributes
    ----------
    lengths : LongTensor (n,)
        Number of tokens of each source, including its end token.
    """

    lengths: Tensor

    @abstractmethod
    def keep(self, rows: Tensor) -> Memory:
        """Return the sentences ``rows`` (n,), in that order."""


class TranslationModel(nn.Module, ABC):
    """Base class of `Seq2SeqRNN` and `Seq2SeqTransformer`.

    Attributes
    ----------
    options : dataclass
        Options of the model; at least ``src_size`` and ``trg_size``, the sizes of the vocabularies.
    pad_id, start_id, eos_id : int
        Ids of the padding, the start of each target, and the end of each source and target.
    never : tuple of int
        Target ids that must not be generated.
    """

    options: Any
    pad_id: int
    start_id: int
    eos_id: int
    never: tuple[int, ...]

    @abstractmethod
    def encode(self, src: Tensor, lengths: Tensor) -> Memory:
        """Encode sources.

        Parameters
        ----------
        src : LongTensor (n, s)
            Ids; each row ends in ``eos_id`` and is padded with ``pad_id``.
        lengths : LongTensor (n,)
            Number of ids in each row, including ``eos_id`` but not ``pad_id``.
        """

    @abstractmethod
    def teach(self, memory: Memory, trg_in: Tensor, *, sampling: float = 0.0) -> Tensor:
        """Return the decoder's output at each position (n, t, d), given the true previous tokens (teacher forcing).

        Parameters
        ----------
        memory : Memory
        trg_in : LongTensor (n, t)
            ``start_id`` and the target without its ``eos_id``, padded with ``pad_id``.
        sampling : float
            Probability of replacing a token by the model's prediction (scheduled sampling, Bengio et al. 2015).
        """

    @abstractmethod
    def logits(self, hidden: Tensor) -> Tensor:
        """Convert the output of `teach` (..., d) to logits over the target vocabulary (..., trg_size)."""

    @abstractmethod
    def start(self, memory: Memory) -> DecoderState:
        """Return the initial decoding state, with one beam per sentence."""

    @abstractmethod
    def attention_maps(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> Tensor | None:
        """Return the attention weights of each target position to the source, (n, layers, heads, t, s); rows sum to 1.

        None for a model without attention. A recurrent model has one layer and one head.
        """

    def self_attention_maps(self, src: Tensor, lengths: Tensor) -> Tensor | None:
        """Return the attention weights of each source position to all of them, (n, layers, heads, s, s); rows sum to 1.

        None for a model without self-attention.
        """
        return None

    @property
    def output_weight(self) -> Tensor | None:
        """The matrix (trg_size, d) of `logits`, if there is one."""
        return None

    def packed(self) -> AbstractContextManager[None]:
        """Speed up decoding on a CPU while the context is active, for twice the memory: see `nlpkit.layers.product`."""
        return packed(self._products())

    def train(self, mode: bool = True) -> Self:
        """Same as torch's `train`; also unpacks the weights, because they may change."""
        if mode:
            unpack(self._products())
        return super().train(mode)

    def _products(self) -> list[Tensor]:
        weights = [part.weight for part in self.modules() if isinstance(part, Linear)]
        weights += [weight for part in self.modules() if isinstance(part, Stack) for weight in part.matrices()]
        return weights if self.output_weight is None else [*weights, self.output_weight]

    def forward(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> Tensor:
        """Return the logits (n, t, trg_size) of all target positions, with teacher forcing."""
        return self.logits(self.teach(self.encode(src, lengths), trg_in))

    @property
    def device(self) -> torch.device:
        """The device of the model's weights."""
        return next(self.parameters()).device


def source_mask(lengths: Tensor, size: int) -> Tensor | None:
    """Return `padding_mask`, or None if no row is padded; always a mask on a GPU, where checking would synchronise."""
    if lengths.device.type == "cpu" and bool((lengths == size).all()):
        return None
    return padding_mask(lengths, size)


def padding_mask(lengths: Tensor, size: int) -> Tensor:
    """Return (n, size): True for the tokens of a row, False for padding.

    Examples
    --------
    >>> padding_mask(torch.tensor([1, 3]), 3)
    tensor([[ True, False, False],
            [ True,  True,  True]])
    """
    return torch.arange(size, device=lengths.device) < lengths[:, None]
