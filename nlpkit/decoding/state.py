"""The interface between a search and a model: its state."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor


class DecoderState(ABC):
    """Decoding state of a batch: several beams per sentence, all of the same length."""

    @abstractmethod
    def step(self, tokens: Tensor) -> Tensor:
        """Feed the newest tokens (n, beams) and return the logits (n, beams, trg_size) of the next tokens.

        The first call has one beam per sentence. The caller may overwrite the logits.
        """

    @abstractmethod
    def choose(self, parents: Tensor) -> None:
        """Let beam ``j`` of sentence ``i`` continue its former beam ``parents[i, j]``, (n, new beams)."""

    @abstractmethod
    def keep(self, rows: Tensor) -> None:
        """Keep only the sentences ``rows`` (n,), in that order."""
