"""Loudness: how far each piece of a sound stands out from its steady background, band by band, as it arrives."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

SLOT = 0.05
"""Seconds of a slot, the unit in which a sound is judged."""
SLOTS = 5
"""Slots of a chunk, in which a sound is taken."""

_FRAMES = 4  # Fourier transforms in a slot
_EDGES = (100, 200, 300, 450, 650, 900, 1250, 1700, 2300, 3000, 4000, 5500, 7500)  # Hz, of the bands
_FAINTEST = -100.0  # dB of full scale, below which all is silence
_LONG, _SHORT = 60.0, 3.0  # seconds before a slot, and on both sides of it, whose quietest parts are its background
_QUIET = 10  # percent of the slots that are background
_STEP = 20  # slots after which the background of the last minute is computed anew


class Loudness:
    """Loudness of a sound above its background.

    A slot of 50 ms has a level in each of up to 12 bands from 100 Hz to 7.5 kHz, so that an offset and rumble do not
    count, and steady noise of any colour and hum are background. The background of a slot is the lower of two: the
    level that the quietest tenth of the minute before stays below, and that of the three seconds on both sides. So
    neither a noise that begins nor one that ends hides a voice for long.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.

    Attributes
    ----------
    size : int
        Samples of a slot.
    slots : int
        Slots that have been pushed.
    """

    def __init__(self, sr: int) -> None:
        self.size = round(sr * SLOT)
        self.slots = 0
        self._n_fft = 1 << max(4, (round(sr * 0.025) - 1).bit_length())
        self._bands = _band_weights(sr, self._n_fft)
        self._window = _window(self._n_fft)
        self._least = round(_LONG / SLOT)
        self._kept = 4 * self._least
        self._levels = np.zeros((self._kept, self._bands.shape[1]), np.float32)
        self._short = np.zeros_like(self._levels)  # what the quietest slots around stay below
        self._settled = 0  # slots of which this is final
        self._first = 0  # number of the slot in row 0
        self._long: np.ndarray = np.zeros(self._bands.shape[1], np.float32)

    @property
    def margin(self) -> int:
        """Samples behind a chunk that are needed to judge it."""
        return self._n_fft

    def push(self, y: np.ndarray, known: int | None = None) -> None:
        """Add a chunk, (SLOTS * size + margin,) float32; the margin belongs to the next one.

        Of the last chunk only the first ``known`` samples are sound. Its end is no noise: what is seen there is the
        last piece that is whole.
        """
        from scipy.fft import rfft

        hop = self.size // _FRAMES
        starts = (self.size * np.arange(SLOTS)[:, None] + hop * np.arange(_FRAMES)).ravel()
        slots = SLOTS
        if known is not None:
            slots = min(SLOTS, -(-known // self.size))
            starts = np.minimum(starts, max(0, known - self._n_fft))
        frames = np.lib.stride_tricks.sliding_window_view(y, self._n_fft)[starts]
        spectra = rfft(frames * self._window, axis=1)
        powers = (spectra.real**2 + spectra.imag**2) @ self._bands
        levels = 10 * np.log10(np.maximum(powers.reshape(SLOTS, _FRAMES, -1).mean(axis=1), 10 ** (_FAINTEST / 10)))
        if self.slots - self._first + _STEP + SLOTS > self._kept:
            self._forget()
        at = self.slots - self._first
        if known is not None and known < self._n_fft and at:
            levels[:] = self._levels[at - 1]
        self._levels[at : at + SLOTS] = levels
        self.slots += slots
        if self.slots % _STEP == 0 or self.slots < 2 * _STEP:
            minute = self._levels[max(0, at + slots - self._least) : at + slots]
            self._long = _quietest(minute[:: 1 + len(minute) // 600])

    def above(self, first: int, end: int) -> np.ndarray:
        """Return how far slots stand out from the background, in dB: the mean of the bands, (n_slots,).

        No slot before ``first`` may be asked for later.
        """
        around = round(_SHORT / SLOT)
        step = around // 3
        begin = max(self._settled, first - first % step)
        for start in range(begin, end, step):
            rows = self._rows(self._levels, max(start - around, 0), min(start + step + around, self.slots))
            self._rows(self._short, start, start + step)[:] = _quietest(rows)
            if start + step + around <= self.slots:
                self._settled = start + step
        floors = np.minimum(self._long, self._rows(self._short, first, end))
        return np.maximum(self._rows(self._levels, first, end) - floors, 0).mean(axis=1)

    def levels(self, first: int, end: int) -> np.ndarray:
        """Return the levels of slots in all bands together, in dB of full scale."""
        return 10 * np.log10((10 ** (self._rows(self._levels, first, end) / 10)).sum(axis=1))

    def _rows(self, array: np.ndarray, first: int, end: int) -> np.ndarray:
        return array[max(0, first - self._first) : end - self._first]

    def _forget(self) -> None:
        """Forget the older half of what is kept, two minutes."""
        gone = self.slots - self._first - self._kept // 2
        rest = self.slots - self._first - gone
        for array in (self._levels, self._short):
            array[:rest] = array[gone : gone + rest].copy()
        self._first += gone


def _quietest(levels: np.ndarray) -> np.ndarray:
    """Return the level of each band that the quietest slots stay below."""
    number = len(levels) * _QUIET // 100
    return np.partition(levels, number, axis=0)[number]


def _band_weights(sr: int, n_fft: int) -> np.ndarray:
    """Return weights of frequencies in bands, (n_fft / 2 + 1, n_bands): powers are those of full scale."""
    hz = np.arange(n_fft // 2 + 1) * sr / n_fft
    scale = np.float32(4 / _window(n_fft).sum() ** 2)
    inside = [(hz >= low) & (hz < high) for low, high in pairwise(_EDGES)]
    found = [band * scale for band, high in zip(inside, _EDGES[1:], strict=True) if band.any() and high <= 0.5 * sr]
    return np.array(found or [np.full(len(hz), scale)], np.float32).T


def _window(n_fft: int) -> np.ndarray:
    return np.hanning(n_fft + 1)[:-1].astype(np.float32)
