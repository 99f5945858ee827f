"""Sounds that the tests are about: made, not recorded."""

from __future__ import annotations

import numpy as np


def voice_like(n: int = 20000, sr: int = 16000, seed: int = 0) -> np.ndarray:
    """Harmonics that glide, under a slow swell, with a little noise; within ±1, float64."""
    t = np.arange(n) / sr
    pitch = 2 * np.pi * np.cumsum(120 + 30 * np.sin(2 * np.pi * 1.5 * t)) / sr
    tones = sum(np.sin(k * pitch) / k for k in range(1, 20))
    noise = np.random.default_rng(seed).standard_normal(n)
    return 0.2 * tones * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * t)) + 0.003 * noise


def tone(hz: float, n: int = 16000, sr: int = 16000) -> np.ndarray:
    """A sine of amplitude 0.5."""
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(n) / sr)
