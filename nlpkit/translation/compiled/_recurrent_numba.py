"""Compiled steps of recurrent translation models."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import lean_kernel, part
from nlpkit._lanes import LANES, add, load, store
from nlpkit.inference._cells_numba import cell_step, gates_of
from nlpkit.inference._dense_numba import dense, embedding, numbers_of, ready
from nlpkit.inference._parts_numba import attend, attend_additively, tanh
from nlpkit.inference._product_numba import products
from nlpkit.inference._vocabulary_numba import best_tokens

NO_FLOOR, ZERO, ONE = np.float32(-np.inf), np.float32(0), np.float32(1)

CELL, SIZE, WIDTH, DEPTH, ATTENTION, FEEDS = range(6)
"""Places in the sizes of a model: cell, hidden size, the same padded, embedding size, attention, input feeding."""
NONE, ADDITIVE, DOT, GENERAL = range(4)
"""Kinds of attention."""


@part
def embed(weights, words, depth, token, x, at):
    """Write the embedding of a token."""
    for k in range(depth):
        x[at + k] = embedding(weights, words, depth, token, k)


@lean_kernel
def embed_all(weights, words, depth, tokens, width, x):
    """Write the embeddings of tokens to rows of ``width`` numbers."""
    for row in range(len(tokens)):
        embed(weights, words, depth, tokens[row], x, row * width)


@lean_kernel
def read_layer(
    weights, line, cell, x, x_row, depth, which, of_words, n, starts, way, size, width, gates, of_state, states, made,
    column
):  # fmt: skip
    """Run one direction of a layer of the encoder.

    Parameters
    ----------
    weights : (numbers,) float32
    line : (4,) int64
        Places of the matrix of inputs and its bias, and of the matrix of states and its bias.
    cell : int
    x : array
        Rows of ``x_row`` numbers, ``depth`` of which are read: the tokens of all sentences at the first time, at the
        second time, and so on, the longest sentence first.
    which : (tokens,) int64
        The row of x of each token, if not all have one of their own; else empty.
    of_words, gates, of_state : arrays
        Room.
    n : int
        Number of sentences.
    starts : (times + 1,) int64
        Where each time begins in the tokens.
    way : int
        1 from the last token to the first.
    size, width : int
        Size of a state, and the same padded.
    states : (2, n, width) float32, flat
        0 before, the last states after it.
    made : array
        The states of each token.
    column : (int, int)
        First column of the states in ``made``, and the size of its rows.
    """
    every, total, times = gates_of(cell) * width, starts[-1], len(starts) - 1
    nothing = numbers_of(weights)
    target, rows = (of_words, len(x) // x_row) if len(which) else (gates, total)
    ready(weights, x, 0, x_row, rows, depth)
    dense(weights, x, 0, x_row, depth, line[0], line[1], 0, nothing, 0, 0, target, 0, every, rows, every, NO_FLOOR)
    for token in range(len(which)):
        at, to = which[token] * every, token * every
        for k in range(0, every, LANES):
            store(gates, to + k, load(of_words, at + k))
    for step in range(times):
        t = times - 1 - step if way else step
        first, count = starts[t], starts[t + 1] - starts[t]
        gate, memory = first * every, n * width
        cell_step(
            cell, gates, gate, count, size, width, nothing, line[2], line[3], NO_FLOOR, of_state, states, 0, memory
        )
        for row in range(count):
            to, at = (first + row) * column[1] + column[0], row * width
            for k in range(size):
                made[to + k] = states[at + k]


@lean_kernel
def step(
    weights, sizes, table, words, tokens, slots, known, filled, fixed, ranks, lengths, starts, source, states, made,
    inward, gates, of_state, both, places, asked, scores, block, most, sums, never, ban_starts, bans, values, best,
    everything
):  # fmt: skip
    """Run a step of the decoder, and find the best next tokens.

    Parameters
    ----------
    weights, sizes
    table : (layers, 4) int64
        As a ``line`` of `read_layer`; the first layer's matrix of inputs is that of all but the embedding.
    words : eleven int
        Places of the embeddings, of the readout and its bias, of the matrix of queries
        and the vector of scores, of the output and its bias, the number of columns, and the
        places of the first layer's matrix of the embedding and its bias.
    tokens : (n, beams) int64
    slots : (vocabulary,) int64
        The row of each token in ``known``; -1 for none.
    known : (rows, gates) float32, flat
        The parts of the first layer's gates that come from the embeddings of tokens.
    filled : (2,) int64
        The number of rows of ``known``, and whether ``fixed`` is known.
    fixed : (sentences, gates) float32, flat
        The parts that come from the source, without attention.
    ranks : (n,) int64
        Places of the sentences among all, the longest first.
    lengths : (n,) int64
    starts : (times + 1,) int64
        Where each time begins in the source.
    source : array
        Rows of keys and values, or of one of them.
    states : (2 * layers, rows, width) float32, flat
        h of each layer, then c of each.
    made : (rows, padded embedding size) float32, flat
        The last output.
    inward, gates, of_state, both, places, asked, scores : arrays
        Room.
    block and the rest
        As in `best_tokens`.
    """
    n, beams = tokens.shape
    rows, layers = n * beams, len(table)
    cell, size, width, depth, kind = sizes[CELL], sizes[SIZE], sizes[WIDTH], sizes[DEPTH], sizes[ATTENTION]
    made_row = (depth + LANES - 1) // LANES * LANES
    every, layer_size = gates_of(cell) * width, rows * width
    looks_after = kind in (DOT, GENERAL)
    nothing = numbers_of(weights)
    row_size = 2 * width if kind in (ADDITIVE, GENERAL) else width
    fresh = 0
    for sentence in range(n):
        for beam in range(beams):
            token = tokens[sentence, beam]
            if slots[token] < 0:
                slots[token] = filled[0] + fresh
                embed(weights, words, depth, token, inward, fresh * made_row)
                fresh += 1
    ready(weights, inward, 0, made_row, fresh, depth)
    dense(
        weights, inward, 0, made_row, depth, words[9], words[10], 0, nothing, 0, 0, known, filled[0] * every, every,
        fresh, every, NO_FLOOR,
    )  # fmt: skip
    filled[0] += fresh
    if kind == NONE and filled[1] == 0:
        count, line = len(fixed) // every, table[0]
        ready(weights, source, 0, width, count, size)
        dense(
            weights, source, 0, width, size, line[0], line[1], 0, nothing, 0, 0, fixed, 0, every, count, every,
            NO_FLOOR,
        )  # fmt: skip
        filled[1] = 1
    for part_of_step in range(2):  # the attention comes before the layers, or behind them
        if part_of_step == looks_after:
            if kind == ADDITIVE:
                starts_of = (layers - 1) * layer_size, words[4], 0, 0, 0
                shape = size, width, 0, width
                products(states, nothing, nothing, nothing, asked, rows, width, shape, starts_of, NO_FLOOR)
            for sentence in range(n):
                count = lengths[sentence]
                for t in range(count):
                    places[t] = (starts[t] + ranks[sentence]) * row_size
                for row in range(sentence * beams, (sentence + 1) * beams):
                    top, to = (layers - 1) * layer_size + row * width, row * 2 * width
                    if kind == ADDITIVE:
                        attend_additively(
                            asked, row * width, source, places, count, width, nothing, words[5], scores, both, to
                        )
                    elif kind == NONE:
                        for k in range(0, width, LANES):
                            store(both, to + k, load(source, places[0] + k))
                    else:
                        further = width if kind == GENERAL else 0
                        attend(states, top, source, places, count, 0, further, width, ONE, scores, both, to)
        if part_of_step == 0:
            for sentence in range(n):
                for beam in range(beams):
                    at, to = slots[tokens[sentence, beam]] * every, (sentence * beams + beam) * every
                    also = ranks[sentence] * every
                    for k in range(0, every, LANES):
                        number = load(known, at + k)
                        store(gates, to + k, add(number, load(fixed, also + k)) if kind == NONE else number)
            for layer in range(layers):
                line = table[layer]
                x, x_from, x_row, x_size, begun, begun_row = made, 0, made_row, 0, gates, every
                if layer > 0:
                    x, x_from, x_row, x_size = states, (layer - 1) * layer_size, width, size
                    begun, begun_row = nothing, 0
                elif sizes[FEEDS]:
                    x_size = depth
                elif kind == ADDITIVE:
                    x, x_row, x_size = both, 2 * width, size
                if x_size:
                    ready(weights, x, x_from, x_row, rows, x_size)
                    dense(
                        weights, x, x_from, x_row, x_size, line[0], line[1], 0, begun, 0, begun_row, gates, 0, every,
                        rows, every, NO_FLOOR,
                    )  # fmt: skip
                h, c = layer * layer_size, (layers + layer) * layer_size
                cell_step(
                    cell, gates, 0, rows, size, width, nothing, line[2], line[3], NO_FLOOR, of_state, states, h, c
                )
    for row in range(rows):
        at, to = (layers - 1) * layer_size + row * width, row * 2 * width + size
        for k in range(0, width, LANES):
            store(both, to + k, load(states, at + k))
    ready(weights, both, 0, 2 * width, rows, 2 * size)
    dense(
        weights, both, 0, 2 * width, 2 * size, words[2], words[3], 0, nothing, 0, 0, made, 0, made_row, rows, made_row,
        NO_FLOOR,
    )  # fmt: skip
    for k in range(rows * made_row):
        made[k] = tanh(made[k])
    best_tokens(
        made, weights, rows, made_row, depth, words[6], words[7], words[8], block, most, sums, never, ban_starts, bans,
        values, best, everything,
    )  # fmt: skip
