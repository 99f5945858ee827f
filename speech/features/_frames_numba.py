"""Compiled path from samples to the bands of each frame: windows, Fourier transforms, powers, bands and logarithms.

Eight frames (four of float64) are processed at once, one in each lane of the vector registers. They take about 30 kB,
which stays in the L1 cache. A band is a weighted sum of adjacent frequencies; only these are read.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlpkit._kernel import lean_kernel, part, prefetch
from nlpkit._lanes import (
    larger,
    load_half,
    log2,
    multiply,
    multiply_add,
    splat_half,
    splat_half_of,
    square_root,
    store,
)
from nlpkit.speech.features._fft_numba import real_pair, transform
from nlpkit.speech.features._framing_numba import fill, fill_windowed, prepare


class Clips(NamedTuple):
    """Samples of the clips, and their frames in blocks of one frame per lane.

    Attributes
    ----------
    y : (n_clips * width,) float32 or float64
        The samples of clips.
    width : int
        Distance between clips in ``y``.
    lengths, frames : (n_clips,) int64
        Samples and frames of each clip.
    blocks : int
        Blocks per clip: the maximum number of frames divided by the lanes, rounded up.
    """

    y: np.ndarray
    width: int
    lengths: np.ndarray
    frames: np.ndarray
    blocks: int


class Framing(NamedTuple):
    """How samples become windowed frames.

    Attributes
    ----------
    hop_length, offset : int
        Samples between frames, and from the start of the first frame to the first sample.
    padding : int
        ZEROS, REFLECT or EDGE of `nlpkit.speech.features._framing_numba`.
    options : (4,) float64
        Factor of the energies; 1 to subtract each frame's mean, else 0; pre-emphasis coefficient, rounded to the
        array's type; and its rounding error.
    window : (size,) float
        Half of the window, multiplied by the scale of the samples. A frame has ``size`` samples, followed by zeros up
        to the length of the transform.
    """

    hop_length: int
    offset: int
    padding: int
    options: np.ndarray
    window: np.ndarray


class Transform(NamedTuple):
    """Tables of the Fourier transform: see `nlpkit.speech.features._fft_numba`."""

    radices: np.ndarray
    twiddles: np.ndarray
    turns: np.ndarray


class Filters(NamedTuple):
    """How powers become bands.

    Attributes
    ----------
    magnitude : bool
        Bands are sums of amplitudes instead of powers.
    starts, sizes : (n_bands,) int64
        First frequency and number of frequencies of each band.
    weights : (sum of sizes,) float
        The weights of all bands, one band after another.
    floor : float
        Minimum of a band before the logarithm.
    log_scale : float
        Factor of the base-2 logarithm; 0 for no logarithm.
    """

    magnitude: bool
    starts: np.ndarray
    sizes: np.ndarray
    weights: np.ndarray
    floor: float
    log_scale: float


class Results(NamedTuple):
    """Output arrays.

    Attributes
    ----------
    bands : (n_clips * n_bands * columns,) float
        ``columns`` is the maximum number of frames.
    energies : (n_clips * columns,) float, or empty
        Sum of squares of each frame, before pre-emphasis and window.
    largest : (n_clips * blocks,) float
        The largest band of each block, if its logarithm is taken.
    """

    bands: np.ndarray
    energies: np.ndarray
    largest: np.ndarray


class Scratch(NamedTuple):
    """Scratch space: (n_fft + 2), (n_fft + 2) and (n_fft / 2 + 1) times the number of lanes."""

    a: np.ndarray
    b: np.ndarray
    power: np.ndarray


@lean_kernel
def band_frames(first, last, clips, framing, fourier, filters, results, scratch):
    """Fill the bands and energies of the blocks from ``first`` to ``last``.

    Parameters
    ----------
    first, last : int
    clips : Clips
    framing : Framing
    fourier : Transform
    filters : Filters
    results : Results
    scratch : Scratch
    """
    y, width, lengths, frames, blocks = clips
    hop_length, offset, padding, frame_options, window = framing
    radices, twiddles, turns = fourier
    magnitude, starts, sizes, weights, floor, log_scale = filters
    out, energies, largest = results
    a, b, power = scratch
    lanes = len(power) // (len(turns) // 2)
    half = len(turns) // 2 - 1
    n_bands = len(starts)
    columns = len(out) // (n_bands * len(lengths))
    least, scale, nothing = splat_half(y, floor), splat_half(y, log_scale), splat_half(y, 0.0)
    lowest = splat_half(y, -np.inf)
    plain = frame_options[1] == 0.0 and frame_options[2] == 0.0 and len(energies) == 0
    for number in range(first, last):
        clip, first_frame = number // blocks, number % blocks * lanes
        here = min(lanes, frames[clip] - first_frame)
        if log_scale != 0.0:
            largest[number] = -np.inf
        if here <= 0:
            continue
        start = first_frame * hop_length - offset
        inside = start >= 0 and start + (lanes - 1) * hop_length + len(window) <= lengths[clip]
        if inside and plain:
            fill_windowed(y, clip * width + start, hop_length, window, a, lanes)
        else:
            fill(y, clip * width, lengths[clip], start, hop_length, here, len(window), inside, padding, a, lanes)
            prepare(a, frame_options, window, energies, clip * columns + first_frame, here, lanes)
        following = clip * width + start + (lanes - 1) * hop_length + len(window)  # samples of the next block
        for n in range(len(window), 2 * half):
            store(a, n * lanes, nothing)
        for n in range(0, lanes * min(hop_length, len(window)), 64 // y.itemsize):
            prefetch(y, following + n)
        transform(a, b, half, radices, twiddles, lanes)
        _powers(a if len(radices) % 2 == 0 else b, half, turns, magnitude, power, lanes)
        at = 0
        most = lowest
        for band in range(n_bands):
            value = nothing
            for i in range(sizes[band]):
                weight = splat_half_of(weights, at + i)
                value = multiply_add(weight, load_half(power, (starts[band] + i) * lanes), value)
            at += sizes[band]
            if log_scale != 0.0:
                value = multiply(log2(larger(value, least)), scale)
                most = larger(most, value)
            place = (clip * n_bands + band) * columns + first_frame
            if here == lanes:
                store(out, place, value)
            else:
                store(a, 0, value)
                for lane in range(here):
                    out[place + lane] = a[lane]
        if log_scale != 0.0:
            store(a, 0, most)
            for lane in range(here):
                largest[number] = max(largest[number], a[lane])


@part
def _powers(z, half, turns, magnitude, power, lanes):
    """Store re² + im² of each frequency, or its square root, in ``power``."""
    store(z, 2 * half * lanes, load_half(z, 0))
    store(z, (2 * half + 1) * lanes, load_half(z, lanes))
    for k in range(half // 2 + 1):
        ar, ai, br, bi = real_pair(z, k, half, turns, lanes)
        low = multiply_add(ar, ar, multiply(ai, ai))
        high = multiply_add(br, br, multiply(bi, bi))
        if magnitude:
            low, high = square_root(low), square_root(high)
        store(power, k * lanes, low)
        store(power, (half - k) * lanes, high)


def new_scratch(n_fft: int, lanes: int, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the scratch arrays of `band_frames`; each begins at the start of a cache line."""
    line = 64 // dtype.itemsize
    whole, half = (n_fft + 2) * lanes, (n_fft // 2 + 1) * lanes
    second = -(-whole // line) * line
    room = np.empty(2 * second + half + line, dtype)
    room = room[-room.__array_interface__["data"][0] % 64 // dtype.itemsize :]
    return room[:whole], room[second : second + whole], room[2 * second : 2 * second + half]
