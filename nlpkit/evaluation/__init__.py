"""Evaluation: how good vectors and models are, each score a small dataclass that carries its signature."""

from __future__ import annotations

from .word_analogies import AnalogyScore, word_analogies
from .word_similarity import SimilarityScore, word_similarity

__all__ = ["AnalogyScore", "SimilarityScore", "word_analogies", "word_similarity"]
