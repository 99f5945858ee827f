"""Evaluation of word vectors and translations; each score is a dataclass with a signature."""

from __future__ import annotations

from .paired_translations import MetricComparison, TranslationComparison, compare_translations
from .quality_by_length import LengthScore
from .translation_quality import MetricScore, TranslationScore, score_translations
from .word_analogies import AnalogyScore, word_analogies
from .word_similarity import SimilarityScore, word_similarity

__all__ = [
    "AnalogyScore",
    "LengthScore",
    "MetricComparison",
    "MetricScore",
    "SimilarityScore",
    "TranslationComparison",
    "TranslationScore",
    "compare_translations",
    "score_translations",
    "word_analogies",
    "word_similarity",
]
