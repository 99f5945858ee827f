"""Resampling by soxr (the SoX resampler; quality "HQ": a bandwidth of 91 %, 20 bits)."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, require


def resample(y: np.ndarray, sr: int, to: int) -> np.ndarray:
    """Resample audio.

    Parameters
    ----------
    y : (..., n_samples) float32 or float64 array
    sr, to : int
        Sampling rates in Hz, before and after.

    Returns
    -------
    (..., ceil(n_samples * to / sr)) array

    Raises
    ------
    MissingDependencyError
        If the package soxr is not installed.
    ParameterError
        If a rate is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> resample(np.zeros(441, "float32"), 44100, 16000).shape
    (160,)
    """
    for name, value in (("sr", sr), ("to", to)):
        require(isinstance(value, int) and value > 0, name, value, "a whole number above 0")
    if sr == to or not y.size:
        return y
    flat = y.reshape(-1, y.shape[-1])
    made = _soxr().resample(np.ascontiguousarray(flat.T), sr, to, quality="HQ")
    return np.ascontiguousarray(made.T).reshape(*y.shape[:-1], -1)


class ResampleStream:
    """Resampling of samples that arrive in pieces.

    Parameters
    ----------
    sr, to : int
        Sampling rates in Hz, before and after.
    channels : int
    """

    def __init__(self, sr: int, to: int, channels: int) -> None:
        self._stream = None if sr == to else _soxr().ResampleStream(sr, to, channels, dtype="float32", quality="HQ")

    def push(self, piece: np.ndarray, *, last: bool = False) -> np.ndarray:
        """Add samples (n, channels), and return the resampled ones that are ready."""
        if self._stream is None:
            return piece
        made = self._stream.resample_chunk(np.ascontiguousarray(piece), last=last)
        return made.reshape(-1, piece.shape[1])


def _soxr() -> Any:
    try:
        import soxr
    except ImportError as error:
        raise MissingDependencyError(
            "resampling needs the package soxr, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    return soxr
