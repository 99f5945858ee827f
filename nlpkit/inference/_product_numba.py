"""Compiled products of float32 rows with packed weights, of any size."""

from __future__ import annotations

from nlpkit._kernel import lean_kernel, part
from nlpkit.inference._tile import PANEL, PANELS, product_tile


@part
def _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, rows, panels):
    """Compute ``rows`` rows from ``row`` on, of ``panels`` panels from ``column`` on."""
    depth, x_row, first_row, y_row = sizes
    place = (
        starts[0] + row * x_row,
        starts[1] + column * depth,
        starts[2] + row * first_row + column,
        starts[3] + column,
        starts[4] + row * y_row + column,
    )
    product_tile(x, weights, first, bias, y, sizes, place, floor, rows, panels)


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
    for column in range(0, columns, PANELS * PANEL):
        row = 0
        if column + PANELS * PANEL <= columns:
            while row + 6 <= n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, 6, PANELS)
                row += 6
            if row + 4 <= n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, 4, PANELS)
                row += 4
            if row + 2 <= n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, 2, PANELS)
                row += 2
            if row < n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, 1, PANELS)
        else:
            while row + 4 <= n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, 4, 1)
                row += 4
            while row < n:
                _tile_at(x, weights, first, bias, y, sizes, starts, row, column, floor, 1, 1)
                row += 1


@lean_kernel
def multiply(x, weights, first, bias, y, n, sizes, floor):
    """Same as `products`, with all columns of ``bias``, from the beginning of all arrays."""
    products(x, weights, first, bias, y, n, len(bias), sizes, (0, 0, 0, 0, 0), floor)
