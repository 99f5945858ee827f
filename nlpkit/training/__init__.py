"""Training: a loop that any task can use, and translation, the first task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from .report import HistoryRow, TrainingProgress, TrainingResult, ValidationReport
    from .translation.encoded_pairs import EncodedPairs
    from .translation.options import TrainingOptions
    from .translation.proposal import Proposal, propose
    from .translation.task import train_model
    from .translation.validation_split import split_validation

__all__ = [
    "EncodedPairs",
    "HistoryRow",
    "Proposal",
    "TrainingOptions",
    "TrainingProgress",
    "TrainingResult",
    "ValidationReport",
    "propose",
    "split_validation",
    "train_model",
]

_HOMES = {
    "EncodedPairs": "nlpkit.training.translation.encoded_pairs",
    "HistoryRow": "nlpkit.training.report",
    "Proposal": "nlpkit.training.translation.proposal",
    "TrainingOptions": "nlpkit.training.translation.options",
    "TrainingProgress": "nlpkit.training.report",
    "TrainingResult": "nlpkit.training.report",
    "ValidationReport": "nlpkit.training.report",
    "propose": "nlpkit.training.translation.proposal",
    "split_validation": "nlpkit.training.translation.validation_split",
    "train_model": "nlpkit.training.translation.task",
}

__getattr__ = attributes_of(__name__, _HOMES)
