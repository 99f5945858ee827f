"""The contract between a search and a model that is decoded step by step: its words, and its state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

from torch import Tensor


class Words(Protocol):
    """The vocabulary that a model generates from.

    Attributes
    ----------
    options : dataclass
        With ``trg_size``, the size of the vocabulary.
    start_id, eos_id : int
        The ids that begin and end a sequence.
    never : tuple of int
        Ids that are no words and must not be generated.
    """

    options: Any
    start_id: int
    eos_id: int
    never: tuple[int, ...]


class DecoderState(ABC):
    """Where the decoding of a batch stands: of each sentence, some beams, all of one length."""

    @abstractmethod
    def step(self, tokens: Tensor) -> Tensor:
        """Feed the newest tokens (n, beams) and return the logits (n, beams, trg_size) of the next ones.

        The first call has one beam a sentence. The logits are the caller's, who may write over them.
        """

    @abstractmethod
    def choose(self, parents: Tensor) -> None:
        """Let beam ``j`` of sentence ``i`` continue its former beam ``parents[i, j]``, (n, new beams)."""

    @abstractmethod
    def keep(self, rows: Tensor) -> None:
        """Keep only the sentences ``rows`` (n,), in that order."""
