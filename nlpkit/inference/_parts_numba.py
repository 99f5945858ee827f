"""Compiled parts of networks: layer norm, attention, activations. Arrays are flat; rows are padded with 0."""

from __future__ import annotations

import math

import numba
import numpy as np

from nlpkit._kernel import part
from nlpkit._lanes import LANES, add, divide, larger, load, multiply, multiply_add, splat, splat_of, store, subtract
from nlpkit.inference._vectors import dots, exponential, total

ZERO, ONE = np.float32(0), np.float32(1)


@numba.njit(inline="always", error_model="numpy")
def tanh(x):
    """tanh x by a rational function, a polynomial of x² over another: within 4e-7, and in vectors.

    Coefficients are of a weighted least-squares fit on [-8.6, 8.6], with a relative error of 1.4e-8 in float64.
    """
    y = min(max(x, np.float32(-8.6)), np.float32(8.6))
    z = y * y
    above = np.float32(2.11224401e-05) + z * np.float32(1.40825532e-08)
    above = np.float32(0.134068783) + z * (np.float32(0.00352640513) + z * above)
    above = np.float32(0.999999987) + z * above
    below = np.float32(0.000333627606) + z * np.float32(8.07067022e-07)
    below = np.float32(0.467401998) + z * (np.float32(0.0259939134) + z * below)
    below = np.float32(1.0) + z * below
    return y * above / below


@numba.njit(inline="always", error_model="numpy")
def sigmoid(x):
    """1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2."""
    return np.float32(0.5) + np.float32(0.5) * tanh(np.float32(0.5) * x)


@part
def tanh_of(x):
    """Same as `tanh` of sixteen numbers."""
    least, nothing = splat(np.float32(-8.6)), splat(ZERO)
    y = larger(subtract(nothing, larger(subtract(nothing, x), least)), least)
    z = multiply(y, y)
    above = multiply_add(z, splat(np.float32(1.40825532e-08)), splat(np.float32(2.11224401e-05)))
    above = multiply_add(z, above, splat(np.float32(0.00352640513)))
    above = multiply_add(z, above, splat(np.float32(0.134068783)))
    above = multiply_add(z, above, splat(np.float32(0.999999987)))
    below = multiply_add(z, splat(np.float32(8.07067022e-07)), splat(np.float32(0.000333627606)))
    below = multiply_add(z, below, splat(np.float32(0.0259939134)))
    below = multiply_add(z, below, splat(np.float32(0.467401998)))
    below = multiply_add(z, below, splat(ONE))
    return divide(multiply(y, above), below)


@part
def sigmoid_of(x):
    """Same as `sigmoid` of sixteen numbers."""
    half = splat(np.float32(0.5))
    return multiply_add(half, tanh_of(multiply(half, x)), half)


@part
def layer_norm(x, y, n, width, size, weights, scale, shift):
    """Set ``n`` rows of y to the layer norm of those of x, of ``size`` numbers and distance ``width``.

    ``scale`` and ``shift`` are places in ``weights``, where there is 0 beyond ``size``.
    """
    whole = size // LANES * LANES
    for row in range(n):
        start = row * width
        sums = splat(ZERO)
        for k in range(0, width, LANES):
            sums = add(sums, load(x, start + k))
        mean = total(sums) / np.float32(size)
        middle, squares = splat(mean), splat(ZERO)
        for k in range(0, whole, LANES):
            offset = subtract(load(x, start + k), middle)
            squares = multiply_add(offset, offset, squares)
        variance = total(squares)
        for k in range(whole, size):
            variance += (x[start + k] - mean) * (x[start + k] - mean)
        factor = splat(ONE / np.sqrt(variance / np.float32(size) + np.float32(1e-5)))
        for k in range(0, width, LANES):
            offset = multiply(subtract(load(x, start + k), middle), factor)
            store(y, start + k, multiply_add(offset, load(weights, scale + k), load(weights, shift + k)))


@part
def attend(queries, query, rows, places, count, keys, values, width, factor, scores, seen, to):
    """Set ``width`` numbers of ``seen`` from ``to`` on to the values that a query sees, weighted by softmax.

    Parameters
    ----------
    queries : array
    query : int
        The query of a head begins there.
    rows : array
    places : (count,) int64
        Where rows begin.
    keys, values : int
        Where the key of the head stands in a row, and how far behind it the value.
    width : int
        A multiple of sixteen.
    factor : float32
        1 / √d.
    scores : array
        Room for ``count`` numbers and fifteen more.
    """
    times = splat(factor)
    for j in range(0, count, LANES):
        store(scores, j, multiply(dots(queries, query, rows, places, j, count - 1, keys, width), times))
    mix(rows, places, count, keys + values, width, scores, seen, to)


@part
def attend_additively(queries, query, rows, places, count, width, weights, score, scores, seen, to):
    """Same as `attend` by the scores vᵀ tanh(query + key); the value stands ``width`` behind a key.

    ``score`` is the place of v in ``weights``, padded with 0.
    """
    for j in range(count):
        sums = splat(ZERO)
        for k in range(0, width, LANES):
            both = add(load(queries, query + k), load(rows, places[j] + k))
            sums = multiply_add(load(weights, score + k), tanh_of(both), sums)
        scores[j] = total(sums)
    mix(rows, places, count, width, width, scores, seen, to)


@part
def mix(rows, places, count, offset, width, scores, seen, to):
    """Set ``width`` numbers of ``seen`` to those that stand ``offset`` behind places, weighted by softmax of scores."""
    highest = scores[0]
    for j in range(1, count):
        highest = max(highest, scores[j])
    for j in range(count, count + LANES - 1):
        scores[j] = -np.inf
    most, sums = splat(highest), splat(ZERO)
    for j in range(0, count, LANES):
        shares = exponential(subtract(load(scores, j), most))
        store(scores, j, shares)
        sums = add(sums, shares)
    share = splat(ONE / total(sums))
    several = 4 * LANES
    whole = width // several * several
    for k in range(0, whole, several):  # sums of several vectors don't wait for each other
        a, b, c, d = splat(ZERO), splat(ZERO), splat(ZERO), splat(ZERO)
        for j in range(count):
            weight, at = splat_of(scores, j), places[j] + offset + k
            a = multiply_add(weight, load(rows, at), a)
            b = multiply_add(weight, load(rows, at + LANES), b)
            c = multiply_add(weight, load(rows, at + 2 * LANES), c)
            d = multiply_add(weight, load(rows, at + 3 * LANES), d)
        store(seen, to + k, multiply(a, share))
        store(seen, to + k + LANES, multiply(b, share))
        store(seen, to + k + 2 * LANES, multiply(c, share))
        store(seen, to + k + 3 * LANES, multiply(d, share))
    for k in range(whole, width, LANES):
        a, b = splat(ZERO), splat(ZERO)
        for j in range(0, count - 1, 2):
            a = multiply_add(splat_of(scores, j), load(rows, places[j] + offset + k), a)
            b = multiply_add(splat_of(scores, j + 1), load(rows, places[j + 1] + offset + k), b)
        if count % 2:
            a = multiply_add(splat_of(scores, count - 1), load(rows, places[count - 1] + offset + k), a)
        store(seen, to + k, multiply(add(a, b), share))


@part
def activate(x, n, kind):
    """Apply an activation to the first ``n`` numbers: 0 none, 1 leaky_relu, 2 elu, 3 gelu, 4 silu, 5 tanh."""
    if kind == 1:
        for k in range(n):
            x[k] = x[k] if x[k] > ZERO else x[k] * np.float32(0.01)
    elif kind == 2:
        for k in range(n):
            x[k] = x[k] if x[k] > ZERO else np.float32(math.expm1(x[k]))
    elif kind == 3:
        for k in range(n):
            x[k] = np.float32(0.5) * x[k] * (ONE + np.float32(math.erf(x[k] * np.float32(0.7071067811865476))))
    elif kind == 4:
        for k in range(n):
            x[k] = x[k] * sigmoid(x[k])
    elif kind == 5:
        for k in range(n):
            x[k] = tanh(x[k])
