"""Window functions."""

from __future__ import annotations

import numpy as np

from nlpkit.speech.features.options import FeatureOptions

_COSINES = {"hann": (0.5, 0.5), "hamming": (0.54, 0.46), "blackman": (0.42, 0.5, 0.08), "boxcar": (1.0,)}


def window_of(options: FeatureOptions) -> np.ndarray:
    """Return the window, (frame_length,) float64.

    Windows are periodic sums of cosines (Harris 1978). Povey's window, used by Kaldi, is a symmetric Hann window to the
    power of 0.85.

    Examples
    --------
    >>> window_of(FeatureOptions(n_fft=4)).round(9).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    n = options.frame_length
    if n == 1:
        return np.ones(1)
    if options.window == "povey":
        return np.power(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / max(n - 1, 1)), 0.85)
    if options.window == "bartlett":
        return 1 - np.abs(2 * np.arange(n) / n - 1)
    angle = 2 * np.pi * np.arange(n) / n
    return sum(((-1) ** k * share * np.cos(k * angle) for k, share in enumerate(_COSINES[options.window])), np.zeros(n))


def padded_window(options: FeatureOptions) -> np.ndarray:
    """Return the window, padded with zeros to the length of the transform: around it, or after it if not centred."""
    missing = options.n_fft - options.frame_length
    before = missing // 2 if options.center else 0
    return np.pad(window_of(options), (before, missing - before))
