"""The product with a vocabulary, log-softmax and the best tokens in one pass over blocks of columns."""

from __future__ import annotations

import math

import numpy as np

from nlpkit._kernel import lean_kernel, part
from nlpkit._lanes import LANES, add, larger, load, splat, subtract
from nlpkit.inference._dense_numba import dense, logit, numbers_of, ready
from nlpkit.inference._vectors import any_above, exponential, greatest, total

BLOCK = 512
"""Columns that are computed and searched together."""
NOTHING = np.float32(-np.inf)


@part
def best_tokens(
    x,
    weights,
    n,
    width,
    depth,
    output,
    bias,
    columns,
    block,
    most,
    sums,
    never,
    ban_starts,
    bans,
    values,
    tokens,
    everything,
):
    """Find the best tokens of ``n`` rows, and the maximum and the sum of exponentials over all of them.

    Parameters
    ----------
    x : rows of distance ``width``
    weights : array
        It begins with BLOCK zeros, and holds the packed ``output`` of ``columns`` columns, and ``bias``, which is -inf
        beyond the vocabulary.
    block : (n * BLOCK,) float32
        Room for logits.
    most, sums : (n,) float32
        The largest logit of each row, and Σ exp(logit - most), banned tokens included; neither if ``sums`` is empty.
    never : (m,) int64
        Tokens that are banned in every row.
    ban_starts, bans : (n + 1,) and (m,) int64
        Further tokens that are banned in each row.
    values, tokens : (n, k)
        The best logits, in descending order, and their tokens.
    everything : (n, columns) float32
        All logits, banned ones as -inf, unless there are no rows.
    """
    k = values.shape[1]
    for row in range(n):
        if len(sums):
            most[row] = NOTHING
            sums[row] = 0
        values[row, :] = NOTHING
        tokens[row, :] = 0
    ready(weights, x, 0, width, n, depth)
    for begin in range(0, columns, BLOCK):
        size = min(BLOCK, columns - begin)
        nothing = numbers_of(weights)
        dense(weights, x, 0, width, depth, output, bias, begin, nothing, 0, 0, block, 0, BLOCK, n, size, NOTHING)
        for row in range(n):
            at = row * BLOCK
            if len(sums):
                top = load(block, at)
                for place in range(at + LANES, at + size, LANES):
                    top = larger(top, load(block, place))
                peak = max(most[row], greatest(top))
                middle, shares = splat(peak), splat(np.float32(0))
                for place in range(at, at + size, LANES):
                    shares = add(shares, exponential(subtract(load(block, place), middle)))
                sums[row] = sums[row] * math.exp(most[row] - peak) + total(shares)
                most[row] = peak
            for i in range(len(never)):
                if begin <= never[i] < begin + size:
                    block[at + never[i] - begin] = NOTHING
            for i in range(ban_starts[row], ban_starts[row + 1]):
                if begin <= bans[i] < begin + size:
                    block[at + bans[i] - begin] = NOTHING
            if len(everything):
                for place in range(size):
                    everything[row, begin + place] = block[at + place]
            least = values[row, k - 1]
            for place in range(at, at + size, LANES):
                if any_above(load(block, place), splat(least)):
                    for lane in range(place, place + LANES):
                        value = block[lane]
                        if value > least:
                            i = k - 1
                            while i > 0 and values[row, i - 1] < value:
                                values[row, i] = values[row, i - 1]
                                tokens[row, i] = tokens[row, i - 1]
                                i -= 1
                            values[row, i] = value
                            tokens[row, i] = begin + lane - at
                            least = values[row, k - 1]


@lean_kernel
def values_of(x, weights, width, depth, output, bias, tokens, each, found):
    """Set ``found`` to the logits of ``each`` tokens of every row of x; those of negative tokens stay."""
    for i in range(len(tokens)):
        if tokens[i] >= 0:
            found[i] = logit(weights, x, i // each * width, output, bias, depth, tokens[i])
