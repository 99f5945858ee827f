"""Counting the terms of texts: small corpora and unusual analyses in plain Python, the rest compiled and in threads.

Both counters number terms as they appear and give rows of (term, count) pairs.
"""

from .counter import new_counter
from .plain import PlainCounter
from .rows import BATCH, SMALL, Rows, batches, spread, take

__all__ = ["BATCH", "SMALL", "PlainCounter", "Rows", "batches", "new_counter", "spread", "take"]
