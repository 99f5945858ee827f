"""Strings of spoken digits: clips of one speaker, joined with pauses, in white noise."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

SR = 8000
DIGITS_OF_STRING = (3, 7)
PAUSE = (0.03, 0.5)
SNR = (20.0, 35.0)


@dataclass(frozen=True, kw_only=True)
class DigitString:
    """A string of digits.

    Attributes
    ----------
    text : str
        The words, with spaces between them.
    speaker : str
    sound : ndarray of float64, (n_samples,)
        At 8 kHz.
    clips : tuple of int
        The clips by their numbers in the speaker's list.
    pauses : tuple of int
        Samples between the clips.
    snr : float
        Power of the joined clips and pauses over the power of the noise, in decibels.
    """

    text: str
    speaker: str
    sound: np.ndarray
    clips: tuple[int, ...]
    pauses: tuple[int, ...]
    snr: float


def strings(
    clips: Mapping[str, Sequence[tuple[str, np.ndarray]]], n: int = 300, seed: int = 1
) -> Iterator[DigitString]:
    """Yield strings of 3 to 7 clips, the speakers in turn, with pauses of 0.03 to 0.5 s and noise at 20 to 35 dB.

    Parameters
    ----------
    clips : mapping of str to sequence of (str, ndarray)
        The words and sounds (8 kHz) of each speaker.
    n : int
        Number of strings.
    seed : int
        The random numbers of a string depend on the seed, its number and the speaker only.
    """
    speakers = sorted(clips)
    for number in range(n):
        speaker = speakers[number % len(speakers)]
        draw = np.random.default_rng([seed, number, zlib.crc32(speaker.encode())])
        chosen = draw.integers(0, len(clips[speaker]), draw.integers(DIGITS_OF_STRING[0], DIGITS_OF_STRING[1] + 1))
        pauses = np.round(draw.uniform(*PAUSE, len(chosen) - 1) * SR).astype(int)
        snr = float(draw.uniform(*SNR))
        pieces = [clips[speaker][chosen[0]][1]]
        for which, pause in zip(chosen[1:], pauses, strict=True):
            pieces += [np.zeros(pause), clips[speaker][which][1]]
        joined = np.concatenate(pieces)
        noise = draw.standard_normal(len(joined))
        level = np.sqrt(np.mean(joined**2) / np.mean(noise**2) / 10 ** (snr / 10))
        yield DigitString(
            text=" ".join(clips[speaker][which][0] for which in chosen),
            speaker=speaker,
            sound=joined + level * noise,
            clips=tuple(chosen.tolist()),
            pauses=tuple(pauses.tolist()),
            snr=snr,
        )
