"""Mel scales, which model the frequency resolution of the ear, and their triangular filters.

Slaney (1998), "Auditory toolbox"; Young et al., "The HTK book"; Povey et al. (2011), "The Kaldi speech recognition
toolkit".
"""

from __future__ import annotations

import numpy as np

from nlpkit.speech.features.options import FeatureOptions

_LINEAR = 200 / 3  # Hz per mel of Slaney's scale, up to 1 kHz
_STEP = np.log(6.4) / 27  # increase of ln f per mel, above 1 kHz


def to_mel(hz: np.ndarray | float, scale: str) -> np.ndarray:
    """Convert frequencies in Hz to mels of scale "slaney", "htk" or "kaldi".

    Examples
    --------
    >>> to_mel(1000.0, "slaney").round(3).tolist(), to_mel(1000.0, "htk").round(3).tolist()
    (15.0, 999.986)
    """
    hz = np.asarray(hz, dtype=float)
    if scale == "slaney":
        return np.where(hz < 1000, hz / _LINEAR, 15 + np.log(np.maximum(hz, 1000) / 1000) / _STEP)
    if scale == "htk":
        return 2595 * np.log10(1 + hz / 700)
    return 1127 * np.log(1 + hz / 700)


def to_hz(mel: np.ndarray | float, scale: str) -> np.ndarray:
    """Inverse of `to_mel`."""
    mel = np.asarray(mel, dtype=float)
    if scale == "slaney":
        return np.where(mel < 15, mel * _LINEAR, 1000 * np.exp(_STEP * (np.maximum(mel, 15) - 15)))
    if scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    return 700 * (np.exp(mel / 1127) - 1)


def mel_filters(options: FeatureOptions) -> np.ndarray:
    """Return the weight of each frequency in each band, (n_mels, 1 + n_fft // 2) float64.

    A band rises from the centre of the band below to its own centre, and falls to the centre of the band above. Kaldi's
    bands exclude the Nyquist frequency.

    Examples
    --------
    >>> mel_filters(FeatureOptions(sr=8000, n_fft=16, n_mels=3, mel_norm=None)).round(2).tolist()[0][:4]
    [0.0, 0.85, 0.32, 0.0]
    """
    edges, places = band_edges(options, options.n_mels), places_of(options, options.n_fft)
    lower, middle, upper = (edges[i : i + options.n_mels, None] for i in range(3))
    filters = np.maximum(0, np.minimum((places - lower) / (middle - lower), (upper - places) / (upper - middle)))
    if options.mel_norm == "slaney":
        filters *= 2 / (upper - lower)
    if options.mel_scale == "kaldi" and options.n_fft % 2 == 0:
        filters[:, -1] = 0
    return filters


def band_edges(options: FeatureOptions, n_mels: int) -> np.ndarray:
    """Return the lower end of each band, and the centre and upper end of the last one, (n_mels + 2,) float64.

    They are in Hz, or in mel if the triangles are over mel.
    """
    scale = options.mel_scale
    edges = np.linspace(to_mel(options.fmin, scale), to_mel(options.highest, scale), n_mels + 2)
    return edges if scale == "kaldi" else to_hz(edges, scale)


def places_of(options: FeatureOptions, n_fft: int) -> np.ndarray:
    """Return the frequencies of a transform, (1 + n_fft // 2,) float64, in the unit of `band_edges`."""
    places = np.fft.rfftfreq(n_fft, 1 / options.sr)
    return to_mel(places, "kaldi") if options.mel_scale == "kaldi" else places
