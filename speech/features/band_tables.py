"""Tables for `nlpkit.speech.features._frames_numba`, computed once: windows, filters and Fourier factors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log, log10

import numpy as np

from nlpkit.speech.features.mel_filters import mel_filters
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.windows import window_of

LOG_SCALES = {"db": 10 * log10(2), "ln": log(2), "whisper": log10(2)}
"""Factors of the base-2 logarithm. Whisper's values are shifted afterwards."""


@dataclass(frozen=True, kw_only=True)
class BandTables:
    """Arrays of one floating-point type.

    Attributes
    ----------
    window, half_window : (frame_length,) array
        The window; ``half_window`` is half of it times ``sample_scale``, for `nlpkit.speech.features._frames_numba`.
    filters : (n_bands, 1 + n_fft // 2) array, or None
        None if each frequency is a band.
    starts, sizes : (n_bands,) int64 array
        First nonzero frequency of each band, and the number of frequencies up to its last one.
    weights : array
        Weights of these frequencies.
    radices : (n,) int64 array
        Factors of the transform's length; empty if the compiled code does not support the length.
    twiddles, turns : array
    frame_options : (4,) float64 array
    """

    window: np.ndarray
    half_window: np.ndarray
    filters: np.ndarray | None
    starts: np.ndarray
    sizes: np.ndarray
    weights: np.ndarray
    radices: np.ndarray
    twiddles: np.ndarray
    turns: np.ndarray
    frame_options: np.ndarray

    @property
    def n_bands(self) -> int:
        """Number of bands."""
        return len(self.starts)


def band_tables(options: FeatureOptions, mel: bool, dtype: np.dtype) -> BandTables:
    """Return the tables for mel bands or for single frequencies, computed in float64."""
    return _tables(_Shape(options), mel, dtype)


class _Shape:
    """Options, of which those that the tables depend on are compared."""

    def __init__(self, options: FeatureOptions) -> None:
        self.options = options
        self._own = tuple(getattr(options, name) for name in _TABLE_OPTIONS)

    def __hash__(self) -> int:
        return hash(self._own)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shape) and self._own == other._own


_TABLE_OPTIONS = (
    *("sr", "n_fft", "win_length", "window", "n_mels", "fmin", "fmax", "mel_scale", "mel_norm"),
    *("sample_scale", "remove_dc", "preemphasis"),
)


@lru_cache(maxsize=32)
def _tables(shape: _Shape, mel: bool, dtype: np.dtype) -> BandTables:
    options = shape.options
    filters = mel_filters(options) if mel else None
    starts, sizes, weights = _spans(filters) if filters is not None else _each(1 + options.n_fft // 2)
    window = window_of(options)
    radices = radices_of(options.n_fft)
    emphasis = float(dtype.type(options.preemphasis))
    return BandTables(
        window=window.astype(dtype),
        half_window=(window * options.sample_scale / 2).astype(dtype),
        filters=None if filters is None else filters.astype(dtype),
        starts=starts,
        sizes=sizes,
        weights=weights.astype(dtype),
        radices=np.array(radices, dtype=np.int64),
        twiddles=_twiddles(options.n_fft // 2, radices).astype(dtype),
        turns=_cos_and_sin(np.pi * np.arange(options.n_fft // 2 + 1) / max(options.n_fft // 2, 1)).astype(dtype),
        frame_options=np.array(
            [options.sample_scale**2, float(options.remove_dc), emphasis, emphasis - options.preemphasis]
        ),
    )


def radices_of(n_fft: int) -> list[int]:
    """Return radices with product ``n_fft / 2``; empty if ``n_fft`` is odd or has prime factors other than 2, 3 and 5.

    Examples
    --------
    >>> radices_of(400), radices_of(441), radices_of(14)
    ([5, 5, 8], [], [])
    """
    found = []
    if n_fft % 2 or not n_fft:
        return []
    rest = n_fft // 2
    for radix in (5, 3, 4, 2):
        while rest % radix == 0:
            found.append(radix)
            rest //= radix
    if found[-2:] == [4, 2]:
        found[-2:] = [8]  # one step in place of two; as the last one it needs no twiddle factors
    return found if rest == 1 else []


def _twiddles(half: int, radices: list[int]) -> np.ndarray:
    parts = [np.empty(0)]
    length = half
    for radix in radices:
        length //= radix
        p, k = np.meshgrid(np.arange(length), np.arange(1, radix), indexing="ij")
        parts.append(_cos_and_sin(2 * np.pi * p * k / (length * radix)))
    return np.concatenate(parts)


def _cos_and_sin(angles: np.ndarray) -> np.ndarray:
    return np.stack([np.cos(angles), -np.sin(angles)], axis=-1).ravel()


def _spans(filters: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    some = filters > 0
    starts = some.argmax(axis=1)
    sizes = np.where(some.any(axis=1), filters.shape[1] - some[:, ::-1].argmax(axis=1) - starts, 0)
    spans = zip(filters, starts, sizes, strict=True)
    return starts, sizes, np.concatenate([row[start : start + size] for row, start, size in spans])


def _each(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.arange(n), np.ones(n, dtype=np.int64), np.ones(n)
