"""Sound in which nobody speaks: silence, white noise, and sound like music; and pieces of real music."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

SR = 8000
SECONDS = (1.0, 3.0)
EACH = 100

CHORDS = {
    "test": ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11), (0, 3, 7, 10)),
    "train": ((0, 5, 7), (0, 2, 7), (0, 3, 6, 9), (0, 4, 8), (0, 4, 7, 9), (0, 7, 12), (0, 4, 10)),
}
"""Semitones above the lowest note."""

TIMBRES = {
    "test": ((1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6), (1, 0, 1 / 3, 0, 1 / 5, 0, 1 / 7)),
    "train": ((1,), (1, 0.6, 0.1, 0.3), (0.5, 1, 0.8, 0.2, 0.6), (1, 0.1, 0.7, 0.1, 0.4, 0.1, 0.2, 0.1)),
}
"""Strengths of the harmonics."""

MUSIC = ("pydub/test1.mp3", "pydub/bach.ogg")
"""The format samples that are music without a voice."""


def no_speech(name: str, *, seed: int, each: int = EACH) -> Iterator[tuple[str, np.ndarray]]:
    """Yield ``each`` silences, white noises and music-like sounds of 1 to 3 s at 8 kHz, and what they are.

    Parameters
    ----------
    name : {"train", "test"}
        The two have other chords, timbres and levels of noise.
    seed : int
    each : int
    """
    makers: dict[str, Callable[[np.random.Generator, int, str], np.ndarray]] = {
        "silence": silence,
        "noise": noise,
        "music": music,
    }
    for place, (what, make) in enumerate(makers.items()):
        for number in range(each):
            draw = np.random.default_rng([seed, place, number])
            yield what, make(draw, round(draw.uniform(*SECONDS) * SR), name)


def silence(draw: np.random.Generator, n: int, name: str) -> np.ndarray:
    """Zeros, or for two in three the rounding noise of a recording without sound, below -60 dB of full scale."""
    level = draw.choice([0.0, 10 ** (-75 / 20), 10 ** (-63 / 20)])
    return level * draw.standard_normal(n)


def noise(draw: np.random.Generator, n: int, name: str) -> np.ndarray:
    """White noise at one of several levels between -55 and -10 dB of full scale."""
    levels = {"test": (-50, -40, -30, -20, -12), "train": (-55, -45, -35, -25, -15, -10)}[name]
    return 10 ** (draw.choice(levels) / 20) * draw.standard_normal(n)


def music(draw: np.random.Generator, n: int, name: str) -> np.ndarray:
    """Chords, arpeggios or drums, or drums beneath one of the others, with a peak between -30 and -1 dB."""
    beat = round(SR * 60 / draw.uniform(70, 180))
    kind = draw.integers(4)
    sound = np.zeros(n)
    if kind != 2:
        timbre = TIMBRES[name][draw.integers(len(TIMBRES[name]))]
        fade = draw.uniform(0.5, 6)
        for start in range(0, n, beat):
            chord = CHORDS[name][draw.integers(len(CHORDS[name]))]
            lowest = draw.integers(45, 70)
            for place, step in enumerate(chord):
                first = start + (place * beat // len(chord) if kind == 1 else 0)
                if first < n:
                    length = n - first if kind == 1 else min(beat, n - first)
                    sound[first : first + length] += note(440 * 2 ** ((lowest + step - 69) / 12), length, timbre, fade)
    if kind >= 2:
        sound /= max(np.abs(sound).max(), 1)
        for start in range(0, n, beat // 2):
            length = min(round(SR * draw.uniform(0.03, 0.2)), n - start)
            burst = draw.standard_normal(length) * np.exp(-np.arange(length) / (SR * draw.uniform(0.01, 0.05)))
            dull = draw.integers(1, 9)
            sound[start : start + length] += 0.5 * np.convolve(burst, np.ones(dull) / dull)[:length]
    return sound / np.abs(sound).max() * 10 ** (draw.uniform(-30, -1) / 20)


def note(frequency: float, n: int, timbre: tuple[float, ...], fade: float) -> np.ndarray:
    """Return a note of some harmonics that starts in 5 ms and fades by ``fade`` nepers per second."""
    times = np.arange(n) / SR
    harmonics = [
        weight * np.sin(2 * np.pi * frequency * number * times)
        for number, weight in enumerate(timbre, 1)
        if frequency * number < SR / 2
    ]
    return np.sum(harmonics, axis=0) * np.exp(-fade * times) * np.minimum(times / 0.005, 1)


def music_pieces(folder: Path, *, seconds: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield pieces of 1 s of the real music among the format samples, by their start and end."""
    from nlpkit.speech import load

    for name in MUSIC:
        sound, sr = load(folder / name)
        for number in range(int(sound.shape[-1] / sr / seconds)):
            yield {"path": folder / name, "start": number * seconds, "end": (number + 1) * seconds, "kind": "music"}
