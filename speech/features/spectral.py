"""Spectrograms, mel spectrograms and cepstral coefficients that match librosa, torchaudio, Whisper or Kaldi.

Compiled code processes arrays, and tensors on the CPU. PyTorch processes tensors on a GPU or with gradients.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from nlpkit.errors import is_number, require
from nlpkit.speech.clips import clips_of, is_tensor
from nlpkit.speech.features.bands import bands_of
from nlpkit.speech.features.cepstra import cepstra
from nlpkit.speech.features.kinds import Kind, kind_of, tell
from nlpkit.speech.features.limits import blank, finished
from nlpkit.speech.features.options import FeatureOptions

_LONGEST = 1 << 20  # seconds


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
        Pad shorter clips with zeros to this duration in seconds. Longer clips keep their length.
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
    kind, options = _options("spectrogram", preset, sr, n_fft, hop_length)
    return features_of(y, kind, options, lengths=lengths, pad_to=pad_to, threads=threads)


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

    Warns
    -----
    FeatureWarning
        If bands are empty, because the transform has no frequency in them. It names an ``n_fft`` and an ``n_mels``
        without empty bands. Presets at their own sizes do not warn.

    Examples
    --------
    >>> import numpy as np
    >>> mel_spectrogram(np.zeros(22050)).shape
    (128, 44)
    """
    kind, options = _options("mel_spectrogram", preset, sr, n_fft, hop_length, n_mels)
    tell(kind)
    return features_of(y, kind, options, lengths=lengths, pad_to=pad_to, threads=threads)


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

    Warns
    -----
    FeatureWarning
        See `mel_spectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> log_mel(np.zeros(16000, "float32"), preset="whisper", pad_to=30.0).shape
    (80, 3000)
    """
    kind, options = _options("log_mel", preset, sr, n_fft, hop_length, n_mels)
    tell(kind)
    return features_of(y, kind, options, lengths=lengths, pad_to=pad_to, threads=threads)


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

    Warns
    -----
    FeatureWarning
        See `mel_spectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> mfcc(np.zeros(16000), preset="kaldi").shape
    (13, 98)
    """
    kind, options = _options("mfcc", preset, sr, n_fft, hop_length, n_mels, n_mfcc)
    tell(kind)
    return features_of(y, kind, options, lengths=lengths, pad_to=pad_to, threads=threads)


def _options(*given: Any) -> tuple[Kind, FeatureOptions]:
    """Return checked options, from a cache: for a clip of one second, the checks take as long as the computation."""
    try:
        return _checked(*given)
    except TypeError:  # a value that cannot be hashed
        return _checked.__wrapped__(*given)


@lru_cache(maxsize=64, typed=True)
def _checked(
    name: str,
    preset: str | FeatureOptions,
    sr: int | None,
    n_fft: int | None,
    hop_length: int | None,
    n_mels: int | None = None,
    n_mfcc: int | None = None,
) -> tuple[Kind, FeatureOptions]:
    options = FeatureOptions.of(preset, sr=sr, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels, n_mfcc=n_mfcc)
    return kind_of(name, options, stacklevel=None), options


def features_of(
    y: Any,
    kind: Kind,
    options: FeatureOptions,
    *,
    lengths: Any = None,
    pad_to: float | None = None,
    threads: int | None = None,
) -> Any:
    """Return the features of clips; see the function of the kind's name."""
    clips = clips_of(y, lengths)
    samples, counts = clips.samples, clips.lengths
    if pad_to is not None:
        samples, counts = _padded(samples, counts, padded_length(pad_to, options.sr))
    asked: dict[str, Any] = {"mel": kind.mel, "log": kind.log, "lengths": counts, "energies": kind.energies}
    values: Any
    energies: Any
    largest: np.ndarray | None = None
    if is_tensor(samples):
        from nlpkit.speech.features._bands_torch import bands_of_tensor

        values, frames, energies = bands_of_tensor(samples, options, **asked)
    else:
        bands = bands_of(samples, options, **asked, threads=threads)
        values, frames, energies, largest = bands.values, bands.frames, bands.energies, bands.largest
    if kind.log:
        values = finished(values, frames, options, kind.top_db, largest, threads)
    if kind.name == "mfcc":
        values = cepstra(values, energies, options)
        values = blank(values, frames)
    return clips.restored(values)


def padded_length(pad_to: float | None, sr: int) -> int:
    """Return the least number of samples of a clip that is padded to ``pad_to`` seconds.

    Raises
    ------
    ParameterError
        If ``pad_to`` is negative or no number.
    """
    if pad_to is None:
        return 0
    fits = is_number(pad_to, 0, _LONGEST)
    require(fits, "pad_to", pad_to, f"a number of seconds from 0 to {_LONGEST:,}; a longer clip keeps its length")
    return round(float(pad_to) * sr)


def _padded(samples: Any, lengths: np.ndarray | None, least: int) -> tuple[Any, np.ndarray | None]:
    n_clips, n = samples.shape
    if least > n:
        if is_tensor(samples):
            import torch

            samples = torch.nn.functional.pad(samples, (0, least - n))
        else:
            samples = np.concatenate([samples, np.zeros((n_clips, least - n), samples.dtype)], axis=1)
    return samples, None if lengths is None else np.maximum(lengths, least)
