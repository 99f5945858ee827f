"""Compiled path from samples to the bands of each frame: windows, Fourier transforms, powers, bands and logarithms.

Eight frames (four of float64) are processed at once, one in each lane of the vector registers. They take about 30 kB,
which stays in the L1 cache. A band is a weighted sum of adjacent frequencies; only these are read.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlpkit._kernel import lean_kernel, part
from nlpkit._lanes import (
    add,
    larger,
    load_half,
    log2,
    multiply,
    multiply_add,
    splat_half,
    splat_half_of,
    square_root,
    store,
    subtract,
    transpose_into,
)
from nlpkit.speech.features._fft_numba import real_pair, transform

ZEROS, REFLECT, EDGE = 0, 1, 2
PADDINGS = {"constant": ZEROS, "reflect": REFLECT, "edge": EDGE}
"""Padding before the first and after the last sample."""


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
        ZEROS, REFLECT or EDGE.
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
    """

    bands: np.ndarray
    energies: np.ndarray


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
    out, energies = results
    a, b, power = scratch
    lanes = len(power) // (len(turns) // 2)
    half = len(turns) // 2 - 1
    n_bands = len(starts)
    columns = len(out) // (n_bands * len(lengths))
    least, scale = splat_half(y, floor), splat_half(y, log_scale)
    for number in range(first, last):
        clip, first_frame = number // blocks, number % blocks * lanes
        here = min(lanes, frames[clip] - first_frame)
        if here <= 0:
            continue
        start = first_frame * hop_length - offset
        _fill(y, clip * width, lengths[clip], start, hop_length, here, len(window), padding, a, lanes)
        _prepare(a, frame_options, window, 2 * half, energies, clip * columns + first_frame, here, lanes)
        transform(a, b, half, radices, twiddles, lanes)
        _powers(a if len(radices) % 2 == 0 else b, half, turns, magnitude, power, lanes)
        at = 0
        for band in range(n_bands):
            value = splat_half(y, 0.0)
            for i in range(sizes[band]):
                weight = splat_half_of(weights, at + i)
                value = multiply_add(weight, load_half(power, (starts[band] + i) * lanes), value)
            at += sizes[band]
            if log_scale != 0.0:
                value = multiply(log2(larger(value, least)), scale)
            place = (clip * n_bands + band) * columns + first_frame
            if here == lanes:
                store(out, place, value)
            else:
                store(a, 0, value)
                for lane in range(here):
                    out[place + lane] = a[lane]


@part
def _fill(y, base, length, start, hop_length, here, size, padding, block, lanes):
    """Store sample n of each lane's frame at ``n * lanes``."""
    whole = 0
    if start >= 0 and start + (lanes - 1) * hop_length + size <= length:
        whole = size - size % lanes
        for n in range(0, whole, lanes):
            transpose_into(y, base + start + n, hop_length, block, n * lanes)
    for lane in range(lanes):
        for n in range(whole, size):
            i = start + lane * hop_length + n
            if not 0 <= i < length:
                i = _mirrored(i, length, padding)
            block[n * lanes + lane] = y[base + i] if i >= 0 and lane < here else 0.0


@part
def _mirrored(i, length, padding):
    """Return the index of the sample that pads position ``i``, or -1 for a zero."""
    if padding == ZEROS or length == 0:
        return -1
    if padding == EDGE or length == 1:
        return 0 if i < 0 else length - 1
    i %= 2 * (length - 1)
    return i if i < length else 2 * (length - 1) - i


@part
def _prepare(block, frame_options, window, n_fft, energies, place, here, lanes):
    """Subtract the mean, apply pre-emphasis and the window, and append zeros.

    x[n] - c x[n - 1] is rounded once, before the mean is subtracted. The result is exact even for a loud low tone.
    """
    size = len(window)
    mean = splat_half(block, 0.0)
    if frame_options[1] != 0.0:
        for n in range(size):
            mean = add(mean, load_half(block, n * lanes))
        mean = multiply(mean, splat_half(block, 1.0 / size))
    if len(energies):
        total = splat_half(block, 0.0)
        for n in range(size):
            x = subtract(load_half(block, n * lanes), mean)
            total = multiply_add(x, x, total)
        store(block, n_fft * lanes, multiply(total, splat_half(block, frame_options[0])))
        for lane in range(here):
            energies[place + lane] = block[n_fft * lanes + lane]
    if frame_options[2] != 0.0:
        share, rest = splat_half(block, -frame_options[2]), splat_half(block, frame_options[3])
        mean = multiply(mean, splat_half(block, 1.0 - frame_options[2]))
        for n in range(size - 1, -1, -1):
            before = load_half(block, (n - 1) * lanes if n else 0)
            x = multiply_add(rest, before, multiply_add(share, before, load_half(block, n * lanes)))
            store(block, n * lanes, multiply(subtract(x, mean), splat_half_of(window, n)))
    else:
        for n in range(size):
            x = subtract(load_half(block, n * lanes), mean)
            store(block, n * lanes, multiply(x, splat_half_of(window, n)))
    nothing = splat_half(block, 0.0)
    for n in range(size, n_fft):
        store(block, n * lanes, nothing)


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
    """Return the scratch arrays of `band_frames`."""
    whole = np.empty((n_fft + 2) * lanes, dtype)
    return whole, np.empty_like(whole), np.empty((n_fft // 2 + 1) * lanes, dtype)
