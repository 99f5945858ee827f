"""Linear layers in compiled code, on weights of float32 or of 8 bits.

``weights`` is an array of float32, which begins with zeros; or a tuple of such an array, of an array of int8, and of
room for rounded rows (uint8). Then matrices stand in the second array, and behind each other in the first one the
scales, sums and biases of their columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from nlpkit._lanes import LANES
from nlpkit.inference._product_int8_numba import load_number, products_int8, round_rows
from nlpkit.inference._product_numba import products

_INLINED: dict[str, Any] = {"nogil": True, "error_model": "numpy", "forceinline": True, "_nrt": False}


@intrinsic
def numbers_of(typing_context, weights):
    """The array of float32."""
    is_tuple = isinstance(weights, types.BaseTuple)

    def generate(context, builder, signature, arguments):
        return builder.extract_value(arguments[0], 0) if is_tuple else arguments[0]

    return (weights.types[0] if is_tuple else weights)(weights), generate


def ready(weights, x, at, x_row, n, depth):
    """Round ``n`` rows of x, of distance ``x_row`` from ``at`` on, if the weights are of 8 bits."""


def dense(
    weights, x, at, x_row, depth, matrix, bias, begin, first, first_at, first_row, y, y_at, y_row, n, size, floor
):
    """Set ``n`` rows of y to max(first + x W + b, floor), for rows that are `ready`.

    Parameters
    ----------
    weights
    x, at, x_row, depth
        Where rows begin, their distance, and the number of inputs.
    matrix, bias : int
        Places of the layer.
    begin : int
        The first column that is computed.
    first, first_at, first_row
        The rows that are added; a distance of 0 adds the same to all.
    y, y_at, y_row
        Where the rows of ``size`` numbers go.
    n, size : int
        Numbers of rows, and of columns, a multiple of sixteen.
    floor : float32
    """


def embedding(weights, words, depth, token, k):
    """Return number ``k`` of the embedding of a token.

    ``words`` begins with the places of the packed embeddings: a linear layer with an output for each token.
    """


def logit(weights, x, at, matrix, bias, depth, column):
    """Return a single output, x W + b, the same as `dense` computes."""


@overload(ready, jit_options=_INLINED)
def _ready(weights, x, at, x_row, n, depth):
    if isinstance(weights, types.BaseTuple):

        def rounded(weights, x, at, x_row, n, depth):
            round_rows(x, at, x_row, n, depth, weights[2])

        return rounded

    def nothing(weights, x, at, x_row, n, depth):
        pass

    return nothing


@overload(dense, jit_options=_INLINED)
def _dense(
    weights, x, at, x_row, depth, matrix, bias, begin, first, first_at, first_row, y, y_at, y_row, n, size, floor
):
    if isinstance(weights, types.BaseTuple):

        def of_bytes(
            weights, x, at, x_row, depth, matrix, bias, begin, first, first_at, first_row, y, y_at, y_row, n, size,
            floor,
        ):  # fmt: skip
            padded = (depth + LANES - 1) // LANES * LANES
            sizes, starts = (padded, first_row, y_row), (matrix + begin * padded, bias + 3 * begin, first_at, y_at)
            products_int8(weights[2], weights[1], weights[0], first, y, n, size, sizes, starts, floor)

        return of_bytes

    def of_numbers(
        weights, x, at, x_row, depth, matrix, bias, begin, first, first_at, first_row, y, y_at, y_row, n, size, floor
    ):
        starts = at, matrix + begin * depth, first_at, bias + begin, y_at
        products(x, weights, first, weights, y, n, size, (depth, x_row, first_row, y_row), starts, floor)

    return of_numbers


@overload(embedding, jit_options=_INLINED)
def _embedding(weights, words, depth, token, k):
    if isinstance(weights, types.BaseTuple):

        def of_bytes(weights, words, depth, token, k):
            panel, lane = token // LANES, token % LANES
            padded = (depth + LANES - 1) // LANES * LANES
            byte = weights[1][words[0] + panel * padded * LANES + k // 4 * 4 * LANES + 4 * lane + k % 4]
            return np.float32(byte) * weights[0][words[1] + 3 * panel * LANES + lane]

        return of_bytes

    def of_numbers(weights, words, depth, token, k):
        return weights[words[0] + token // LANES * depth * LANES + token % LANES + k * LANES]

    return of_numbers


@overload(logit, jit_options=_INLINED)
def _logit(weights, x, at, matrix, bias, depth, column):
    if isinstance(weights, types.BaseTuple):

        def of_bytes(weights, x, at, matrix, bias, depth, column):
            numbers, weight, room = weights
            round_rows(x, at, 0, 1, depth, room)
            padded = (depth + LANES - 1) // LANES * LANES
            panel, lane = column // LANES, column % LANES
            place, behind = matrix + panel * padded * LANES + 4 * lane, bias + 3 * panel * LANES + lane
            total = np.int64(0)
            for k in range(depth):
                total += np.int64(room[k]) * np.int64(weight[place + k // 4 * 4 * LANES + k % 4])
            total -= np.int64(load_number(room, padded + 4)) * np.int64(numbers[behind + LANES])
            return np.float32(total) * (load_number(room, padded) * numbers[behind]) + numbers[behind + 2 * LANES]

        return of_bytes

    def of_numbers(weights, x, at, matrix, bias, depth, column):
        place = matrix + column // LANES * depth * LANES + column % LANES
        value = np.float32(0)
        for k in range(depth):
            value += x[at + k] * weights[place + k * LANES]
        return value + weights[bias + column]

    return of_numbers
