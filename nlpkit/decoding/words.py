"""Words: the output vocabulary of a model that a search writes in."""

from __future__ import annotations

from typing import Any, Protocol


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
