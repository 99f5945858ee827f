"""Compiled batch normalisation of clips, whose padding is skipped, with an addition and a rectifier.

Arrays hold (n, bands, frames, channels) float32, flat; of clip i the first ``lengths[i]`` frames count. ``shape`` is
(bands, frames, channels). Each function works on the clips from ``first`` to ``last``. Sixteen channels are computed at
once, those that remain one by one.
"""

from __future__ import annotations

import numba
import numpy as np

from nlpkit._kernel import kernel
from nlpkit._lanes import LANES, add, load, multiply_add, splat, store, subtract, where_above

ZERO = np.float32(0)


@numba.njit(inline="always")
def whole(channels):
    """Return the number of channels that fill vectors."""
    return channels // LANES * LANES


@kernel
def add_moments(x, lengths, shape, origin, first, last, sums, squares):
    """Add Σ (x - origin) and Σ (x - origin)² of each channel to ``sums`` and ``squares``, (channels,) float64."""
    bands, frames, channels = shape
    one, two = np.empty(channels, np.float32), np.empty(channels, np.float32)
    for clip in range(first, last):
        for band in range(bands):
            start = (clip * bands + band) * frames * channels
            stop = start + lengths[clip] * channels
            for channel in range(0, whole(channels), LANES):
                middle, total, square = load(origin, channel), splat(ZERO), splat(ZERO)
                for place in range(start + channel, stop, channels):
                    offset = subtract(load(x, place), middle)
                    total, square = add(total, offset), multiply_add(offset, offset, square)
                store(one, channel, total)
                store(two, channel, square)
            for channel in range(whole(channels), channels):
                one[channel] = two[channel] = ZERO
                for place in range(start + channel, stop, channels):
                    one[channel] += x[place] - origin[channel]
                    two[channel] += (x[place] - origin[channel]) ** 2
            for channel in range(channels):
                sums[channel] += one[channel]
                squares[channel] += two[channel]


@kernel
def normalize(x, plus, lengths, shape, scale, shift, floor, first, last, y):
    """Set y to scale x + shift + plus, to 0 where this is not above ``floor``, and in the padding.

    ``plus`` may be empty.
    """
    bands, frames, channels = shape
    adds = len(plus) > 0
    for clip in range(first, last):
        for band in range(bands):
            start = (clip * bands + band) * frames * channels
            stop = start + lengths[clip] * channels
            for channel in range(0, whole(channels), LANES):
                factor, summand, least = load(scale, channel), load(shift, channel), splat(floor)
                if adds:
                    for place in range(start + channel, stop, channels):
                        value = multiply_add(load(x, place), factor, add(summand, load(plus, place)))
                        store(y, place, where_above(value, least, value))
                else:
                    for place in range(start + channel, stop, channels):
                        value = multiply_add(load(x, place), factor, summand)
                        store(y, place, where_above(value, least, value))
            for channel in range(whole(channels), channels):
                for place in range(start + channel, stop, channels):
                    value = x[place] * scale[channel] + shift[channel] + (plus[place] if adds else ZERO)
                    y[place] = ZERO if value <= floor else value
            y[stop : start + frames * channels] = 0


@kernel
def add_slopes(slope, x, y, lengths, shape, mean, floor, first, last, sums, products):
    """Add Σ g and Σ g (x - mean) of each channel to ``sums`` and ``products``; g is the slope where y > floor."""
    bands, frames, channels = shape
    one, two = np.empty(channels, np.float32), np.empty(channels, np.float32)
    for clip in range(first, last):
        for band in range(bands):
            start = (clip * bands + band) * frames * channels
            stop = start + lengths[clip] * channels
            for channel in range(0, whole(channels), LANES):
                middle, least, total, product = load(mean, channel), splat(floor), splat(ZERO), splat(ZERO)
                for place in range(start + channel, stop, channels):
                    g = where_above(load(y, place), least, load(slope, place))
                    total = add(total, g)
                    product = multiply_add(g, subtract(load(x, place), middle), product)
                store(one, channel, total)
                store(two, channel, product)
            for channel in range(whole(channels), channels):
                one[channel] = two[channel] = ZERO
                for place in range(start + channel, stop, channels):
                    g = ZERO if y[place] <= floor else slope[place]
                    one[channel] += g
                    two[channel] += g * (x[place] - mean[channel])
            for channel in range(channels):
                sums[channel] += one[channel]
                products[channel] += two[channel]


@kernel
def normalize_back(slope, x, y, lengths, shape, scale, share, shift, floor, first, last, to_x, to_plus):
    """Set ``to_x`` to scale g + share x + shift and ``to_plus`` to g; it may be empty. The padding becomes 0."""
    bands, frames, channels = shape
    adds = len(to_plus) > 0
    for clip in range(first, last):
        for band in range(bands):
            start = (clip * bands + band) * frames * channels
            stop = start + lengths[clip] * channels
            end = start + frames * channels
            for channel in range(0, whole(channels), LANES):
                factor, of_x, summand = load(scale, channel), load(share, channel), load(shift, channel)
                least = splat(floor)
                for place in range(start + channel, stop, channels):
                    g = where_above(load(y, place), least, load(slope, place))
                    store(to_x, place, multiply_add(factor, g, multiply_add(of_x, load(x, place), summand)))
                    if adds:
                        store(to_plus, place, g)
            for channel in range(whole(channels), channels):
                for place in range(start + channel, stop, channels):
                    g = ZERO if y[place] <= floor else slope[place]
                    to_x[place] = scale[channel] * g + (share[channel] * x[place] + shift[channel])
                    if adds:
                        to_plus[place] = g
            to_x[stop:end] = 0
            if adds:
                to_plus[stop:end] = 0
