"""The last step of a logarithm: the limit below each clip's maximum (``top_db``), and the shift to Whisper's range."""

from __future__ import annotations

from math import inf, log
from typing import Any

import numpy as np

from nlpkit.speech.clips import is_tensor
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.threads import available_threads, share_out

_LEAST_VALUES = 1 << 17  # per thread; with fewer, another thread does not pay


def finished(
    values: Any,
    frames: np.ndarray,
    options: FeatureOptions,
    top_db: float | None,
    largest: np.ndarray | None = None,
    threads: int | None = None,
) -> Any:
    """Apply the last step of the logarithm: limit to ``top_db`` below each clip's maximum, or shift to Whisper's range.

    Parameters
    ----------
    values : (n_clips, n_bands, columns) array, changed in place, or tensor
        An array is contiguous.
    frames : (n_clips,) ints
        Number of valid columns of each clip; the others are 0, in tensors and in arrays.
    options : FeatureOptions
    top_db : float, optional
    largest : (n_clips * n,) array, optional
        The largest values of n parts of each clip; found here if not given.
    threads : int, optional
        Default: all available cores.
    """
    if top_db is None and options.log != "whisper":
        return values
    span = None if top_db is None else top_db * db_size(options)
    if is_tensor(values):
        values = values if span is None else _raised(values, frames, span)
        return blank(shifted(values), frames) if options.log == "whisper" else values
    if largest is None:
        clips = zip(values, frames.tolist(), strict=True)
        largest = np.array([clip[:, :n].max(initial=-np.inf) for clip, n in clips], values.dtype)
    if values.size:
        _limit(values, frames, largest, inf if span is None else span, options.log == "whisper", threads)
    return values


def _limit(
    values: np.ndarray, frames: np.ndarray, largest: np.ndarray, span: float, whisper: bool, threads: int | None
) -> None:
    from nlpkit.speech.features._limits_numba import limit_rows

    n_clips, n_bands, columns = values.shape
    flat = values.reshape(-1)

    def work(first: int, last: int) -> None:
        limit_rows(first, last, flat, n_bands, frames, largest, span, whisper)

    if values.size < 2 * _LEAST_VALUES:
        work(0, n_clips * n_bands)
    else:
        share_out(work, n_clips * n_bands, threads or available_threads(), max(1, _LEAST_VALUES // columns))


def db_size(options: FeatureOptions) -> float:
    """Return the size of one decibel in the logarithms of these options, before Whisper's shift."""
    return {"db": 1.0, "ln": log(10) / 10, "whisper": 0.1}[options.log]


def shifted(values: Any) -> Any:
    """Shift base-10 logarithms to Whisper's range; arrays are changed in place."""
    if is_tensor(values):
        return values * 0.25 + 1
    values *= values.dtype.type(0.25)
    values += values.dtype.type(1)
    return values


def _raised(values: Any, frames: np.ndarray, span: float) -> Any:
    import torch

    there = _there(values, frames)
    largest = values.masked_fill(~there, -torch.inf).amax((1, 2), keepdim=True) if values.numel() else values
    return torch.where(there, torch.maximum(values, largest - span), 0.0)


def _there(values: Any, frames: np.ndarray) -> Any:
    import torch

    return (
        torch.arange(values.shape[2], device=values.device)
        < torch.as_tensor(frames, device=values.device)[:, None, None]
    )


def blank(values: Any, frames: np.ndarray) -> Any:
    """Set the missing frames of clips to 0; arrays are changed in place."""
    if (frames == values.shape[2]).all():
        return values
    if is_tensor(values):
        return values.masked_fill(~_there(values, frames), 0.0)
    for clip, n in zip(values, frames.tolist(), strict=True):
        clip[:, n:] = 0
    return values
