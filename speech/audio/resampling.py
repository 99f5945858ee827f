"""Resampling by soxr (the SoX resampler; quality "HQ": a bandwidth of 91 %, 20 bits)."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, require_whole

_HIGHEST = 1 << 24  # Hz


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
        As in librosa, zeros follow if the resampler gives fewer samples.

    Raises
    ------
    MissingDependencyError
        If the package soxr is not installed.
    ParameterError
        If a rate is not a whole number from 1 to 16,777,216.

    Examples
    --------
    >>> import numpy as np
    >>> resample(np.zeros(441, "float32"), 44100, 16000).shape
    (160,)
    """
    sr, to = _rates(sr, to)
    if sr == to:
        return y
    wanted = resampled_length(y.shape[-1], sr, to)
    if not y.size:
        return np.zeros((*y.shape[:-1], wanted), y.dtype)
    flat = y.reshape(-1, y.shape[-1])
    made = _fitted(_soxr().resample(np.ascontiguousarray(flat.T), sr, to, quality="HQ"), wanted)
    return np.ascontiguousarray(made.T).reshape(*y.shape[:-1], -1)


def resampled_length(n: int, sr: int, to: int) -> int:
    """Return the number of samples that ``n`` samples become.

    Examples
    --------
    >>> resampled_length(44101, 44100, 16000)
    16001
    """
    return -(-n * to // sr)


def _rates(sr: int, to: int) -> tuple[int, int]:
    for name, value in (("sr", sr), ("to", to)):
        require_whole(name, value, 1, _HIGHEST)
    return int(sr), int(to)


def _fitted(made: np.ndarray, wanted: int) -> np.ndarray:
    """Return the first ``wanted`` rows, followed by zeros if there are fewer."""
    made = made[:wanted]
    missing = wanted - len(made)
    return np.concatenate([made, np.zeros((missing, *made.shape[1:]), made.dtype)]) if missing else made


class ResampleStream:
    """Resampling of samples that arrive in pieces.

    Parameters
    ----------
    sr, to : int
        Sampling rates in Hz, before and after.
    channels : int
    """

    def __init__(self, sr: int, to: int, channels: int) -> None:
        self._sr, self._to = sr, to = _rates(sr, to)
        self._stream = None if sr == to else _soxr().ResampleStream(sr, to, channels, dtype="float32", quality="HQ")
        self._given = self._made = 0

    def push(self, piece: np.ndarray, *, last: bool = False) -> np.ndarray:
        """Add samples (n, channels), and return the resampled ones that are ready.

        With the ``last`` piece, they are as many as `resample` makes of the whole.
        """
        if self._stream is None:
            return piece
        made = self._stream.resample_chunk(np.ascontiguousarray(piece), last=last)
        made = made.reshape(-1, piece.shape[1])
        self._given += len(piece)
        if last:
            made = _fitted(made, max(0, resampled_length(self._given, self._sr, self._to) - self._made))
        self._made += len(made)
        return made


def _soxr() -> Any:
    try:
        import soxr
    except ImportError as error:
        raise MissingDependencyError(
            "resampling needs the package soxr, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    return soxr
