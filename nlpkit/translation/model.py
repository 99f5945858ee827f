"""Interface of a translation model for trainers and decoders.

A model reads source ids into a `Memory`. A trainer then asks for all target positions at once (`teach`); a decoder goes
on token by token from a `DecoderState`, several beams a sentence. Sentences stand in rows; beams are never copied into
more rows, so that what a sentence's beams share is kept once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any, Self

import torch
from torch import Tensor, nn

from nlpkit.decoding.state import DecoderState
from nlpkit.errors import ParameterError
from nlpkit.layers.product import Linear, packed, unpack
from nlpkit.layers.recurrent import Stack


class Memory(ABC):
    """The source sentences of a batch, as the decoder reads them.

    Attributes
    ----------
    lengths : LongTensor (n,)
        Tokens of each source, its end included.
    """

    lengths: Tensor

    @abstractmethod
    def keep(self, rows: Tensor) -> Memory:
        """Return the sentences ``rows`` (n,), in that order."""


class TranslationModel(nn.Module, ABC):
    """The base of `Seq2SeqRNN` and `Seq2SeqTransformer`.

    Attributes
    ----------
    options : dataclass
        Options of the model; at least ``src_size`` and ``trg_size``, the sizes of the vocabularies.
    pad_id, start_id, eos_id : int
        Ids of the padding, of the start of each target, and of the end of each source and target.
    never : tuple of int
        Target ids that are not words and must not be generated.
    """

    options: Any
    pad_id: int
    start_id: int
    eos_id: int
    never: tuple[int, ...]

    @abstractmethod
    def encode(self, src: Tensor, lengths: Tensor) -> Memory:
        """Read sources.

        Parameters
        ----------
        src : LongTensor (n, s)
            Ids; each row ends in ``eos_id`` and is filled up by ``pad_id``.
        lengths : LongTensor (n,)
            Ids in each row, ``eos_id`` included, ``pad_id`` not.
        """

    @abstractmethod
    def teach(self, memory: Memory, trg_in: Tensor, *, sampling: float = 0.0) -> Tensor:
        """Return what the decoder has at each position (n, t, d), given the true tokens before it (teacher forcing).

        Parameters
        ----------
        memory : Memory
        trg_in : LongTensor (n, t)
            ``start_id`` and the target, without its ``eos_id``, filled up by ``pad_id``.
        sampling : float
            How likely a token is replaced by the model's own guess (Bengio et al. 2015, scheduled sampling).
        """

    @abstractmethod
    def logits(self, hidden: Tensor) -> Tensor:
        """Turn what `teach` gives (..., d) into logits over the target vocabulary (..., trg_size)."""

    @abstractmethod
    def start(self, memory: Memory) -> DecoderState:
        """Begin to decode, with one beam a sentence."""

    @abstractmethod
    def attention_maps(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> Tensor | None:
        """Return how each target position looks at the source, (n, layers, heads, t, s), rows summing to 1.

        None for a model without attention. A recurrent model has one layer and one head.
        """

    def self_attention_maps(self, src: Tensor, lengths: Tensor) -> Tensor | None:
        """Return how each source position looks at all of them, (n, layers, heads, s, s), rows summing to 1.

        None for a model whose encoder has no attention.
        """
        return None

    @property
    def output_weight(self) -> Tensor | None:
        """The matrix (trg_size, d) of `logits`, if it is one."""
        return None

    def packed(self) -> AbstractContextManager[None]:
        """Decode faster while this holds, on a CPU, in twice the memory: see `nlpkit.layers.product`."""
        return packed(self._products())

    def train(self, mode: bool = True) -> Self:
        """As torch's; weights that may change now aren't packed any more."""
        if mode:
            unpack(self._products())
        return super().train(mode)

    def _products(self) -> list[Tensor]:
        weights = [part.weight for part in self.modules() if isinstance(part, Linear)]
        weights += [weight for part in self.modules() if isinstance(part, Stack) for weight in part.matrices()]
        return weights if self.output_weight is None else [*weights, self.output_weight]

    def forward(self, src: Tensor, lengths: Tensor, trg_in: Tensor) -> Tensor:
        """Return the logits (n, t, trg_size) of all target positions, by teacher forcing."""
        return self.logits(self.teach(self.encode(src, lengths), trg_in))

    @property
    def device(self) -> torch.device:
        """Where the model's weights are."""
        return next(self.parameters()).device


def check_ids(options: Any) -> None:
    """Refuse options whose ``pad_id``, ``start_id`` or ``eos_id`` is invalid, with a `ParameterError`."""
    shared = min(options.src_size, options.trg_size)
    for name, size in (("pad_id", shared), ("start_id", options.trg_size), ("eos_id", shared)):
        value = getattr(options, name)
        if not isinstance(value, int) or not 0 <= value < size:
            raise ParameterError(f"{name} is {value!r}: expected a word's number, from 0 to {size - 1}")
    if options.eos_id == options.pad_id:
        raise ParameterError(f"eos_id is {options.eos_id}, and pad_id too: expected two different ones")


def source_mask(lengths: Tensor, size: int) -> Tensor | None:
    """Return `padding_mask`, or None where no row is filled up; a GPU isn't asked, because asking waits for it."""
    if lengths.device.type == "cpu" and bool((lengths == size).all()):
        return None
    return padding_mask(lengths, size)


def padding_mask(lengths: Tensor, size: int) -> Tensor:
    """Return (n, size): True where a row of ``lengths`` has a token, False where it is filled up.

    Examples
    --------
    >>> padding_mask(torch.tensor([1, 3]), 3)
    tensor([[ True, False, False],
            [ True,  True,  True]])
    """
    return torch.arange(size, device=lengths.device) < lengths[:, None]
