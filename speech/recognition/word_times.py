"""Times of words: CTC says about where a word begins, and the level of the sound where it ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_SLOT = 0.01  # seconds
_BELOW = 30.0  # dB below the loudest slot of a word, down to which it sounds
_PAUSE = 0.12  # seconds of silence that end a word; the closure of a stop consonant is shorter
_EARLY = 0.15  # seconds before its first letter, in which a word may begin
_LONGEST = 1.5  # seconds from the first letter


def sounding(samples: np.ndarray, sr: int, spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the times between which words sound.

    The network sees what follows, and gives all letters of a word soon after it began. So a word is taken to sound
    until a pause, or until the next word.

    Parameters
    ----------
    samples : (n_samples,) array
    sr : int
        Sampling rate in Hz.
    spans : sequence of (float, float)
        First and last letter of each word, in seconds, in order of time.

    Returns
    -------
    list of (float, float)
        Start and end of each word in seconds; they don't overlap, and hold at least the letters.
    """
    size = max(1, round(sr * _SLOT))
    n = -(-len(samples) // size)
    duration = len(samples) / sr
    padded = np.zeros(n * size)
    padded[: len(samples)] = samples
    levels = np.square(padded.reshape(n, size)).mean(1)
    limits = [*(start for start, _ in spans[1:]), duration]
    found: list[tuple[float, float]] = []
    for (start, end), limit in zip(spans, limits, strict=False):
        limit = max(end, min(limit, start + _LONGEST))
        earliest = max(found[-1][1] if found else 0.0, start - _EARLY)
        first, last = int(earliest / _SLOT), max(int(earliest / _SLOT) + 1, int(np.ceil(limit / _SLOT)))
        part = levels[first:last]
        loud = first + np.flatnonzero(part > part.max(initial=0.0) * 10 ** (-_BELOW / 10))
        if len(loud):
            gaps = np.flatnonzero(np.diff(loud) > _PAUSE / _SLOT)
            before = [place for place in gaps if loud[place + 1] * _SLOT <= start]
            after = [place for place in gaps if loud[place] * _SLOT >= end]
            start = min(end, max(earliest, float(loud[before[-1] + 1 if before else 0]) * _SLOT))
            stop = int(loud[after[0]] if after else loud[-1])
            quiet = [place for place in np.flatnonzero(np.diff(loud) > 2) if loud[place] * _SLOT >= end]
            if not after and quiet and loud[quiet[-1] + 1] * _SLOT >= limit - _EARLY:
                stop = int(loud[quiet[-1]])  # what sounds after it is the beginning of the next word
            end = min(limit, max(end, (stop + 1) * _SLOT))
        found.append((start, min(end, duration)))
    return found
