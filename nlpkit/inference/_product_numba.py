"""Compiled products of float32 rows with packed weights, of any size."""

from __future__ import annotations

from nlpkit._kernel import lean_kernel, part
from nlpkit.inference._tile import PANEL, product_tile


@part
def _rows_of_panels(x, weights, first, bias, y, sizes, row, column, floor, rows, panels):
    """Compute ``rows`` rows from ``row`` on, of ``panels`` panels from ``column`` on."""
    depth, x_row, first_row, y_row = sizes
    place = row * x_row, column * depth, row * first_row + column, column, row * y_row + column
    product_tile(x, weights, first, bias, y, sizes, place, floor, rows, panels)


@lean_kernel
def multiply(x, weights, first, bias, y, n, sizes, floor):
    """Set ``n`` rows of ``y`` to max(first + bias + x W, floor).

    Parameters
    ----------
    x, weights, first, bias, y : (numbers,) float32
        As in `product_tile`. Rows of ``bias`` and ``y`` are padded to whole panels.
    n : int
    sizes : (depth, distances between rows of x, first and y) int64
    floor : float32
    """
    for column in range(0, len(bias), 2 * PANEL):
        row = 0
        if column + 2 * PANEL <= len(bias):
            while row + 6 <= n:
                _rows_of_panels(x, weights, first, bias, y, sizes, row, column, floor, 6, 2)
                row += 6
            if row + 4 <= n:
                _rows_of_panels(x, weights, first, bias, y, sizes, row, column, floor, 4, 2)
                row += 4
            if row + 2 <= n:
                _rows_of_panels(x, weights, first, bias, y, sizes, row, column, floor, 2, 2)
                row += 2
            if row < n:
                _rows_of_panels(x, weights, first, bias, y, sizes, row, column, floor, 1, 2)
        else:
            while row + 4 <= n:
                _rows_of_panels(x, weights, first, bias, y, sizes, row, column, floor, 4, 1)
                row += 4
            while row < n:
                _rows_of_panels(x, weights, first, bias, y, sizes, row, column, floor, 1, 1)
                row += 1
