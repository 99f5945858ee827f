"""Another sampling rate, by soxr (the SoX resampler; "HQ": a band of 91 %, 20 bits)."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, require


def resample(y: np.ndarray, sr: int, to: int) -> np.ndarray:
    """Bring samples to another rate.

    Parameters
    ----------
    y : (..., n_samples) float32 or float64 array
    sr, to : int
        Samples a second, before and after.

    Returns
    -------
    (..., ceil(n_samples * to / sr)) array

    Raises
    ------
    MissingDependencyError
        If the package soxr isn't installed.
    ParameterError
        If a rate isn't above 0.

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
    """The same for samples that come in pieces.

    Parameters
    ----------
    sr, to : int
        Samples a second, before and after.
    channels : int
    """

    def __init__(self, sr: int, to: int, channels: int) -> None:
        self._stream = None if sr == to else _soxr().ResampleStream(sr, to, channels, dtype="float32", quality="HQ")

    def push(self, piece: np.ndarray, *, last: bool = False) -> np.ndarray:
        """Take samples (n, channels), and return those that are ready."""
        if self._stream is None:
            return piece
        made = self._stream.resample_chunk(np.ascontiguousarray(piece), last=last)
        return made.reshape(-1, piece.shape[1])


def _soxr() -> Any:
    try:
        import soxr
    except ImportError as error:
        raise MissingDependencyError(
            "another sampling rate needs the package soxr, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    return soxr
