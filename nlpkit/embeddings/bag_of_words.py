"""BagOfWords: how often each term is in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .counted import CountedTerms


@dataclass(kw_only=True, eq=False, repr=False)
class BagOfWords(CountedTerms):
    """doc"""

    kind = "bow"

    binary: bool = False
    dtype: Any = np.int64

    def _weigh(
        self, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        return np.ones_like(counts) if self.binary else counts
