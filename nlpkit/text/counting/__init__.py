"""Counting of terms: plain Python for small corpora and unusual analyses, compiled and multi-threaded otherwise.

Both counters number terms in order of appearance and return rows of (term, count) pairs.
"""

from .counter import new_counter
from .plain import PlainCounter
from .rows import BATCH, SMALL, Rows, batches, spread, take

__all__ = ["BATCH", "SMALL", "PlainCounter", "Rows", "batches", "new_counter", "spread", "take"]
