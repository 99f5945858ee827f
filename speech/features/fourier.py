"""Short-time Fourier transform, its inverse, and reconstruction from amplitudes alone (Griffin-Lim)."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, require, require_number, require_whole
from nlpkit.speech.clips import clips_of, is_tensor
from nlpkit.speech.features.bands import padded
from nlpkit.speech.features.options import FeatureOptions
from nlpkit.speech.features.windows import padded_window
from nlpkit.threads import available_threads, share_out

_ROWS = 64  # frames at a time


def stft(
    y: Any,
    *,
    preset: str | FeatureOptions = "librosa",
    n_fft: int | None = None,
    hop_length: int | None = None,
    threads: int | None = None,
) -> Any:
    """Short-time Fourier transform: amplitude and phase of each frequency in each frame.

    Windows, padding and hops are the preset's. Samples are used unchanged (no scaling, no mean subtraction, no
    pre-emphasis).

    Parameters
    ----------
    y : (..., n_samples) array or tensor of float32 or float64
    preset, n_fft, hop_length, threads
        See `nlpkit.speech.spectrogram`.

    Returns
    -------
    (..., 1 + n_fft // 2, frames) complex array or tensor

    Raises
    ------
    InputError, ParameterError
        See `nlpkit.speech.spectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(np.arange(4000.0))
    >>> bool(np.allclose(istft(stft(y), length=4000), y))
    True
    """
    options = FeatureOptions.of(preset, n_fft=n_fft, hop_length=hop_length)
    clips = clips_of(y)
    if is_tensor(clips.samples):
        return clips.restored(_stft_of_tensor(clips.samples, options))
    import scipy.fft

    samples = clips.samples
    window = padded_window(options).astype(samples.dtype)
    frames = options.n_frames(samples.shape[1])
    kind = np.complex64 if samples.dtype == np.float32 else np.complex128
    made = np.empty((len(samples), 1 + options.n_fft // 2, frames), kind)
    for clip, out in zip(samples, made, strict=True):
        windows = _frames(clip, options)[:frames]

        def work(first: int, last: int, windows: np.ndarray = windows, out: np.ndarray = out) -> None:
            for start in range(first * _ROWS, min(last * _ROWS, len(windows)), _ROWS):
                rows = slice(start, start + _ROWS)
                out[:, rows] = scipy.fft.rfft(windows[rows] * window, options.n_fft).T

        share_out(work, -(-frames // _ROWS), threads or available_threads())
    return clips.restored(made)


def istft(
    spectrum: Any,
    *,
    preset: str | FeatureOptions = "librosa",
    n_fft: int | None = None,
    hop_length: int | None = None,
    length: int | None = None,
) -> Any:
    """Inverse of `stft`, by the least squares of Griffin and Lim (1984).

    Parameters
    ----------
    spectrum : (..., 1 + n_fft // 2, frames) complex array or tensor
    preset, hop_length
        The arguments of `stft`.
    n_fft : int, optional
        Default: derived from the number of frequencies; required if odd.
    length : int, optional
        Number of samples; default: all that the frames cover.

    Returns
    -------
    (..., n_samples) array or tensor

    Raises
    ------
    ParameterError
        If the number of frequencies does not match ``n_fft``.
    """
    options = _options_for(spectrum, preset, n_fft, hop_length)
    if length is not None:
        require_whole("length", length, 0)
        length = int(length)
    tensor, size, hop = is_tensor(spectrum), options.n_fft, options.hop_length
    leading, frames = tuple(spectrum.shape[:-2]), spectrum.shape[-1]
    flat = spectrum.reshape(-1, *spectrum.shape[-2:])
    window: Any = padded_window(options)
    if tensor:
        import torch

        window = torch.from_numpy(window).to(flat.real)
        parts = torch.fft.irfft(flat.transpose(1, 2), size) * window
    else:
        import scipy.fft

        window = window.astype(flat.real.dtype)
        parts = scipy.fft.irfft(np.ascontiguousarray(flat.transpose(0, 2, 1)), size) * window
    total = _overlapped(parts, hop)
    squares = (window * window)[None, None]
    weight = _overlapped(squares.expand(1, frames, -1) if tensor else squares.repeat(frames, axis=1), hop)[0]
    first = size // 2 if options.center else 0
    n = size + hop * (frames - 1) - 2 * first if frames else 0
    total, weight = total[:, first:], weight[first:]
    least = np.finfo(np.float32).tiny
    total = total / (weight.clamp_min(least) if tensor else np.maximum(weight, least))
    made = _cut(total, n if length is None else length)
    return made.reshape(*leading, made.shape[-1])


def griffin_lim(
    amplitudes: Any,
    *,
    preset: str | FeatureOptions = "librosa",
    n_fft: int | None = None,
    hop_length: int | None = None,
    n_iter: int = 32,
    momentum: float = 0.99,
    length: int | None = None,
    seed: int = 0,
) -> Any:
    """Reconstruct samples from amplitudes (Griffin and Lim 1984, with the momentum of Perraudin et al. 2013).

    Parameters
    ----------
    amplitudes : (..., 1 + n_fft // 2, frames) array or tensor
        Square roots of a power spectrogram.
    preset, n_fft, hop_length, length
        See `istft`.
    n_iter : int
        Number of phase estimates.
    momentum : float
        Extrapolation beyond each estimate; 0 for the method of 1984.
    seed : int
        Seed of the initial phases.

    Returns
    -------
    (..., n_samples) array or tensor

    Raises
    ------
    ParameterError
        If a number is out of range.
    """
    options = _options_for(amplitudes, preset, n_fft, hop_length)
    if length is not None:
        require_whole("length", length, 0)
    require_whole("n_iter", n_iter, 0)
    require_number("momentum", momentum, 0, 1)
    require_whole("seed", seed, 0)
    momentum = float(momentum)
    kind = np.complex64 if str(amplitudes.dtype).endswith("float32") else np.complex128
    turns: Any = np.exp(2j * np.pi * np.random.default_rng(seed).random(tuple(amplitudes.shape))).astype(kind)
    least = float(np.finfo(np.float32).tiny)
    if is_tensor(amplitudes):
        import torch

        turns = torch.from_numpy(turns).to(amplitudes.device)
    before, frames = None, amplitudes.shape[-1]
    kept = length if length is None or options.n_frames(int(length)) >= frames else None
    for _ in range(n_iter):
        y = istft(turns * amplitudes, preset=options, length=kept)
        rebuilt = stft(y, preset=options)[..., :frames]
        turns = rebuilt if before is None else rebuilt - momentum / (1 + momentum) * before
        turns = turns / (abs(turns) + least)
        before = rebuilt
    return istft(turns * amplitudes, preset=options, length=length)


def _options_for(
    spectrum: Any, preset: str | FeatureOptions, n_fft: int | None, hop_length: int | None
) -> FeatureOptions:
    if spectrum.ndim < 2:
        raise ParameterError(f"spectrum has shape {tuple(spectrum.shape)}: expected (..., frequencies, frames)")
    bands = spectrum.shape[-2]
    own = FeatureOptions.of(preset).n_fft
    if n_fft is not None:
        require_whole("n_fft", n_fft, 1)
    size = n_fft or (own if 1 + own // 2 == bands else 2 * (bands - 1))
    require(1 + size // 2 == bands, "n_fft", size, f"{2 * (bands - 1)} or {2 * bands - 1} for {bands} frequencies")
    return FeatureOptions.of(preset, n_fft=size, hop_length=hop_length)


def _frames(clip: np.ndarray, options: FeatureOptions) -> np.ndarray:
    """Return frames (n, n_fft); if they are not centred, zeros follow the last sample."""
    clip = padded(clip, options) if options.center else np.pad(clip, (0, options.n_fft))
    return np.lib.stride_tricks.sliding_window_view(clip, options.n_fft)[:: options.hop_length]


def _stft_of_tensor(samples: Any, options: FeatureOptions) -> Any:
    import torch

    from nlpkit.speech.features._bands_torch import around

    y = around(samples, options) if options.center else torch.nn.functional.pad(samples, (0, options.n_fft))
    window = torch.from_numpy(padded_window(options)).to(y)
    frames = options.n_frames(samples.shape[1])
    return torch.fft.rfft(y.unfold(1, options.n_fft, options.hop_length)[:, :frames] * window).transpose(1, 2)


def _overlapped(parts: Any, hop: int) -> Any:
    """Return the overlap-add (n, samples) of frames (n, frames, size), ``hop`` samples apart."""
    n, frames, size = parts.shape
    pieces = -(-size // hop)
    if is_tensor(parts):
        import torch

        parts = torch.nn.functional.pad(parts, (0, pieces * hop - size))
        total = parts.new_zeros(n, frames + pieces - 1, hop)
    else:
        parts = np.pad(parts, ((0, 0), (0, 0), (0, pieces * hop - size)))
        total = np.zeros((n, frames + pieces - 1, hop), parts.dtype)
    for i in range(pieces):
        total[:, i : i + frames] += parts[:, :, i * hop : (i + 1) * hop]
    return total.reshape(n, -1)


def _cut(y: Any, length: int) -> Any:
    """Return the first ``length`` samples, padded with zeros if there are fewer."""
    y = y[:, :length]
    missing = length - y.shape[1]
    if is_tensor(y):
        import torch

        return torch.nn.functional.pad(y, (0, missing))
    return np.pad(y, ((0, 0), (0, missing)))
