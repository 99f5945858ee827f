"""TrainingOptions: how a translation model is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nlpkit.errors import require_number, require_whole
from nlpkit.training.options import LoopOptions


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(LoopOptions):
    """Options of a translation model's training, beside those of the loop. Dropout is an option of the model.

    Parameters
    ----------
    label_smoothing : float
        Share of the target that goes to all words alike.
    batch_tokens : int
        Maximum number of source and target ids in a batch, padding included.
    max_length : int
        Pairs with more pieces on one side are left out, and counted.
    scheduled_sampling : float
        Highest rate at which the decoder is given its own word instead of the reference's (Bengio et al., 2015).
    sampling_steps : int
        Steps in which that rate rises from 0.
    bleu_sentences : int
        Sentences of the validation data that are translated for BLEU, from the first on.
    monitor : {"bleu", "loss"}
        Metric of the validation that decides which weights are better.
    **kwargs
        Options of `nlpkit.training.options.LoopOptions`, with ``optimizer``, ``learning_rate``, ``epochs`` and so on.

    Raises
    ------
    ParameterError
        If a value is invalid or out of range.

    Examples
    --------
    >>> TrainingOptions(optimizer="adamw", weight_decay=0.01, batch_tokens=2048).learning_rate
    0.001
    """

    label_smoothing: float = 0.1
    batch_tokens: int = 4096
    max_length: int = 1024
    scheduled_sampling: float = 0.0
    sampling_steps: int = 5000
    bleu_sentences: int = 1024
    monitor: str = "bleu"

    MONITORS: ClassVar[Sequence[str]] = ("bleu", "loss")

    def __post_init__(self) -> None:
        super().__post_init__()
        require_number("label_smoothing", self.label_smoothing, 0, 0.99)
        require_number("scheduled_sampling", self.scheduled_sampling, 0, 1)
        for name, least in (("batch_tokens", 1), ("max_length", 1), ("sampling_steps", 0), ("bleu_sentences", 1)):
            require_whole(name, getattr(self, name), least)
