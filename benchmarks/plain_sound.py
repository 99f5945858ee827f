"""Batches for the plain loop of `recognition.py`: features by librosa, augmentation by numpy and scipy, clip by clip.

The kinds and ranges of the changes are those of nlpkit's training: speed, a random frequency response, silence around
the clip, a room, coloured noise, volume, tempo, and masks of SpecAugment. Speed changes by `librosa.resample` (soxr).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import librosa
import numpy as np
import scipy.signal
import torch
from plain_recognition import Batch


def plain_batches(
    clips: Sequence[np.ndarray],
    targets: Sequence[np.ndarray],
    plans: Iterator[Sequence[int]],
    front: Any,
    training: Any = None,
) -> Iterator[Batch]:
    """Yield batches of the clips whose numbers ``plans`` yields, augmented as ``training`` says; None leaves them."""
    draw = np.random.default_rng(1)
    for numbers in plans:
        values = []
        for number in numbers:
            clip = clips[number] if training is None else changed(clips[number], front.sr, training, draw)
            feature = features(clip, front)
            values.append(feature if training is None else masked(feature, training, draw))
        lengths = torch.tensor([value.shape[1] for value in values])
        padded = np.zeros((len(values), front.options.n_mels, int(lengths.max())), np.float32)
        for row, value in zip(padded, values, strict=True):
            row[:, : value.shape[1]] = value
        of = [torch.from_numpy(targets[number]) for number in numbers]
        yield torch.from_numpy(padded), lengths, torch.cat(of), torch.tensor([len(each) for each in of])


def features(clip: np.ndarray, front: Any) -> np.ndarray:
    """Return nlpkit's features (n_mels, frames) of a clip by librosa."""
    options = front.options
    mel = librosa.feature.melspectrogram(
        y=clip,
        sr=options.sr,
        n_fft=options.n_fft,
        win_length=options.win_length,
        hop_length=options.hop_length,
        n_mels=options.n_mels,
        fmin=options.fmin,
        fmax=options.fmax,
        htk=options.mel_scale == "htk",
        norm=options.mel_norm,
    )
    values = np.log(np.maximum(mel, options.amin))
    energies = np.exp(values).sum(0)
    values -= np.log(np.square(energies).sum() / energies.sum())
    return (values - front.mean[:, None]) / front.deviation[:, None]


def changed(clip: np.ndarray, sr: int, training: Any, draw: np.random.Generator) -> np.ndarray:
    """Return a clip at another speed, of another microphone, in a room, with noise, at another volume."""
    factor = (1 + training.speed) ** (draw.integers(-20, 21) / 20)
    clip = librosa.resample(clip, orig_sr=sr * factor, target_sr=sr, res_type="soxr_hq")
    hz = np.fft.rfftfreq(len(clip), 1 / sr)
    octaves = np.log2(np.maximum(hz, 60) / 1000)
    slope, bump = draw.uniform(-training.filter, training.filter), draw.uniform(-6, 6)
    gain = slope * octaves + bump * np.exp(-(((octaves - draw.uniform(-3, 2)) / 0.7) ** 2))
    clip = scipy.fft.irfft(scipy.fft.rfft(clip) * (10 ** (gain / 20)).astype(np.float32), len(clip))
    clip = np.pad(clip, [int(draw.uniform(0, training.shift) * sr) for _ in range(2)])
    if draw.random() < training.reverberation:
        seconds = draw.uniform(0.1, 0.6)
        t = np.arange(int(seconds * sr)) / sr
        tail = (draw.standard_normal(len(t)) * 10 ** (-3 * t / seconds)).astype(np.float32)
        tail *= draw.uniform(0.1, 0.7) / np.sqrt(np.square(tail).sum())
        tail[0] = 1
        clip = scipy.signal.fftconvolve(clip, tail)[: len(clip)]
    if draw.random() < training.noise:
        spectrum = scipy.fft.rfft(draw.standard_normal(len(clip)).astype(np.float32))
        spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** np.float32(draw.uniform(0, 1))
        noise = scipy.fft.irfft(spectrum, len(clip))
        power = np.mean(clip**2) / max(np.mean(noise**2), 1e-12)
        clip = clip + noise * np.sqrt(power / 10 ** (draw.uniform(*training.snr) / 10)).astype(np.float32)
    return (clip * 10 ** (draw.uniform(-training.gain, training.gain) / 20)).astype(np.float32)


def masked(values: np.ndarray, training: Any, draw: np.random.Generator) -> np.ndarray:
    """Return features (n_mels, frames) at another tempo, with blocks of frames and bands set to 0."""
    bands, before = values.shape
    frames = max(1, round(before / (1 + training.tempo) ** draw.uniform(-1, 1)))
    at = np.linspace(0, before - 1, frames)
    left = at.astype(np.int64)
    share = (at - left).astype(np.float32)
    values = values[:, left] * (1 - share) + values[:, np.minimum(left + 1, before - 1)] * share
    for _ in range(training.time_masks):
        width = int(draw.integers(0, min(training.time_width, frames // 5) + 1))
        first = int(draw.integers(0, frames - width + 1))
        values[:, first : first + width] = 0
    for _ in range(training.band_masks):
        width = int(draw.integers(0, min(training.band_width, bands) + 1))
        first = int(draw.integers(0, bands - width + 1))
        values[first : first + width] = 0
    return values
