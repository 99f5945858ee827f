"""The small matrix products of one window, in vector registers: logits, their gradients, and the updates of both sides.

Targets (rows of the output weights) come in blocks of six, each with a sign: 1 for what is to be predicted, -1 for
what is not, 0 for filling up. A block's logits are all taken before its updates (Ji et al. 2016); blocks follow each
other.

For a logit x of sign s the loss is softplus(-s x), and alpha * s * sigmoid(-s x) times the other side's row is added to
each row. Of the loss softplus(t) = max(t, 0) + log(1 + exp(-|t|)), the first part is added up and the arguments of the
logarithm are multiplied, sixteen at a time; `settle` takes the logarithm before the product can overflow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlpkit._kernel import part
from nlpkit._lanes import (
    LANES,
    absolute,
    add,
    load,
    logistic,
    multiply,
    multiply_add,
    softplus_parts,
    splat,
    splat_of,
    store,
    sums,
)

BLOCK = 6
"""Targets in a block: with two inputs twelve sums, which is what sixteen registers hold."""

SIGNS = 2 * LANES
"""Floats for the signs of a block: those for two inputs, then those for the first alone."""

MOST_FACTORS = 120
"""A product of this number of factors, each from 1 to 2, is within float32."""


class Targets(NamedTuple):
    """Blocks of targets.

    Attributes
    ----------
    places : (blocks * 6,) int64
        Places in the output weights.
    signs : (blocks * 32,) float32
    gradients : float32
        Scratch for the gradients of a block: eight floats an input row.
    """

    places: np.ndarray
    signs: np.ndarray
    gradients: np.ndarray


@part
def no_loss():
    """The loss of no examples: the products, the sums, how many factors are in a product, and the total so far."""
    return splat(np.float32(1)), splat(np.float32(0)), np.int64(0), 0.0


@part
def make_room(loss, n, scratch):
    """The same loss, with room for ``n`` more factors in the products: else they are settled."""
    factors, terms, n_factors, total = loss
    if n_factors > MOST_FACTORS - n:
        total += settle(factors, terms, scratch)
        factors, terms, n_factors = splat(np.float32(1)), splat(np.float32(0)), np.int64(0)
    return factors, terms, n_factors, total


@part
def gradients(dots, signs, place, alpha, factors, terms):
    """Sixteen logits' gradients, times ``alpha``; and the loss: the products and the sums that it is made of."""
    sign = load(signs, place)
    against = multiply(multiply(sign, dots), splat(np.float32(-1)))
    exponential = softplus_parts(against, 1)
    factors = multiply(factors, multiply_add(exponential, absolute(sign), splat(np.float32(1))))
    terms = add(terms, softplus_parts(against, 0))
    return multiply(multiply(splat(alpha), sign), logistic(against, exponential)), factors, terms


@part
def settle(factors, terms, scratch):
    """The loss that the products and sums stand for, as a float64."""
    loss = 0.0
    store(scratch, 0, factors)
    for i in range(LANES):
        loss += np.log(np.float64(scratch[i]))
    store(scratch, 0, terms)
    for i in range(LANES):
        loss += np.float64(scratch[i])
    return loss


@part
def update_window(inputs, outputs, width, rows, r, n_rows, targets, block, alpha, loss):
    """Train the ``n_rows`` input rows from ``rows[r]`` on against a block of targets.

    ``rows`` are places in ``inputs``; behind the last row stands any other. Returns the loss so far.
    """
    factors, terms, n_factors, total = loss
    signs, s, scratch = targets.signs, block * SIGNS, targets.gradients
    p0, p1, p2, p3, p4, p5 = places_of(targets, block)
    for i in range(0, n_rows, 2):
        first, second = rows[r + i], rows[r + i + 1]
        a0 = a1 = a2 = a3 = a4 = a5 = splat(np.float32(0))
        b0 = b1 = b2 = b3 = b4 = b5 = splat(np.float32(0))
        for v in range(0, width, LANES):
            x, y = load(inputs, first + v), load(inputs, second + v)
            o = load(outputs, p0 + v)
            a0, b0 = multiply_add(x, o, a0), multiply_add(y, o, b0)
            o = load(outputs, p1 + v)
            a1, b1 = multiply_add(x, o, a1), multiply_add(y, o, b1)
            o = load(outputs, p2 + v)
            a2, b2 = multiply_add(x, o, a2), multiply_add(y, o, b2)
            o = load(outputs, p3 + v)
            a3, b3 = multiply_add(x, o, a3), multiply_add(y, o, b3)
            o = load(outputs, p4 + v)
            a4, b4 = multiply_add(x, o, a4), multiply_add(y, o, b4)
            o = load(outputs, p5 + v)
            a5, b5 = multiply_add(x, o, a5), multiply_add(y, o, b5)
        dots = sums((a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5))
        place = s if i + 1 < n_rows else s + LANES
        gradient, factors, terms = gradients(dots, signs, place, alpha, factors, terms)
        store(scratch, i * 8, gradient)
    for v in range(0, width, LANES):
        o0, o1, o2 = load(outputs, p0 + v), load(outputs, p1 + v), load(outputs, p2 + v)
        o3, o4, o5 = load(outputs, p3 + v), load(outputs, p4 + v), load(outputs, p5 + v)
        n0, n1, n2, n3, n4, n5 = o0, o1, o2, o3, o4, o5
        for i in range(n_rows):
            k = (i >> 1) * LANES + (i & 1) * BLOCK
            place = rows[r + i] + v
            x = y = load(inputs, place)
            g = splat_of(scratch, k)
            y, n0 = multiply_add(g, o0, y), multiply_add(g, x, n0)
            g = splat_of(scratch, k + 1)
            y, n1 = multiply_add(g, o1, y), multiply_add(g, x, n1)
            g = splat_of(scratch, k + 2)
            y, n2 = multiply_add(g, o2, y), multiply_add(g, x, n2)
            g = splat_of(scratch, k + 3)
            y, n3 = multiply_add(g, o3, y), multiply_add(g, x, n3)
            g = splat_of(scratch, k + 4)
            y, n4 = multiply_add(g, o4, y), multiply_add(g, x, n4)
            g = splat_of(scratch, k + 5)
            y, n5 = multiply_add(g, o5, y), multiply_add(g, x, n5)
            store(inputs, place, y)
        store(outputs, p0 + v, n0)
        store(outputs, p1 + v, n1)
        store(outputs, p2 + v, n2)
        store(outputs, p3 + v, n3)
        store(outputs, p4 + v, n4)
        store(outputs, p5 + v, n5)
    return factors, terms, n_factors + n_rows, total


@part
def places_of(targets, block):
    """The places of a block's six targets."""
    places, t = targets.places, block * BLOCK
    return places[t], places[t + 1], places[t + 2], places[t + 3], places[t + 4], places[t + 5]


@part
def update_hidden(hidden, outputs, width, targets, block, alpha, loss):
    """Train one hidden row, ``hidden[:width]``, against a block of targets.

    Its own update is added to ``hidden[width : 2 * width]``. Returns the loss so far.
    """
    factors, terms, n_factors, total = loss
    scratch = targets.gradients
    p0, p1, p2, p3, p4, p5 = places_of(targets, block)
    a0 = a1 = a2 = a3 = a4 = a5 = splat(np.float32(0))
    for v in range(0, width, LANES):
        x = load(hidden, v)
        a0 = multiply_add(x, load(outputs, p0 + v), a0)
        a1 = multiply_add(x, load(outputs, p1 + v), a1)
        a2 = multiply_add(x, load(outputs, p2 + v), a2)
        a3 = multiply_add(x, load(outputs, p3 + v), a3)
        a4 = multiply_add(x, load(outputs, p4 + v), a4)
        a5 = multiply_add(x, load(outputs, p5 + v), a5)
    dots = sums((a0, a1, a2, a3, a4, a5))
    gradient, factors, terms = gradients(dots, targets.signs, block * SIGNS + LANES, alpha, factors, terms)
    store(scratch, 0, gradient)
    g0, g1, g2 = splat_of(scratch, 0), splat_of(scratch, 1), splat_of(scratch, 2)
    g3, g4, g5 = splat_of(scratch, 3), splat_of(scratch, 4), splat_of(scratch, 5)
    for v in range(0, width, LANES):
        x, y = load(hidden, v), load(hidden, width + v)
        o0, o1, o2 = load(outputs, p0 + v), load(outputs, p1 + v), load(outputs, p2 + v)
        o3, o4, o5 = load(outputs, p3 + v), load(outputs, p4 + v), load(outputs, p5 + v)
        y = multiply_add(g0, o0, multiply_add(g1, o1, multiply_add(g2, o2, y)))
        y = multiply_add(g3, o3, multiply_add(g4, o4, multiply_add(g5, o5, y)))
        store(hidden, width + v, y)
        store(outputs, p0 + v, multiply_add(g0, x, o0))
        store(outputs, p1 + v, multiply_add(g1, x, o1))
        store(outputs, p2 + v, multiply_add(g2, x, o2))
        store(outputs, p3 + v, multiply_add(g3, x, o3))
        store(outputs, p4 + v, multiply_add(g4, x, o4))
        store(outputs, p5 + v, multiply_add(g5, x, o5))
    return factors, terms, n_factors + 1, total


@part
def average(inputs, width, rows, weights, n_rows, is_mean, hidden):
    """Put the weighted mean, or sum, of ``n_rows`` input rows into ``hidden[:width]`` and zeros behind it.

    Returns
    -------
    float32
        Factor of the update behind it before it is added to each row: one for a mean; for a sum,
        one by the rows' number.
    """
    total = np.float32(0)
    for i in range(n_rows):
        total += weights[i]
    scale = np.float32(1) / total if is_mean else np.float32(1)
    zero = splat(np.float32(0))
    for v in range(0, width, LANES):
        x = zero
        for i in range(n_rows):
            x = multiply_add(splat_of(weights, i), load(inputs, rows[i] + v), x)
        store(hidden, v, multiply(x, splat(scale)))
        store(hidden, width + v, zero)
    return np.float32(1) if is_mean else np.float32(1) / total


@part
def add_to_rows(hidden, width, scale, inputs, rows, n_rows):
    """Add ``scale`` times the update in ``hidden[width : 2 * width]`` to ``n_rows`` input rows."""
    for v in range(0, width, LANES):
        y = multiply(splat(scale), load(hidden, width + v))
        for i in range(n_rows):
            store(inputs, rows[i] + v, add(load(inputs, rows[i] + v), y))
