"""Scores of word vectors, translations, transcripts and classifications; each is a dataclass with a signature."""

from __future__ import annotations

from .classification_quality import ClassificationScore, ClassScore, score_classifications
from .confusion_picture import confusion_picture
from .error_rates import ErrorRate, TranscriptScore, score_transcripts
from .paired_translations import MetricComparison, TranslationComparison, compare_translations
from .quality_by_length import LengthScore
from .translation_quality import MetricScore, TranslationScore, score_translations
from .word_analogies import AnalogyScore, word_analogies
from .word_similarity import SimilarityScore, word_similarity

__all__ = [
    "AnalogyScore",
    "ClassScore",
    "ClassificationScore",
    "ErrorRate",
    "LengthScore",
    "MetricComparison",
    "MetricScore",
    "SimilarityScore",
    "TranscriptScore",
    "TranslationComparison",
    "TranslationScore",
    "compare_translations",
    "confusion_picture",
    "score_classifications",
    "score_transcripts",
    "score_translations",
    "word_analogies",
    "word_similarity",
]
