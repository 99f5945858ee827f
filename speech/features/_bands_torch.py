"""The bands of each frame in PyTorch, for tensors on a GPU or with gradients."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nlpkit.speech.features.band_tables import LOG_SCALES, band_tables
from nlpkit.speech.features.options import FeatureOptions


def bands_of_tensor(
    y: Tensor,
    options: FeatureOptions,
    *,
    mel: bool,
    log: bool,
    lengths: np.ndarray | None = None,
    energies: bool = False,
) -> tuple[Tensor, np.ndarray, Tensor | None]:
    """Same as `nlpkit.speech.features.bands.bands_of`, for a tensor (n_clips, n_samples).

    Returns
    -------
    values, frames, energies
        See the attributes of `nlpkit.speech.features.bands.Bands`.
    """
    if lengths is not None and not (lengths == y.shape[1]).all():
        parts = [
            bands_of_tensor(clip[None, :length], options, mel=mel, log=log, energies=energies)
            for clip, length in zip(y, lengths.tolist(), strict=True)
        ]
        frames = np.array([part[1][0] for part in parts], dtype=np.int64)
        most = int(frames.max(initial=0))
        values = torch.stack([_widened(part[0][0], most) for part in parts])
        squares = (
            torch.stack([_widened(part[2][0], most) for part in parts if part[2] is not None]) if energies else None
        )
        return values, frames, squares
    window, filters = _tables(options, mel, y.dtype, y.device)
    n = options.n_frames(y.shape[1])
    if not n:
        bands = options.n_mels if mel else 1 + options.n_fft // 2
        return y.sum() + y.new_zeros(len(y), bands, 0), np.zeros(len(y), dtype=np.int64), y.new_zeros(len(y), 0)
    windows = _windows(y, options)[:, :n]
    windows = windows * options.sample_scale
    if options.remove_dc:
        windows = windows - windows.mean(-1, keepdim=True)
    squares = windows.square().sum(-1) if energies else None
    if options.preemphasis:
        before = torch.cat([windows[..., :1], windows[..., :-1]], -1)
        windows = windows - options.preemphasis * before
    spectrum = torch.fft.rfft(windows * window, options.n_fft)
    values = spectrum.real.square() + spectrum.imag.square()
    if options.power == 1:
        values = values.sqrt()
    if filters is not None:
        values = values @ filters.T
    if log:
        values = values.clamp_min(options.amin).log2() * LOG_SCALES[options.log]
    return values.transpose(1, 2), np.full(len(y), n), squares


def _widened(x: Tensor, columns: int) -> Tensor:
    return torch.nn.functional.pad(x, (0, columns - x.shape[-1]))


def _windows(y: Tensor, options: FeatureOptions) -> Tensor:
    """Return frames (n_clips, n, frame_length) as a view of the padded samples."""
    if options.center:
        y = around(y, options)[:, (options.n_fft - options.frame_length) // 2 :]
    if y.shape[1] < options.frame_length:
        return y.new_empty(len(y), 0, options.frame_length)
    return y.unfold(1, options.frame_length, options.hop_length)


def around(y: Tensor, options: FeatureOptions) -> Tensor:
    """Return clips with the padding of centred frames."""
    margin = options.n_fft // 2
    if options.pad_mode == "constant" or y.shape[1] == 0:
        return torch.nn.functional.pad(y, (margin, margin))
    mode: Any = options.pad_mode
    return y[:, torch.from_numpy(np.pad(np.arange(y.shape[1]), margin, mode=mode)).to(y.device)]


@lru_cache(maxsize=32)
def _tables(
    options: FeatureOptions, mel: bool, dtype: torch.dtype, device: torch.device
) -> tuple[Tensor, Tensor | None]:
    tables = band_tables(options, mel, np.dtype(str(dtype).removeprefix("torch.")))
    filters = None if tables.filters is None else torch.from_numpy(tables.filters).to(device)
    return torch.from_numpy(tables.window).to(device), filters
