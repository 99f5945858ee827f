"""The interface between a search and a model: its vocabulary and its state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Words(Protocol):
    """The output vocabulary of a model.

    Attributes
    ----------
    options : dataclass
        Options with the attribute ``trg_size``, the size of the vocabulary.
    start_id, eos_id : int
        Ids of the start and the end token.
    never : tuple of int
        Ids that must not be generated.
    """

    options: Any
    start_id: int
    eos_id: int
    never: tuple[int, ...]


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
