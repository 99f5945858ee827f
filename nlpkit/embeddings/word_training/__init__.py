"""Training of word vectors: the corpus as numbers, the loop with its checkpoints, and the kernels."""

from .options import CHUNK, CHUNK_WORK, WordTrainingOptions, chunk_words
from .progress import WordTrainingPlan, WordTrainingProgress, WordTrainingState
from .training import CHECKPOINT_SECONDS, PROGRESS_SECONDS, ChunkTrainer, WordTraining

# The names that these had before.
Road = ChunkTrainer
TrainingPlan = WordTrainingPlan
TrainingProgress = WordTrainingProgress
TrainingState = WordTrainingState

__all__ = [
    "CHECKPOINT_SECONDS",
    "CHUNK",
    "CHUNK_WORK",
    "PROGRESS_SECONDS",
    "ChunkTrainer",
    "Road",
    "TrainingPlan",
    "TrainingProgress",
    "TrainingState",
    "WordTraining",
    "WordTrainingOptions",
    "WordTrainingPlan",
    "WordTrainingProgress",
    "WordTrainingState",
    "chunk_words",
]
