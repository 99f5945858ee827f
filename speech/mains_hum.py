"""Mains hum: steady tones at multiples of 50 or 60 Hz, which are found where a recording is quiet, and subtracted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MAINS = (50.0, 60.0)  # Hz

_RATE = 1600  # Hz, about, at which hum is sought
_HIGHEST = 620.0  # Hz, of a tone
_LOWEST = 90.0  # Hz; what is lower is rumble
_SEGMENT = 4.0  # seconds, in which amplitudes and phases are polynomials of order _ORDER
_ORDER = 2
_FRAME = 0.01  # seconds
_QUIET = 25  # percent of the frames
_ROUNDS = 4
_DEVIATION = 0.5  # Hz, by which the mains may differ
_SHARE = 0.05  # of the sound of quiet frames; less hum is left as it is


@dataclass(frozen=True)
class _Hum:
    """Tones of a segment.

    Attributes
    ----------
    hz : float
        Frequency of the mains.
    numbers : (n,) array
        The tones are these adjacent multiples of it.
    amplitudes : (_ORDER + 1, n) complex array
        Polynomials of the time in seconds. Tone k is the real part of amplitude * exp(2 pi i hz number_k seconds).
    """

    hz: float
    numbers: np.ndarray
    amplitudes: np.ndarray

    def sound(self, seconds: np.ndarray) -> np.ndarray:
        """Return the sum of the tones, (n_samples,)."""
        turn, total = np.exp(2j * np.pi * self.hz * seconds), np.zeros(len(seconds))
        power = turn ** int(self.numbers[0])
        for tone in self.amplitudes.T:
            total += (np.polynomial.polynomial.polyval(seconds, tone) * power).real
            power = power * turn
        return total


def without_hum(y: np.ndarray, sr: int) -> np.ndarray:
    """Return a clip without mains hum from 100 to 600 Hz, (n_samples,) of the same type.

    Tones are fitted by least squares that are weighted with the inverse power of each frame of 10 ms, so that frames
    without speech decide (iteratively reweighted least squares; Holland and Welsch 1977). Only steady tones are
    removed: speech at the same frequencies stays.

    Parameters
    ----------
    y : (n_samples,) array
        Without its rumble: see `nlpkit.speech.rumble`.
    sr : int
    """
    from scipy.signal import resample_poly

    step = max(1, sr // _RATE)
    slow = (resample_poly(y, 1, step, window=("kaiser", 8.0)) if step > 1 else y).astype(np.float64)
    rate = sr / step
    half = round(_SEGMENT / 2 * rate)
    if len(slow) < 0.3 * rate:
        return y
    made: np.ndarray | None = None
    starts = range(0, max(1, len(slow) - half), half)
    for start in starts:
        is_last = start == starts[-1]
        part = slow[start:] if is_last else slow[start : start + 2 * half]
        hum = _hum(part, rate)
        if hum is None:
            continue
        made = y.astype(np.float64) if made is None else made
        first, end = start * step, len(y) if is_last else (start + 2 * half) * step
        share = np.ones(end - first)
        if start:
            share[: half * step] = np.arange(half * step) / (half * step)
        if not is_last:
            share[half * step :] = 1 - np.arange(half * step) / (half * step)
        made[first:end] -= share * hum.sound(np.arange(end - first) / sr - len(part) / rate / 2)
    return y if made is None else made.astype(y.dtype)


def _hum(y: np.ndarray, rate: float) -> _Hum | None:
    """Return the hum of a segment, or None if there is hardly any."""
    size = max(1, round(_FRAME * rate))
    n = len(y) // size * size
    seconds = np.arange(n) / rate - len(y) / rate / 2
    y = y[:n]
    if not y.any():
        return None
    least = float(np.mean(y * y)) * 1e-7
    weights = _weights(y, size, least)
    found = []
    for mains in MAINS:
        numbers = np.arange(int(np.ceil(_LOWEST / mains)), int(min(_HIGHEST, 0.4 * rate) // mains) + 1)
        if len(numbers):
            hz = _frequency(y * weights, rate, mains, numbers)
            found.append((*_fitted(y, seconds, weights, hz, numbers), mains))
    if not found:
        return None
    share, hum, rest, mains = max(found, key=lambda each: each[0])
    for _ in range(_ROUNDS):
        if share <= 0:
            return None
        hz = float(np.clip(_corrected(hum), mains - _DEVIATION, mains + _DEVIATION))
        share, hum, rest = _fitted(y, seconds, _weights(rest, size, least), hz, hum.numbers)
    return hum if share > 0 else None


def _fitted(
    y: np.ndarray, seconds: np.ndarray, weights: np.ndarray, hz: float, numbers: np.ndarray
) -> tuple[float, _Hum, np.ndarray]:
    """Return by how much more than by chance tones explain the quiet frames, the tones, and what is left."""
    turn = np.exp(2j * np.pi * hz * seconds)
    power, columns = turn ** int(numbers[0]), []
    for _ in numbers:
        columns += [power.real, -power.imag]
        power = power * turn
    waves = np.array(columns)
    waves = np.concatenate([waves * seconds**order for order in range(_ORDER + 1)])
    weighted = waves * weights
    gram = weighted @ waves.T
    gram[np.diag_indices_from(gram)] *= 1 + 1e-10
    solved = np.linalg.solve(gram, weighted @ y)
    rest = y - solved @ waves
    before, after = float(weights @ (y * y)), float(weights @ (rest * rest))
    chance = len(waves) * float(weights @ weights) / float(weights.sum()) ** 2
    share = 1 - after / before - _SHARE - 3 * chance if before > 0 else 0.0
    pairs = solved.reshape(_ORDER + 1, len(numbers), 2)
    return share, _Hum(hz, numbers, pairs[..., 0] + 1j * pairs[..., 1]), rest


def _corrected(hum: _Hum) -> float:
    """Return the frequency at which the phases of the tones would stand still in the middle of the segment."""
    strength = float((hum.numbers**2 * np.abs(hum.amplitudes[0]) ** 2).sum())
    turning = float((hum.numbers * (hum.amplitudes[0].conj() * hum.amplitudes[1]).imag).sum())
    return hum.hz + (turning / strength / (2 * np.pi) if strength > 0 else 0.0)


def _weights(y: np.ndarray, size: int, least: float) -> np.ndarray:
    """Return the inverse power of each sample's frame; those of the quietest frames are about equal."""
    powers = np.square(y).reshape(-1, size).mean(axis=1)
    return np.repeat(1 / (powers + np.percentile(powers, _QUIET) + least), size)


def _frequency(y: np.ndarray, rate: float, mains: float, numbers: np.ndarray) -> float:
    """Return the mains frequency at whose multiples the sound has the largest power."""
    size = 1 << (int(rate / 0.02) - 1).bit_length()
    powers = np.abs(np.fft.rfft(y * np.hanning(len(y) + 2)[1:-1], size)) ** 2
    candidates = np.arange(mains - _DEVIATION, mains + _DEVIATION, rate / size)
    places = np.rint(np.outer(candidates, numbers) * size / rate).astype(int)
    return float(candidates[powers[places].sum(axis=1).argmax()])
