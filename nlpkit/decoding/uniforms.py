"""Random numbers of sampling: hashes of the seed, the sentence number, the sample number and the step.

Counter-based (Salmon et al. 2011), mixed as in SplitMix64 (Steele et al. 2014). A sample therefore does not depend on
other sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def uniforms(seed: int, numbers: Sequence[int], samples: int, first: int, steps: int) -> np.ndarray:
    """Return a number for each sentence, sample and step.

    Parameters
    ----------
    seed : int
    numbers : sequence of int
        Numbers of the sentences.
    samples : int
        Samples of each sentence.
    first, steps : int
        The first step, and how many there are.

    Returns
    -------
    ndarray (sentences, samples, steps) float64
        In [0, 1).

    Examples
    --------
    >>> both = uniforms(1, [0, 5], 2, 0, 8)
    >>> bool((both[1:, :, 3:] == uniforms(1, [5], 2, 3, 5)).all())
    True
    """
    mixed = _mix(np.array([seed % (1 << 64)], np.uint64))
    mixed = _mix(mixed ^ np.array(numbers, np.int64).astype(np.uint64))[:, None]
    mixed = _mix(mixed ^ np.arange(samples, dtype=np.uint64))[:, :, None]
    mixed = _mix(mixed ^ np.arange(first, first + steps, dtype=np.uint64))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(x: np.ndarray) -> np.ndarray:
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
