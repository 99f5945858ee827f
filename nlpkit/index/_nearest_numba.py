"""The nearest rows of many queries, compiled: products in vector registers, of which only the best are kept.

The product of four queries and 48 rows stays in twelve vector registers and is compared there with the queries' worst
kept scores; it is never stored. A panel of 48 rows stays in the innermost cache while all queries go by.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from nlpkit._kernel import lean_kernel, part, trailing_zeros
from nlpkit._lanes import LANES, lanes_type, load, multiply_add, splat, splat_of, store

QUERIES = 4
PANEL = 3 * LANES


@intrinsic
def _above(typing_context, a, b):
    """Which of sixteen numbers are greater than others: a uint64, the first in the lowest bit."""

    def generate(context, builder, signature, arguments):
        mask = builder.bitcast(builder.fcmp_ordered(">", *arguments), ir.IntType(LANES))
        return builder.zext(mask, ir.IntType(64))

    return types.uint64(lanes_type, lanes_type), generate


@lean_kernel
def scan(vectors, inverse, first, last, queries, d, kept, rows, panel, scratch):
    """Compare rows with all queries, and keep the best of each.

    Parameters
    ----------
    vectors : (n, d) float32
        The rows.
    inverse : (n,) float32
        One by their lengths; NaN for those that are to be left out.
    first, last : int
        Which rows.
    queries : (n_queries / 4 * d * 4,) float32
        Queries of length 1: four at a time, number by number.
    d : int
        How many numbers a row has.
    kept : (n_queries, k) float32
        The best scores so far, as heaps: the worst of them first. From -inf on.
    rows : (n_queries, k) int32
        Whose they are.
    panel : (d * 48,) float32
        To work in.
    scratch : (48,) float32
        To work in.
    """
    for start in range(first, last, PANEL):
        _fill_panel(vectors, inverse, start, last, d, panel)
        for group in range(len(kept) // QUERIES):
            _compare(queries, group * d * QUERIES, d, panel, start, kept, rows, group * QUERIES, scratch)


@part
def _fill_panel(vectors, inverse, start, last, d, panel):
    for i in range(PANEL):
        row = start + i
        if row < last:
            scale = inverse[row]
            for j in range(d):
                panel[j * PANEL + i] = vectors[row, j] * scale
        else:
            for j in range(d):
                panel[j * PANEL + i] = np.float32(np.nan)


@part
def _compare(queries, place, d, panel, start, kept, rows, query, scratch):
    a0 = a1 = a2 = b0 = b1 = b2 = c0 = c1 = c2 = e0 = e1 = e2 = splat(np.float32(0))
    for j in range(d):
        x = load(panel, j * PANEL)
        y = load(panel, j * PANEL + LANES)
        z = load(panel, j * PANEL + 2 * LANES)
        q = splat_of(queries, place + j * QUERIES)
        a0 = multiply_add(q, x, a0)
        a1 = multiply_add(q, y, a1)
        a2 = multiply_add(q, z, a2)
        q = splat_of(queries, place + j * QUERIES + 1)
        b0 = multiply_add(q, x, b0)
        b1 = multiply_add(q, y, b1)
        b2 = multiply_add(q, z, b2)
        q = splat_of(queries, place + j * QUERIES + 2)
        c0 = multiply_add(q, x, c0)
        c1 = multiply_add(q, y, c1)
        c2 = multiply_add(q, z, c2)
        q = splat_of(queries, place + j * QUERIES + 3)
        e0 = multiply_add(q, x, e0)
        e1 = multiply_add(q, y, e1)
        e2 = multiply_add(q, z, e2)
    _keep(a0, a1, a2, start, kept, rows, query, scratch)
    _keep(b0, b1, b2, start, kept, rows, query + 1, scratch)
    _keep(c0, c1, c2, start, kept, rows, query + 2, scratch)
    _keep(e0, e1, e2, start, kept, rows, query + 3, scratch)


@part
def _keep(x, y, z, start, kept, rows, query, scratch):
    worst = splat(kept[query, 0])
    above = _above(x, worst) | _above(y, worst) << np.uint64(LANES) | _above(z, worst) << np.uint64(2 * LANES)
    if above:
        store(scratch, 0, x)
        store(scratch, LANES, y)
        store(scratch, 2 * LANES, z)
        _put_all(above, start, kept, rows, query, scratch)


@lean_kernel
def _put_all(above, start, kept, rows, query, scratch):
    while above:
        i = trailing_zeros(above)
        above &= above - np.uint64(1)
        if scratch[i] > kept[query, 0]:
            _put(kept, rows, query, scratch[i], np.int32(start + i))


@part
def _put(kept, rows, query, score, row):
    """Put a score in place of the worst one of a heap."""
    size = kept.shape[1]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and kept[query, child + 1] < kept[query, child]:
            child += 1
        if not kept[query, child] < score:
            break
        kept[query, i] = kept[query, child]
        rows[query, i] = rows[query, child]
        i = child
    kept[query, i] = score
    rows[query, i] = row
