"""The bands of each frame of clips in memory, on the CPU: compiled and multi-threaded, without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from nlpkit.speech.features.band_tables import LOG_SCALES, BandTables, band_tables
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.threads import available_threads, share_out

_LANES = {np.dtype(np.float32): 8, np.dtype(np.float64): 4}
_LEAST_BLOCKS = 24  # per thread; with fewer, another thread does not pay
_ROWS = 64  # frames at a time, for lengths that the compiled code does not support


@dataclass(frozen=True, kw_only=True)
class Bands:
    """Bands of clips.

    Attributes
    ----------
    values : (n_clips, n_bands, frames) array
    frames : (n_clips,) int64 array
        Number of frames of each clip; the frames after them are zeros.
    energies : (n_clips, frames) array, or None
        Sum of squares of each frame, before pre-emphasis and window.
    largest : (n_clips * n,) array, or None
        The largest logarithms of n parts of each clip; -inf where a part has no frames.
    """

    values: np.ndarray
    frames: np.ndarray
    energies: np.ndarray | None
    largest: np.ndarray | None


def bands_of(
    y: np.ndarray,
    options: FeatureOptions,
    *,
    mel: bool,
    log: bool,
    lengths: np.ndarray | None = None,
    energies: bool = False,
    threads: int | None = None,
) -> Bands:
    """Compute powers or amplitudes of the bands of each frame, or their logarithms.

    Parameters
    ----------
    y : (n_clips, n_samples) float32 or float64 array
    options : FeatureOptions
    mel : bool
        Mel bands if True, single frequencies if False.
    log : bool
        Return logarithms, before ``top_db`` and Whisper's shift are applied.
    lengths : (n_clips,) int64 array, optional
        Samples of each clip; default: all.
    energies : bool
        Also compute the energies.
    threads : int, optional
        Default: all available cores.
    """
    y = np.ascontiguousarray(y)
    tables, kernel = _plan(options, mel, log, y.dtype)
    lengths = np.full(len(y), y.shape[1]) if lengths is None else lengths
    frames = np.array([options.n_frames(int(length)) for length in lengths], dtype=np.int64)
    columns = int(frames.max()) if len(frames) else options.n_frames(y.shape[1])
    new = np.empty if (frames == columns).all() else np.zeros
    blocks = -(-columns // _LANES[y.dtype]) if kernel else 1
    bands = Bands(
        values=new((len(y), tables.n_bands, columns), y.dtype),
        frames=frames,
        energies=new((len(y), columns), y.dtype) if energies else None,
        largest=np.empty(len(y) * blocks, y.dtype) if log else None,
    )
    if columns and len(y):
        threads = threads or available_threads()
        if kernel:
            _compiled(y, lengths, options.n_fft, kernel, bands, threads)
        else:
            _plain(y, lengths, options, tables, log, bands, threads)
    return bands


@lru_cache(maxsize=32)
def _plan(options: FeatureOptions, mel: bool, log: bool, dtype: np.dtype) -> tuple[BandTables, tuple[Any, ...]]:
    """Return the tables, and the arguments of the compiled code that depend on options alone: none without support.

    They are plain tuples: numba takes microseconds to find the type of a named one.
    """
    tables = band_tables(options, mel, dtype)
    if options.n_fft != 2 and not len(tables.radices):
        return tables, ()
    from nlpkit.speech.features import _frames_numba as compiled
    from nlpkit.speech.features._framing_numba import PADDINGS

    centred = options.n_fft // 2 - (options.n_fft - options.frame_length) // 2
    framing = compiled.Framing(
        hop_length=options.hop_length,
        offset=centred if options.center else 0,
        padding=PADDINGS[options.pad_mode],
        options=tables.frame_options,
        window=tables.half_window,
    )
    fourier = compiled.Transform(tables.radices, tables.twiddles, tables.turns)
    filters = compiled.Filters(
        magnitude=options.power == 1,
        starts=tables.starts,
        sizes=tables.sizes,
        weights=tables.weights,
        floor=options.amin,
        log_scale=LOG_SCALES[options.log] if log else 0.0,
    )
    return tables, (tuple(framing), tuple(fourier), tuple(filters))


def _compiled(
    y: np.ndarray, lengths: np.ndarray, n_fft: int, kernel: tuple[Any, ...], bands: Bands, threads: int
) -> None:
    from nlpkit.speech.features import _frames_numba as compiled

    lanes = _LANES[y.dtype]
    blocks = -(-bands.values.shape[2] // lanes)
    clips = (y.reshape(-1), y.shape[1], lengths, bands.frames, blocks)  # a Clips, and below a Results and a Scratch
    nothing = np.empty(0, y.dtype)
    energies = nothing if bands.energies is None else bands.energies.reshape(-1)
    results = (bands.values.reshape(-1), energies, nothing if bands.largest is None else bands.largest)

    def work(first: int, last: int) -> None:
        scratch = compiled.new_scratch(n_fft, lanes, y.dtype)
        compiled.band_frames(first, last, clips, *kernel, results, scratch)

    share_out(work, len(y) * blocks, threads, _LEAST_BLOCKS)


def _plain(
    y: np.ndarray,
    lengths: np.ndarray,
    options: FeatureOptions,
    tables: BandTables,
    log: bool,
    bands: Bands,
    threads: int,
) -> None:
    """Same as `_compiled` in NumPy and SciPy, for transforms of any length."""
    for clip, length, n in zip(range(len(y)), lengths, bands.frames, strict=True):
        samples = y[clip, :length]
        if options.center:
            samples = padded(samples, options)[(options.n_fft - options.frame_length) // 2 :]
        windows = np.lib.stride_tricks.sliding_window_view(samples, options.frame_length)[:: options.hop_length][:n]

        def work(first: int, last: int, clip: int = clip, windows: np.ndarray = windows) -> None:
            for start in range(first * _ROWS, min(last * _ROWS, len(windows)), _ROWS):
                rows = slice(start, start + _ROWS)
                values, squares = _rows(windows[rows], options, tables, log)
                bands.values[clip, :, rows] = values.T
                if bands.energies is not None:
                    bands.energies[clip, rows] = squares

        share_out(work, -(-len(windows) // _ROWS), threads)
        if bands.largest is not None:
            bands.largest[clip] = bands.values[clip, :, :n].max(initial=-np.inf)


def padded(samples: np.ndarray, options: FeatureOptions) -> np.ndarray:
    """Return one clip with the padding of centred frames."""
    margin = options.n_fft // 2
    if len(samples) == 0:
        return np.zeros(2 * margin, samples.dtype)
    return np.pad(samples, margin, mode=options.pad_mode)  # type: ignore[call-overload]


def _rows(frames: np.ndarray, options: FeatureOptions, tables: BandTables, log: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the bands (n, n_bands) of some frames (n, size), and their energies."""
    import scipy.fft

    frames, squares = prepared(frames, options)
    spectrum = scipy.fft.rfft(frames * tables.window, options.n_fft)
    powers = spectrum.real**2 + spectrum.imag**2
    if options.power == 1:
        powers = np.sqrt(powers)
    values = powers if tables.filters is None else powers @ tables.filters.T
    return (np.log2(np.maximum(values, options.amin)) * LOG_SCALES[options.log] if log else values), squares


def prepared(frames: np.ndarray, options: FeatureOptions) -> tuple[np.ndarray, np.ndarray]:
    """Return frames (n, size) before the window is applied, and their energies (n,) before pre-emphasis."""
    frames = frames * frames.dtype.type(options.sample_scale)
    if options.remove_dc:
        frames = frames - frames.mean(axis=1, keepdims=True)
    squares = np.einsum("ij,ij->i", frames, frames)
    if options.preemphasis:
        before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
        frames = frames - frames.dtype.type(options.preemphasis) * before
    return frames, squares
