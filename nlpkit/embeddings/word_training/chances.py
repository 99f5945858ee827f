"""Chances of words: to be kept in sub-sampling, and to be drawn as negative examples."""

from __future__ import annotations

import numpy as np


def kept_shares(counts: np.ndarray, sample: float) -> np.ndarray:
    """The chance of each word to be kept in sub-sampling: (n_words,) float64.

    A word of frequency f among T words is kept with sqrt(s T / f) + s T / f, or always if that is above 1 (Mikolov et
    al. 2013, in the form of their program), where s is ``sample``; 0 keeps all words.

    Examples
    --------
    >>> kept_shares(np.array([75, 24, 1]), 0.04).round(3)
    array([0.284, 0.575, 1.   ])
    """
    if not sample:
        return np.ones(len(counts))
    ratio = sample * counts.sum() / np.maximum(counts, 1)
    return np.minimum(np.sqrt(ratio) + ratio, 1.0)


def noise_shares(counts: np.ndarray, ns_exponent: float) -> np.ndarray:
    """The chance of each word to be drawn as a negative example, by its frequency to a power: (n_words,) float64."""
    weights = np.maximum(counts, 1).astype(np.float64) ** ns_exponent
    return weights / weights.sum()
