"""Compiled parts of the Transformer that encoder and decoder share, and the encoder."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import lean_kernel, part
from nlpkit._lanes import LANES
from nlpkit.inference._dense_numba import dense, embedding, numbers_of, ready
from nlpkit.inference._parts_numba import activate, attend, layer_norm

NO_FLOOR, ZERO = np.float32(-np.inf), np.float32(0)

D, WIDTH, HEADS, HEAD, FFN, PRE, ACTIVATION = range(7)
"""Places in the sizes of a model: ``d_model``, the same padded, heads, their padded size, ``ffn_dim``, and options."""
NORM_1, SHIFT_1, INWARD, INWARD_BIAS, OUTWARD, OUTWARD_BIAS = range(6)
NORM_3, SHIFT_3, INNER, INNER_BIAS, OUTER, OUTER_BIAS = range(6, 12)
NORM_2, SHIFT_2, QUERY, QUERY_BIAS, SEEN, SEEN_BIAS, SOURCE, SOURCE_BIAS = range(12, 20)
"""Places in a row of a table of layers, each of which holds a place in the weights."""


@part
def embed(weights, words, depth, width, factor, positions, position, token, x, at):
    """Set a row of x to the embedding of a token times a factor plus its position."""
    for k in range(depth):
        x[at + k] = embedding(weights, words, depth, token, k) * factor + positions[position, k]
    for k in range(depth, width):
        x[at + k] = ZERO


@part
def linear(x, x_row, weights, matrix, bias, depth, y, n, columns, floor):
    """Set ``n`` rows of y to max(x W + b, floor); the weights begin with zeros."""
    ready(weights, x, 0, x_row, n, depth)
    dense(weights, x, 0, x_row, depth, matrix, bias, 0, numbers_of(weights), 0, 0, y, 0, columns, n, columns, floor)


@part
def read(x, h, weights, sizes, norm, shift, matrix, bias, y, n, columns, floor):
    """Set ``n`` rows of y to the first linear layer of a part, behind its norm if that comes first."""
    width = sizes[WIDTH]
    if sizes[PRE]:
        layer_norm(x, h, n, width, sizes[D], numbers_of(weights), norm, shift)
        linear(h, width, weights, matrix, bias, sizes[D], y, n, columns, floor)
    else:
        linear(x, width, weights, matrix, bias, sizes[D], y, n, columns, floor)


@part
def write(x, made, made_row, depth, weights, sizes, matrix, bias, norm, shift, n):
    """Add the last linear layer of a part to x, before its norm if that comes last."""
    width = sizes[WIDTH]
    ready(weights, made, 0, made_row, n, depth)
    dense(weights, made, 0, made_row, depth, matrix, bias, 0, x, 0, width, x, 0, width, n, width, NO_FLOOR)
    if not sizes[PRE]:
        layer_norm(x, x, n, width, sizes[D], numbers_of(weights), norm, shift)


@part
def feed_forward(x, h, inner, n, sizes, weights, table, layer):
    """Run the feed-forward network of a layer, with its residual connection."""
    line = table[layer]
    ffn = (sizes[FFN] + LANES - 1) // LANES * LANES
    floor = ZERO if sizes[ACTIVATION] == 0 else NO_FLOOR
    read(x, h, weights, sizes, line[NORM_3], line[SHIFT_3], line[INNER], line[INNER_BIAS], inner, n, ffn, floor)
    activate(inner, n * ffn, sizes[ACTIVATION])
    write(x, inner, ffn, sizes[FFN], weights, sizes, line[OUTER], line[OUTER_BIAS], line[NORM_3], line[SHIFT_3], n)


@part
def write_places(places, first, count, step):
    """Write where ``count`` rows begin."""
    for j in range(count):
        places[j] = (first + j) * step


@lean_kernel
def encode(
    weights, sizes, table, positions, words, factor, ids, starts, x, h, inward, seen, inner, places, scores
):  # fmt: skip
    """Run the encoder over all tokens of all sentences.

    Parameters
    ----------
    weights : (numbers,) float32
    sizes : (7,) int64
    table : (layers, places) int64
    positions : (p, d) float32
    words : (int, int, int, int)
        Places of the embeddings and of the last norm.
    factor : float32
        Of embeddings.
    ids : (tokens,) int64
    starts : (n + 1,) int64
        Where each sentence begins.
    x : (tokens * width,) float32
        The result.
    h, inward, seen, inner, places, scores : arrays
        Room.
    """
    width, heads, head = sizes[WIDTH], sizes[HEADS], sizes[HEAD]
    n, all_heads = len(ids), heads * head
    share = np.float32(1 / np.sqrt(sizes[D] / heads))
    for sentence in range(len(starts) - 1):
        for token in range(starts[sentence], starts[sentence + 1]):
            position, at = token - starts[sentence], token * width
            embed(weights, words, sizes[D], width, factor, positions, position, ids[token], x, at)
    for layer in range(len(table)):
        line = table[layer]
        norm, shift, both = line[NORM_1], line[SHIFT_1], 3 * all_heads
        read(x, h, weights, sizes, norm, shift, line[INWARD], line[INWARD_BIAS], inward, n, both, NO_FLOOR)
        for sentence in range(len(starts) - 1):
            first, count = starts[sentence], starts[sentence + 1] - starts[sentence]
            write_places(places, first, count, both)
            for token in range(first, first + count):
                for k in range(heads):
                    query, keys, to = token * both + k * head, all_heads + k * head, token * all_heads + k * head
                    attend(inward, query, inward, places, count, keys, all_heads, head, share, scores, seen, to)
        write(x, seen, all_heads, all_heads, weights, sizes, line[OUTWARD], line[OUTWARD_BIAS], norm, shift, n)
        feed_forward(x, h, inner, n, sizes, weights, table, layer)
    if sizes[PRE]:
        layer_norm(x, x, n, width, sizes[D], numbers_of(weights), words[2], words[3])


@lean_kernel
def read_source(weights, sizes, table, x, n, source):
    """Set ``source`` (layers, n * 2 * heads * head) to the keys and values of the source for each decoder layer."""
    both = 2 * sizes[HEADS] * sizes[HEAD]
    for layer in range(len(table)):
        line = table[layer]
        to = source[layer]
        linear(x, sizes[WIDTH], weights, line[SOURCE], line[SOURCE_BIAS], sizes[D], to, n, both, NO_FLOOR)
