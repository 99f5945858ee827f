"""Compiled last step of the logarithms of bands: the limit below the maximum of each clip, in place."""

from __future__ import annotations

from nlpkit._kernel import lean_kernel
from nlpkit._lanes import larger, load_half, multiply_add, splat_half, store


@lean_kernel
def limit_rows(first, last, out, n_bands, frames, largest, span, whisper):
    """Raise the bands of rows from ``first`` to ``last`` to ``span`` below their clip's largest, in place.

    Parameters
    ----------
    first, last : int
        A row is a band of a clip.
    out : (n_clips * n_bands * columns,) float
    n_bands : int
    frames : (n_clips,) int64
    largest : (n_clips * n,) float
        The largest values of n parts of each clip.
    span : float
    whisper : bool
        Also shift base-10 logarithms to Whisper's range, (x + 4) / 4.
    """
    lanes = 32 // out.itemsize
    columns = len(out) // (n_bands * len(frames))
    quarter, one = splat_half(out, 0.25), splat_half(out, 1.0)
    parts = len(largest) // len(frames)
    limit = out.dtype.type(0)
    for row in range(first, last):
        clip, at = row // n_bands, row * columns
        if row == first or row % n_bands == 0:
            limit = largest[clip * parts]
            for i in range(clip * parts + 1, (clip + 1) * parts):
                limit = max(limit, largest[i])
            limit -= out.dtype.type(span)
        n = frames[clip]
        least = splat_half(out, limit)
        for i in range(0, n - n % lanes, lanes):
            value = larger(load_half(out, at + i), least)
            if whisper:
                value = multiply_add(value, quarter, one)
            store(out, at + i, value)
        for i in range(at + n - n % lanes, at + n):
            value = max(out[i], limit)
            out[i] = value * out.dtype.type(0.25) + out.dtype.type(1) if whisper else value
