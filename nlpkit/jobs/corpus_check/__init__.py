"""`check_pairs`: sentence pairs are checked, reported on, and written without the bad ones."""

from .check import check_pairs
from .report import DEFAULT_DROP, PROBLEMS, CorpusReport

__all__ = ["DEFAULT_DROP", "PROBLEMS", "CorpusReport", "check_pairs"]
