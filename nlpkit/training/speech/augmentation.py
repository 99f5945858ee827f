"""Random changes of clips in training, so that a model hears other voices, rooms and microphones than it was given."""

from __future__ import annotations

import numpy as np
import scipy.fft

from nlpkit.speech.augment import add_noise, change_speed, reverberate

from .options import SpeechTrainingOptions

_SPEEDS = 20
"""Steps of the speed: a few factors keep the transforms' sizes few."""


def augmented(
    clip: np.ndarray,
    sr: int,
    options: SpeechTrainingOptions,
    draw: np.random.Generator,
    noises: tuple[np.ndarray, ...] = (),
) -> np.ndarray:
    """Return a changed copy of a clip.

    Parameters
    ----------
    clip : (n_samples,) float32 array
    sr : int
        Sampling rate in Hz.
    options : SpeechTrainingOptions
    draw : Generator
        Source of all random numbers.
    noises : tuple of (n,) arrays
        Recorded noise, beside white and coloured noise.

    Returns
    -------
    (n_samples',) float32 array
    """
    if options.speed:
        step = int(draw.integers(-_SPEEDS, _SPEEDS + 1))
        clip = change_speed(clip, round(float((1 + options.speed) ** (step / _SPEEDS)), 3))
    if options.filter:
        clip = tilted(clip, float(draw.uniform(-options.filter, options.filter)), sr, draw)
    if options.shift:
        before, after = (int(draw.uniform(0, options.shift) * sr) for _ in range(2))
        clip = np.pad(clip, (before, after))
    if options.reverberation and draw.random() < options.reverberation:
        clip = reverberate(clip, room(sr, draw))
    if options.noise and draw.random() < options.noise:
        clip = noisy(clip, float(draw.uniform(*options.snr)), draw, noises)
    if options.gain:
        clip = clip * np.float32(10 ** (draw.uniform(-options.gain, options.gain) / 20))
    return clip.astype(np.float32, copy=False)


def tilted(clip: np.ndarray, slope: float, sr: int, draw: np.random.Generator) -> np.ndarray:
    """Return a clip through a smooth random frequency response: a slope in dB per octave, and a broad bump."""
    size = scipy.fft.next_fast_len(max(len(clip), 64), real=True)
    hz = np.fft.rfftfreq(size, 1 / sr)
    octaves = np.log2(np.maximum(hz, 60) / 1000)
    bump = draw.uniform(-6, 6) * np.exp(-(((octaves - draw.uniform(-3, 2)) / 0.7) ** 2))
    gain = 10 ** ((slope * octaves + bump) / 20)
    return scipy.fft.irfft(scipy.fft.rfft(clip, size) * gain.astype(np.float32), size)[: len(clip)]


def room(sr: int, draw: np.random.Generator) -> np.ndarray:
    """Return the impulse response of a simple room: noise that decays after the direct sound."""
    seconds = float(draw.uniform(0.1, 0.6))
    t = np.arange(int(seconds * sr)) / sr
    tail = draw.standard_normal(len(t)) * 10 ** (-3 * t / seconds)
    tail *= draw.uniform(0.1, 0.7) / max(1e-9, float(np.sqrt(np.square(tail).sum())))
    tail[0] = 1.0
    return tail.astype(np.float32)


def noisy(clip: np.ndarray, snr: float, draw: np.random.Generator, noises: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return a clip with noise: recorded, or with a spectrum between white and brown."""
    if not clip.any():
        return clip
    if noises and draw.random() < 0.5:
        noise = noises[int(draw.integers(len(noises)))]
    else:
        size = scipy.fft.next_fast_len(max(len(clip), 64), real=True)
        spectrum = scipy.fft.rfft(draw.standard_normal(size).astype(np.float32))
        spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** np.float32(draw.uniform(0, 1))
        noise = scipy.fft.irfft(spectrum, size)
    return add_noise(clip, snr, noise=noise, seed=int(draw.integers(1 << 62)))
