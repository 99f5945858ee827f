"""Spectrograms, mel spectrograms and cepstral coefficients that match librosa, torchaudio, Whisper or Kaldi.

Compiled code processes arrays, and tensors on the CPU. PyTorch processes tensors on a GPU or with gradients.
"""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, require
from nlpkit.speech.clips import clips_of, is_tensor
from nlpkit.speech.features.bands import bands_of
from nlpkit.speech.features.options import FeatureOptions


def spectrogram(
    y: Any,
    *,
    preset: str | FeatureOptions = "librosa",
    sr: int | None = None,
    n_fft: int | None = None,
    hop_length: int | None = None,
    lengths: Any = None,
    pad_to: float | None = None,
    threads: int | None = None,
) -> Any:
    """Return the power of each frequency in each frame (amplitudes if the options' ``power`` is 1).

    Parameters
    ----------
    y : (..., n_samples) array or tensor of float32 or float64
        Samples within ±1.
    preset : {"librosa", "torchaudio", "whisper", "kaldi"} or FeatureOptions
        The library to reproduce: see `nlpkit.speech.FeatureOptions`.
    sr, n_fft, hop_length : int, optional
        Default: the preset's values.
    lengths : (...) ints, optional
        Number of valid samples in each clip; default: all. Missing frames of shorter clips are 0.
    pad_to : float, optional
        Pad shorter clips with zeros to this duration in seconds.
    threads : int, optional
        Default: all available cores; ignored on a GPU.

    Returns
    -------
    (..., 1 + n_fft // 2, frames) array or tensor
        With the type of ``y``.

    Raises
    ------
    InputError
        If a sample is NaN or infinite.
    ParameterError
        If ``y`` is not a floating-point array, or an option is invalid.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    >>> powers = spectrogram(tone, sr=16000, n_fft=400, hop_length=160)
    >>> powers.shape, int(powers[:, 50].argmax()) * 16000 / 400
    ((201, 101), 1000.0)
    """
    options = _options(preset, sr, n_fft, hop_length)
    return _extract(y, options, "powers", lengths, pad_to, threads)


def mel_spectrogram(
    y: Any,
    *,
    preset: str | FeatureOptions = "librosa",
    sr: int | None = None,
    n_fft: int | None = None,
    hop_length: int | None = None,
    n_mels: int | None = None,
    lengths: Any = None,
    pad_to: float | None = None,
    threads: int | None = None,
) -> Any:
    """Return the power in each mel band.

    Parameters
    ----------
    y, preset, sr, n_fft, hop_length, lengths, pad_to, threads
        See `spectrogram`.
    n_mels : int, optional
        Number of bands.

    Returns
    -------
    (..., n_mels, frames) array or tensor

    Raises
    ------
    InputError, ParameterError
        See `spectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> mel_spectrogram(np.zeros(22050)).shape
    (128, 44)
    """
    options = _options(preset, sr, n_fft, hop_length, n_mels)
    return _extract(y, options, "mel", lengths, pad_to, threads)


def log_mel(
    y: Any,
    *,
    preset: str | FeatureOptions = "librosa",
    sr: int | None = None,
    n_fft: int | None = None,
    hop_length: int | None = None,
    n_mels: int | None = None,
    lengths: Any = None,
    pad_to: float | None = None,
    threads: int | None = None,
) -> Any:
    """Return the logarithm of the power in each mel band: dB, ln, or Whisper's, according to the preset.

    Parameters
    ----------
    y, preset, sr, n_fft, hop_length, n_mels, lengths, pad_to, threads
        See `mel_spectrogram`.

    Returns
    -------
    (..., n_mels, frames) array or tensor
        ``top_db`` is relative to the loudest band of each clip.

    Raises
    ------
    InputError, ParameterError
        See `spectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> log_mel(np.zeros(16000, "float32"), preset="whisper", pad_to=30.0).shape
    (80, 3000)
    """
    options = _options(preset, sr, n_fft, hop_length, n_mels)
    return _extract(y, options, "log_mel", lengths, pad_to, threads)


def mfcc(
    y: Any,
    *,
    preset: str | FeatureOptions = "librosa",
    sr: int | None = None,
    n_fft: int | None = None,
    hop_length: int | None = None,
    n_mels: int | None = None,
    n_mfcc: int | None = None,
    lengths: Any = None,
    pad_to: float | None = None,
    threads: int | None = None,
) -> Any:
    """Mel-frequency cepstral coefficients (Davis and Mermelstein 1980): the cosine transform of log-mel bands.

    Parameters
    ----------
    y, preset, sr, n_fft, hop_length, n_mels, lengths, pad_to, threads
        See `mel_spectrogram`. Preset "whisper" is not supported.
    n_mfcc : int, optional
        Number of coefficients.

    Returns
    -------
    (..., n_mfcc, frames) array or tensor

    Raises
    ------
    InputError, ParameterError
        See `spectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> mfcc(np.zeros(16000), preset="kaldi").shape
    (13, 98)
    """
    options = _options(preset, sr, n_fft, hop_length, n_mels, n_mfcc)
    require(options.n_mfcc <= options.n_mels, "n_mfcc", options.n_mfcc, f"at most n_mels ({options.n_mels})")
    if options.log == "whisper":
        raise ParameterError("preset 'whisper' has no cepstral coefficients: use another preset")
    return _extract(y, options, "mfcc", lengths, pad_to, threads)


@lru_cache(maxsize=64, typed=True)
def _options(
    preset: str | FeatureOptions,
    sr: int | None,
    n_fft: int | None,
    hop_length: int | None,
    n_mels: int | None = None,
    n_mfcc: int | None = None,
) -> FeatureOptions:
    """Return cached options: for a clip of one second, the checks take as long as the computation."""
    return FeatureOptions.of(preset, sr=sr, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels, n_mfcc=n_mfcc)


def _extract(
    y: Any, options: FeatureOptions, kind: str, lengths: Any, pad_to: float | None, threads: int | None
) -> Any:
    clips = clips_of(y, lengths)
    samples, counts = clips.samples, clips.lengths
    if pad_to is not None:
        samples, counts = _padded(samples, counts, round(pad_to * options.sr))
    asked: dict[str, Any] = {
        "mel": kind != "powers",
        "log": kind in ("log_mel", "mfcc"),
        "lengths": counts,
        "energies": kind == "mfcc" and options.use_energy,
    }
    values: Any
    energies: Any
    if is_tensor(samples):
        from nlpkit.speech.features._bands_torch import bands_of_tensor

        values, frames, energies = bands_of_tensor(samples, options, **asked)
    else:
        bands = bands_of(samples, options, **asked, threads=threads)
        values, frames, energies = bands.values, bands.frames, bands.energies
    if asked["log"]:
        values = finished(values, frames, options, options.mfcc_top_db if kind == "mfcc" else options.top_db)
    if kind == "mfcc":
        values = cepstra(values, energies, options)
        values = _blank(values, frames)
    return clips.restored(values)


def _padded(samples: Any, lengths: np.ndarray | None, least: int) -> tuple[Any, np.ndarray | None]:
    n_clips, n = samples.shape
    if least > n:
        if is_tensor(samples):
            import torch

            samples = torch.nn.functional.pad(samples, (0, least - n))
        else:
            samples = np.concatenate([samples, np.zeros((n_clips, least - n), samples.dtype)], axis=1)
    return samples, None if lengths is None else np.maximum(lengths, least)


def finished(values: Any, frames: np.ndarray, options: FeatureOptions, top_db: float | None) -> Any:
    """Apply the last step of the logarithm: limit to ``top_db`` below each clip's maximum, or shift to Whisper's range.

    Parameters
    ----------
    values : (n_clips, n_bands, columns) array, changed in place, or tensor
    frames : (n_clips,) ints
        Number of valid columns of each clip.
    """
    if top_db is not None:
        span = top_db * db_size(options)
        if is_tensor(values):
            values = _raised(values, frames, span)
        else:
            for clip, n in zip(values, frames.tolist(), strict=True):
                clip = clip[:, :n]
                if n:
                    np.maximum(clip, clip.max() - clip.dtype.type(span), out=clip)
    return _blank(shifted(values), frames) if options.log == "whisper" else values


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


def _blank(values: Any, frames: np.ndarray) -> Any:
    """Set the missing frames of clips to 0; arrays are changed in place."""
    if (frames == values.shape[2]).all():
        return values
    if is_tensor(values):
        return values.masked_fill(~_there(values, frames), 0.0)
    for clip, n in zip(values, frames.tolist(), strict=True):
        clip[:, n:] = 0
    return values


def cepstra(values: Any, energies: Any, options: FeatureOptions) -> Any:
    """Return the coefficients (n_clips, n_mfcc, frames) of log bands (n_clips, n_mels, frames)."""
    if is_tensor(values):
        import torch

        matrix = torch.from_numpy(cosine_transform(options)).to(values)
        made = matrix @ values
        if energies is not None:
            first = energies.clamp_min(options.amin).log()[:, None]
            made = torch.cat([first, made[:, 1:]], 1)
        return made
    made = cosine_transform(options).astype(values.dtype) @ values
    if energies is not None:
        made[:, 0] = np.log(np.maximum(energies, options.amin))
    return made


@lru_cache(maxsize=32)
def cosine_transform(options: FeatureOptions) -> np.ndarray:
    """Return the orthonormal cosine transform (DCT-II) with the lifter, (n_mfcc, n_mels) float64."""
    n, k = np.arange(options.n_mels), np.arange(options.n_mfcc)[:, None]
    matrix = np.sqrt(2 / options.n_mels) * np.cos(np.pi * k * (n + 0.5) / options.n_mels)
    matrix[0] = np.sqrt(1 / options.n_mels)
    if options.lifter:
        matrix *= 1 + options.lifter / 2 * np.sin(np.pi * (k + options.lifter_first) / options.lifter)
    return matrix
