"""Compiled products of float32 rows with packed weights, of any size."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import lean_kernel, part, routine
from nlpkit.inference._tile import PANEL, PANELS, product_tile

GROUP = 24576
"""Weights that are multiplied with some rows before the next rows follow: they stay in the cache."""


@part
def panels_together(size, depth, wide):
    """Return the number of columns whose weights are ``size`` together, a multiple of ``wide``."""
    return max(1, size // (max(1, depth) * wide)) * wide


@part
def share_of_ahead(wide, n, rows):
    """Return the number of weights for each input that a tile of ``rows`` prefetches, so that ``n`` prefetch all."""
    tiles = max(1, n // rows)
    return (wide + tiles - 1) // tiles


@part
def _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, ahead, rows, panels):
    """Compute ``rows`` rows from ``row`` on, of ``panels`` panels from ``column`` on."""
    depth, x_row, first_row, y_row = sizes
    place = (
        starts[0] + row * x_row,
        starts[1] + column * depth,
        starts[2] + row * first_row + column,
        starts[3] + column,
        starts[4] + row * y_row + column,
    )
    product_tile(x, weights, first, bias, y, sizes, place, floor, ahead, rows, panels)


@part
def products(x, weights, first, bias, y, n, columns, sizes, starts, floor):
    """Set ``n`` rows of ``y`` to max(first + bias + x W, floor).

    Parameters
    ----------
    x, weights, first, bias, y : (numbers,) float32
        As in `product_tile`. Rows of ``bias`` and ``y`` are padded to whole panels.
    n, columns : int
        Numbers of rows, and of columns, a multiple of sixteen.
    sizes : (depth, distances between rows of x, first and y) int64
    starts : five int64
        Where the arrays begin.
    floor : float32
    """
    depth, x_row, first_row, y_row = sizes
    sizes = np.int64(depth), np.int64(x_row), np.int64(first_row), np.int64(y_row)
    of_x, of_weights, of_first, of_bias, of_y = starts
    starts = np.int64(of_x), np.int64(of_weights), np.int64(of_first), np.int64(of_bias), np.int64(of_y)
    _products(x, weights, first, bias, y, np.int64(n), np.int64(columns), sizes, starts, np.float32(floor))


@routine
def _products(x, weights, first, bias, y, n, columns, sizes, starts, floor):
    """Same as `products`, for one type of each argument, so that it is compiled once."""
    depth, wide = sizes[0], PANELS * PANEL
    whole = columns // wide * wide
    together, each = panels_together(GROUP, depth, wide), share_of_ahead(wide, n, 6)
    for begin in range(0, whole, together):
        row = 0
        while row < n:
            left = n - row
            for column in range(begin, min(begin + together, whole), wide):
                ahead = starts[1] + (column + together) * depth + row // 6 * each * depth, each
                if left >= 6:
                    _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, ahead, 6, PANELS)
                elif left >= 4:
                    _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, ahead, 4, PANELS)
                elif left >= 2:
                    _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, ahead, 2, PANELS)
                else:
                    _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, ahead, 1, PANELS)
            row += 6 if left >= 6 else 4 if left >= 4 else 2 if left >= 2 else 1
    if PANELS > 1:
        for column in range(whole, columns, PANEL):
            row, ahead = 0, (starts[1] + column * depth, 0)
            while row + 4 <= n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, ahead, 4, 1)
                row += 4
            while row < n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, ahead, 1, 1)
                row += 1


@lean_kernel
def multiply(x, weights, first, bias, y, n, sizes, floor):
    """Same as `products`, with all columns of ``bias``, from the beginning of all arrays."""
    products(x, weights, first, bias, y, n, len(bias), sizes, (0, 0, 0, 0, 0), floor)
