"""Compiled framing: samples of a clip become frames, one in each lane, with their padding, window and pre-emphasis."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import part
from nlpkit._lanes import (
    add,
    divide,
    load_half,
    multiply,
    multiply_add,
    splat_half,
    splat_half_of,
    store,
    subtract,
    transpose_into,
    transpose_product_into,
)

ZEROS, REFLECT, EDGE = 0, 1, 2
PADDINGS = {"constant": ZEROS, "reflect": REFLECT, "edge": EDGE}
"""Padding before the first and after the last sample."""


@part
def fill(y, base, length, start, hop_length, here, size, inside, padding, block, lanes):
    """Store sample n of each lane's frame at ``n * lanes``; all are ``inside`` the clip, or some are padding."""
    whole = size - size % lanes if inside else 0
    for n in range(0, whole, lanes):
        transpose_into(y, base + start + n, hop_length, block, n * lanes)
    for lane in range(lanes):
        for n in range(whole, size):
            i = start + lane * hop_length + n
            if not 0 <= i < length:
                i = _mirrored(i, length, padding)
            block[n * lanes + lane] = y[base + i] if i >= 0 and lane < here else 0.0


@part
def fill_windowed(y, first, hop_length, window, block, lanes):
    """Same as `fill` for frames inside the clip, and each sample is multiplied by the window."""
    whole = len(window) - len(window) % lanes
    for n in range(0, whole, lanes):
        transpose_product_into(y, first + n, hop_length, window, n, block, n * lanes)
    for n in range(whole, len(window)):
        for lane in range(lanes):
            block[n * lanes + lane] = y[first + lane * hop_length + n] * window[n]


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
def prepare(block, frame_options, window, energies, place, here, lanes):
    """Subtract the mean, and apply pre-emphasis and the window.

    x[n] - c x[n - 1] is rounded once, before the mean is subtracted. The result is exact even for a loud low tone. In a
    frame of equal samples the mean is subtracted first, as in Kaldi, which leaves 0 or what the rounded mean leaves.
    """
    size = len(window)
    mean = splat_half(block, 0.0)
    if frame_options[1] != 0.0:
        for n in range(size):
            mean = add(mean, load_half(block, n * lanes))
        mean = divide(mean, splat_half(block, size))
    if len(energies):
        total = splat_half(block, 0.0)
        for n in range(size):
            x = subtract(load_half(block, n * lanes), mean)
            total = multiply_add(x, x, total)
        total = multiply(total, splat_half(block, frame_options[0]))
        after = len(block) - lanes
        store(block, after, total)
        for lane in range(here):
            energies[place + lane] = block[after + lane]
    if frame_options[2] != 0.0:
        share, rest = splat_half(block, -frame_options[2]), splat_half(block, frame_options[3])
        left, levels = len(block) - lanes, 0
        store(block, left, mean)
        for lane in range(here):
            levels += _note_level(block, left + lane, frame_options[1] != 0.0, size, lane, lanes)
        mean = multiply(mean, splat_half(block, 1.0 - frame_options[2]))
        for n in range(size - 1, -1, -1):
            before = load_half(block, (n - 1) * lanes if n else 0)
            x = multiply_add(rest, before, multiply_add(share, before, load_half(block, n * lanes)))
            store(block, n * lanes, multiply(subtract(x, mean), splat_half_of(window, n)))
        for lane in range(here if levels else 0):
            x = block[left + lane]
            if x == x:
                x -= block.dtype.type(frame_options[2]) * x
                for n in range(size):
                    block[n * lanes + lane] = x * window[n]
    else:
        for n in range(size):
            x = subtract(load_half(block, n * lanes), mean)
            store(block, n * lanes, multiply(x, splat_half_of(window, n)))


@part
def _note_level(block, place, centred, size, lane, lanes):
    """Replace the mean at ``place`` by what it leaves of a frame of equal samples, or by NaN in others; tell which."""
    first, n = block[lane], 0
    if centred and first != 0.0:
        while n < size and block[n * lanes + lane] == first:
            n += 1
    block[place] = first - block[place] if n == size else np.nan
    return n == size
