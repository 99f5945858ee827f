"""Training of word vectors: the corpus as numbers, the loop with its checkpoints, and the kernels."""

from .training import (
    CHECKPOINT_SECONDS,
    CHUNK,
    CHUNK_WORK,
    PROGRESS_SECONDS,
    Road,
    TrainingPlan,
    TrainingProgress,
    TrainingState,
    WordTraining,
    chunk_words,
)

__all__ = [
    "CHECKPOINT_SECONDS",
    "CHUNK",
    "CHUNK_WORK",
    "PROGRESS_SECONDS",
    "Road",
    "TrainingPlan",
    "TrainingProgress",
    "TrainingState",
    "WordTraining",
    "chunk_words",
]
