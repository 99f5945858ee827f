"""Training of speech recognition: classifiers of clips, and transcripts by CTC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

if TYPE_CHECKING:
    from nlpkit.training.speech.clip_store import ClipStore
    from nlpkit.training.speech.options import SpeechTrainingOptions
    from nlpkit.training.speech.training import initial_weights, train_recognizer

__all__ = ["ClipStore", "SpeechTrainingOptions", "initial_weights", "train_recognizer"]

_HOMES = {
    "ClipStore": "nlpkit.training.speech.clip_store",
    "SpeechTrainingOptions": "nlpkit.training.speech.options",
    "initial_weights": "nlpkit.training.speech.training",
    "train_recognizer": "nlpkit.training.speech.training",
}

__getattr__ = attributes_of(__name__, _HOMES)
