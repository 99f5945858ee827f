"""Training of translation models: batches, the loop, its state, and what is proposed where nothing is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .encoded_pairs import EncodedPairs
    from .proposal import Proposal, propose
    from .trainer import train_model
    from .training_options import TrainingOptions
    from .training_report import HistoryRow, TrainingProgress, TrainingResult, ValidationReport
    from .validation_split import split_validation

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
    "EncodedPairs": "encoded_pairs",
    "HistoryRow": "training_report",
    "Proposal": "proposal",
    "TrainingOptions": "training_options",
    "TrainingProgress": "training_report",
    "TrainingResult": "training_report",
    "ValidationReport": "training_report",
    "propose": "proposal",
    "split_validation": "validation_split",
    "train_model": "trainer",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
