"""Compiled products of rows, rounded to 7 bits, with packed weights of 8 bits."""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from nlpkit._kernel import lean_kernel, part, routine
from nlpkit._lanes import LANES, larger, load, multiply_add, splat, subtract
from nlpkit.inference._product_numba import panels_together, share_of_ahead
from nlpkit.inference._tile_int8 import PANELS, ROWS, product_tile_int8
from nlpkit.inference._vectors import greatest

MOST = np.float32(127)
ZERO, HALF = np.float32(0), np.float32(0.5)


@intrinsic
def store_bytes(typing_context, array, index, lanes):
    """Store sixteen numbers from 0 to 255 as uint8, without their fractions."""

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        words = builder.fptosi(arguments[2], ir.VectorType(ir.IntType(32), LANES))
        made = builder.trunc(words, ir.VectorType(ir.IntType(8), LANES))
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), made.type.as_pointer())
        builder.store(made, pointer, align=1)
        return context.get_dummy_value()

    return types.void(array, types.int64, lanes), generate


@intrinsic
def store_number(typing_context, array, index, number):
    """Store a float32 in four bytes."""

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), ir.FloatType().as_pointer())
        builder.store(arguments[2], pointer, align=1)
        return context.get_dummy_value()

    return types.void(array, types.int64, types.float32), generate


@intrinsic
def load_number(typing_context, array, index):
    """The float32 in four bytes."""

    def generate(context, builder, signature, arguments):
        data = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0]).data
        pointer = builder.bitcast(builder.gep(data, [arguments[1]]), ir.FloatType().as_pointer())
        return builder.load(pointer, align=1)

    return types.float32(array, types.int64), generate


@part
def round_rows(x, at, x_row, n, depth, rounded):
    """Round ``n`` rows of x to whole numbers from 0 to 127: x = scale · (number - zero), where 0 stays 0.

    Parameters
    ----------
    x : array
        Rows of distance ``x_row`` begin at ``at``; numbers behind ``depth`` up to a multiple of sixteen are read, and
        change nothing.
    rounded : (n * (padded depth + 8),) uint8
        The numbers of each row, its scale and its zero.
    """
    _round_rows(x, np.int64(at), np.int64(x_row), np.int64(n), np.int64(depth), rounded)


@routine
def _round_rows(x, at, x_row, n, depth, rounded):
    """Same as `round_rows`, for one type of each argument."""
    whole, size = depth // LANES * LANES, (depth + LANES - 1) // LANES * LANES
    nothing = splat(ZERO)
    for row in range(n):
        start, to = at + row * x_row, row * (size + 8)
        most, least = splat(ZERO), splat(ZERO)
        for k in range(0, whole, LANES):
            numbers = load(x, start + k)
            most, least = larger(most, numbers), larger(least, subtract(nothing, numbers))
        high, low = greatest(most), greatest(least)
        for k in range(whole, depth):
            high, low = max(high, x[start + k]), max(low, -x[start + k])
        scale = (high + low) / MOST
        factor = np.float32(1) / scale if scale > ZERO else ZERO
        zero = np.float32(np.floor(low * factor + HALF))
        shift, times, floor = splat(zero + HALF), splat(factor), splat(ZERO)
        top = splat(-MOST)
        for k in range(0, size, LANES):
            numbers = larger(multiply_add(load(x, start + k), times, shift), floor)
            store_bytes(rounded, to + k, subtract(nothing, larger(subtract(nothing, numbers), top)))
        store_number(rounded, to + size, scale)
        store_number(rounded, to + size + 4, zero)


GROUP = 98304
"""As in `nlpkit.inference._product_numba`."""


@part
def _tile_at(x, weights, columns, first, y, sizes, starts, row, column, floor, ahead, rows, panels):
    depth, first_row, y_row = sizes
    place = (
        row * (depth + 8),
        starts[0] + column * depth,
        starts[1] + 3 * column,
        starts[2] + row * first_row + column,
        starts[3] + row * y_row + column,
    )
    product_tile_int8(x, weights, columns, first, y, sizes, place, floor, ahead, rows, panels)


@part
def products_int8(x, weights, columns, first, y, n, size, sizes, starts, floor):
    """Set ``n`` rows of ``y`` to max(first + x W + bias, floor), for rows that `round_rows` rounded.

    Parameters
    ----------
    x, weights, columns, first, y, sizes
        As in `product_tile_int8`.
    n, size : int
        Numbers of rows, and of columns, a multiple of sixteen.
    starts : four int64
        Where weights, columns, first and y begin.
    floor : float32
    """
    depth, first_row, y_row = sizes
    of_weights, of_columns, of_first, of_y = starts
    sizes = np.int64(depth), np.int64(first_row), np.int64(y_row)
    starts = np.int64(of_weights), np.int64(of_columns), np.int64(of_first), np.int64(of_y)
    _products_int8(x, weights, columns, first, y, np.int64(n), np.int64(size), sizes, starts, np.float32(floor))


@routine
def _products_int8(x, weights, columns, first, y, n, size, sizes, starts, floor):
    """Same as `products_int8`, for one type of each argument."""
    depth, wide = sizes[0], PANELS * LANES
    whole = size // wide * wide
    together, each = panels_together(GROUP, depth, wide), share_of_ahead(wide, n, ROWS)
    for begin in range(0, whole, together):
        row = 0
        while row < n:
            left = n - row
            for column in range(begin, min(begin + together, whole), wide):
                ahead = starts[0] + (column + together) * depth + row // ROWS * each * depth, each
                if left >= ROWS:
                    _tile_at(x, weights, columns, first, y, sizes, starts, row, column, floor, ahead, ROWS, PANELS)
                elif left >= 2:
                    _tile_at(x, weights, columns, first, y, sizes, starts, row, column, floor, ahead, 2, PANELS)
                else:
                    _tile_at(x, weights, columns, first, y, sizes, starts, row, column, floor, ahead, 1, PANELS)
            row += ROWS if left >= ROWS else 2 if left >= 2 else 1
    if PANELS > 1:
        for column in range(whole, size, LANES):
            for row in range(n):
                ahead = starts[0] + column * depth, 0
                _tile_at(x, weights, columns, first, y, sizes, starts, row, column, floor, ahead, 1, 1)


@lean_kernel
def multiply_int8(x, x_row, depth, rounded, weights, columns, first, y, n, size, floor):
    """Round rows and multiply them, from the beginning of all arrays."""
    round_rows(x, 0, x_row, n, depth, rounded)
    padded = (depth + LANES - 1) // LANES * LANES
    products_int8(rounded, weights, columns, first, y, n, size, (padded, 0, size), (0, 0, 0, 0), floor)
