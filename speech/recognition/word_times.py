"""Times of words: CTC says about where a word begins, and the level of the sound where it ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_SLOT = 0.01  # seconds
_FAINT = 1e-3  # of the power of the loudest slot of a word: what is fainter doesn't sound
_CLEAR = 10**-1.5  # what is louder does; between them, what stands out from the background
_ABOVE = 4.0  # of the power of the background
_PAUSE = 0.12  # seconds of silence that end a word; the closure of a stop consonant is shorter
_EARLY = 0.15  # seconds before its first letter, in which a word may begin
_SHORTEST = 0.1  # seconds of a word: a click before its first pause is not all of it
_TAIL = 0.05  # seconds after its first letter, until which the word before it may sound
_LONGEST = 1.5  # seconds from the first letter


def sounding(samples: np.ndarray, sr: int, spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the times between which words sound.

    The network sees what follows, and gives the letters of a word soon after it began, or in the silence before it, or
    the last of them in the silence after it. So a word is taken to sound until a pause, or until the next word; if its
    letters are in the silence before it, from the next sound on.

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
        Start and end of each word in seconds; they don't overlap. A last letter that is late, in the silence after its
        word or at the beginning of the next sound, lies outside.
    """
    size = max(1, round(sr * _SLOT))
    n = -(-len(samples) // size)
    duration = len(samples) / sr
    padded = np.zeros(n * size)
    padded[: len(samples)] = samples
    levels = np.square(padded.reshape(n, size)).mean(1)
    background = _ABOVE * float(np.quantile(levels, 0.1)) if n else 0.0
    limits = [*(start for start, _ in spans[1:]), duration]
    found: list[tuple[float, float]] = []
    for (start, end), limit in zip(spans, limits, strict=False):
        limit = max(end, min(limit, start + _LONGEST))
        earliest = max(found[-1][1] if found else 0.0, start - _EARLY)
        first, last = int(earliest / _SLOT), max(int(earliest / _SLOT) + 1, int(np.ceil(limit / _SLOT)))
        part = levels[first:last]
        loudest = part.max(initial=0.0)
        loud = first + np.flatnonzero(part > np.clip(background, loudest * _FAINT, loudest * _CLEAR))
        if len(loud):
            gaps = np.flatnonzero(np.diff(loud) > _PAUSE / _SLOT)
            over = [place for place in gaps if loud[place] * _SLOT < min(end, start + _TAIL)]  # of the word before
            start = max(earliest, float(loud[over[-1] + 1 if over else 0]) * _SLOT)
            ends = loud[gaps] * _SLOT >= start + _SHORTEST
            after = gaps[ends & (loud[gaps + 1] * _SLOT > end - _EARLY)]  # its last letter may be late
            stop = int(loud[after[0]] if len(after) else loud[-1])
            quiet = [place for place in np.flatnonzero(np.diff(loud) > 2) if loud[place] * _SLOT >= end]
            if not len(after) and quiet and loud[quiet[-1] + 1] * _SLOT >= limit - _EARLY:
                stop = int(loud[quiet[-1]])  # what sounds after it is the beginning of the next word
            end = min(limit, (stop + 1) * _SLOT)
        found.append((start, min(end, duration)))
    return found
