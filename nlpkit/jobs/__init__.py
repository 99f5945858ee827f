"""Whole jobs in one call: files in, rows or a model out. The command line calls these and little else."""

from __future__ import annotations

from .convert import ConvertReport, convert_vectors
from .embed import EmbedReport, embed_files, embed_texts
from .search import Hit, search_files
from .similar import Answer, similar_words, solve_analogies
from .terms import Term, terms
from .train import TrainReport, train_files

__all__ = [
    "Answer",
    "ConvertReport",
    "EmbedReport",
    "Hit",
    "Term",
    "TrainReport",
    "convert_vectors",
    "embed_files",
    "embed_texts",
    "search_files",
    "similar_words",
    "solve_analogies",
    "terms",
    "train_files",
]
