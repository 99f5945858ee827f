"""Whole jobs in one call: files in, rows out. The command line calls these and little else."""

from __future__ import annotations

from .embed import EmbedReport, embed_files, embed_texts
from .search import Hit, search_files
from .terms import Term, terms

__all__ = ["EmbedReport", "Hit", "Term", "embed_files", "embed_texts", "search_files", "terms"]
