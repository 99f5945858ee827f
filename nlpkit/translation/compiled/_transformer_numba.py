"""Compiled Transformer: the encoder, and a step of the decoder for all beams of all sentences."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import lean_kernel, part
from nlpkit._lanes import LANES, load, multiply_add, splat, store
from nlpkit.inference._parts_numba import activate, attend, layer_norm
from nlpkit.inference._product_numba import products
from nlpkit.inference._vocabulary_numba import best_tokens, token_value

NO_FLOOR, ZERO = np.float32(-np.inf), np.float32(0)

# Places in the sizes of a model
D, WIDTH, HEADS, HEAD, FFN, PRE, ACTIVATION = range(7)
# Places in the table of a layer
NORM_1, SHIFT_1, INWARD, INWARD_BIAS, OUTWARD, OUTWARD_BIAS = range(6)
NORM_3, SHIFT_3, INNER, INNER_BIAS, OUTER, OUTER_BIAS = range(6, 12)
NORM_2, SHIFT_2, QUERY, QUERY_BIAS, SEEN, SEEN_BIAS, SOURCE, SOURCE_BIAS = range(12, 20)


@part
def embed(weights, place, packed, depth, width, factor, positions, position, token, x, at):
    """Set a row of x to the embedding of a token times a factor plus its position."""
    if packed:
        start, step = place + token // LANES * depth * LANES + token % LANES, LANES
    else:
        start, step = place + token * depth, 1
    for k in range(depth):
        x[at + k] = weights[start + k * step] * factor + positions[position, k]
    for k in range(depth, width):
        x[at + k] = ZERO


@part
def linear(x, x_row, weights, matrix, bias, depth, y, y_row, n, columns, floor):
    """Set rows of y to x W + b; the weights begin with zeros."""
    products(x, weights, weights, weights, y, n, columns, (depth, x_row, 0, y_row), (0, matrix, 0, bias, 0), floor)


@part
def add_part(x, made, made_row, weights, matrix, bias, depth, n, width):
    """Add made W + b to x."""
    products(made, weights, x, weights, x, n, width, (depth, made_row, width, width), (0, matrix, 0, bias, 0), NO_FLOOR)


@part
def feed_forward(x, h, inner, n, sizes, weights, table, layer):
    """Run the feed-forward network of a layer, with its residual connection."""
    width, ffn = sizes[WIDTH], (sizes[FFN] + LANES - 1) // LANES * LANES
    if sizes[PRE]:
        layer_norm(x, h, n, width, sizes[D], weights, table[layer, NORM_3], table[layer, SHIFT_3])
    floor = ZERO if sizes[ACTIVATION] == 0 else NO_FLOOR
    if sizes[PRE]:
        linear(h, width, weights, table[layer, INNER], table[layer, INNER_BIAS], sizes[D], inner, ffn, n, ffn, floor)
    else:
        linear(x, width, weights, table[layer, INNER], table[layer, INNER_BIAS], sizes[D], inner, ffn, n, ffn, floor)
    activate(inner, n * ffn, sizes[ACTIVATION])
    add_part(x, inner, ffn, weights, table[layer, OUTER], table[layer, OUTER_BIAS], sizes[FFN], n, width)
    if not sizes[PRE]:
        layer_norm(x, x, n, width, sizes[D], weights, table[layer, NORM_3], table[layer, SHIFT_3])


@part
def places_of_source(places, first, count, step):
    """Write where ``count`` rows begin."""
    for j in range(count):
        places[j] = (first + j) * step


@lean_kernel
def encode(
    weights, sizes, layers, positions, vocabulary, factor, ids, starts, x, h, inward, seen, inner, places, scores
):
    """Run the encoder over all tokens of all sentences.

    Parameters
    ----------
    weights : (numbers,) float32
    sizes : (7,) int64
    layers : (n_layers, places) int64
    positions : (p, d) float32
    vocabulary : (int, bool, int, int)
        Place of the embeddings, whether they are packed, and places of the last norm.
    factor : float32
    ids : (tokens,) int64
    starts : (n + 1,) int64
        Where each sentence begins.
    x : (tokens * width,) float32
        The result.
    h, inward, seen, inner, places, scores : arrays
        Room.
    """
    width, heads, head = sizes[WIDTH], sizes[HEADS], sizes[HEAD]
    n, both = len(ids), 3 * heads * head
    share = np.float32(1 / np.sqrt(sizes[D] / heads))
    for sentence in range(len(starts) - 1):
        for token in range(starts[sentence], starts[sentence + 1]):
            position = token - starts[sentence]
            embed(
                weights,
                vocabulary[0],
                vocabulary[1],
                sizes[D],
                width,
                factor,
                positions,
                position,
                ids[token],
                x,
                token * width,
            )
    for layer in range(len(layers)):
        if sizes[PRE]:
            layer_norm(x, h, n, width, sizes[D], weights, layers[layer, NORM_1], layers[layer, SHIFT_1])
            linear(
                h,
                width,
                weights,
                layers[layer, INWARD],
                layers[layer, INWARD_BIAS],
                sizes[D],
                inward,
                both,
                n,
                both,
                NO_FLOOR,
            )
        else:
            linear(
                x,
                width,
                weights,
                layers[layer, INWARD],
                layers[layer, INWARD_BIAS],
                sizes[D],
                inward,
                both,
                n,
                both,
                NO_FLOOR,
            )
        for sentence in range(len(starts) - 1):
            first, count = starts[sentence], starts[sentence + 1] - starts[sentence]
            places_of_source(places, first, count, both)
            for token in range(first, first + count):
                for k in range(heads):
                    query = token * both + k * head
                    to = (token * heads + k) * head
                    attend(
                        inward,
                        query,
                        inward,
                        places,
                        count,
                        (heads + k) * head,
                        heads * head,
                        head,
                        share,
                        scores,
                        seen,
                        to,
                    )
        add_part(
            x, seen, heads * head, weights, layers[layer, OUTWARD], layers[layer, OUTWARD_BIAS], heads * head, n, width
        )
        if not sizes[PRE]:
            layer_norm(x, x, n, width, sizes[D], weights, layers[layer, NORM_1], layers[layer, SHIFT_1])
        feed_forward(x, h, inner, n, sizes, weights, layers, layer)
    if sizes[PRE]:
        layer_norm(x, x, n, width, sizes[D], weights, vocabulary[2], vocabulary[3])


@lean_kernel
def read_source(weights, sizes, layers, x, n, source):
    """Set ``source`` (n_layers, n * 2 * heads * head) to the keys and values of the source for each decoder layer."""
    both = 2 * sizes[HEADS] * sizes[HEAD]
    for layer in range(len(layers)):
        linear(
            x,
            sizes[WIDTH],
            weights,
            layers[layer, SOURCE],
            layers[layer, SOURCE_BIAS],
            sizes[D],
            source[layer],
            both,
            n,
            both,
            NO_FLOOR,
        )


@lean_kernel
def step(
    weights,
    sizes,
    layers,
    positions,
    vocabulary,
    factor,
    tokens,
    time,
    rows,
    starts,
    source,
    cache,
    history,
    x,
    h,
    inward,
    seen,
    inner,
    places,
    scores,
    block,
    most,
    sums,
    never,
    ban_starts,
    bans,
    values,
    best,
    everything,
):
    """Run a step of the decoder, and find the best next tokens.

    Parameters
    ----------
    weights, sizes, layers, positions, factor
        As in `encode`.
    vocabulary : (int, bool, int, int, int, int, int)
        Place of the embeddings, whether they are packed, places of the last norm, of the output and of its bias, and
        the number of columns.
    tokens : (n, beams) int64
    time : int
    rows : (n,) int64
        Where the sentences lie in the caches.
    starts : (sentences + 1,) int64
        Where each sentence begins in the source.
    source : (n_layers, numbers) float32
        As `read_source` made it.
    cache : (times, n_layers, sentences, beams, 2 * heads * head) float32
        Keys and values of all earlier tokens; those of this step are added.
    history : (n, beams, times) int64
        The place among the beams of each earlier token of each beam, and of this one.
    block and the rest
        As in `best_tokens`.
    """
    n, beams = tokens.shape
    width, heads, head = sizes[WIDTH], sizes[HEADS], sizes[HEAD]
    all_heads = heads * head
    total_rows = n * beams
    share = np.float32(1 / np.sqrt(sizes[D] / heads))
    flat = cache.reshape(-1)
    for sentence in range(n):
        for beam in range(beams):
            embed(
                weights,
                vocabulary[0],
                vocabulary[1],
                sizes[D],
                width,
                factor,
                positions,
                time,
                tokens[sentence, beam],
                x,
                (sentence * beams + beam) * width,
            )
    for layer in range(len(layers)):
        if sizes[PRE]:
            layer_norm(x, h, total_rows, width, sizes[D], weights, layers[layer, NORM_1], layers[layer, SHIFT_1])
            linear(
                h,
                width,
                weights,
                layers[layer, INWARD],
                layers[layer, INWARD_BIAS],
                sizes[D],
                inward,
                3 * all_heads,
                total_rows,
                3 * all_heads,
                NO_FLOOR,
            )
        else:
            linear(
                x,
                width,
                weights,
                layers[layer, INWARD],
                layers[layer, INWARD_BIAS],
                sizes[D],
                inward,
                3 * all_heads,
                total_rows,
                3 * all_heads,
                NO_FLOOR,
            )
        for sentence in range(n):
            for beam in range(beams):
                row = (sentence * beams + beam) * 3 * all_heads + all_heads
                to = (
                    ((time * cache.shape[1] + layer) * cache.shape[2] + rows[sentence]) * cache.shape[3] + beam
                ) * cache.shape[4]
                for k in range(0, 2 * all_heads, LANES):
                    store(flat, to + k, load(inward, row + k))
        for sentence in range(n):
            for beam in range(beams):
                for t in range(time + 1):
                    line = ((t * cache.shape[1] + layer) * cache.shape[2] + rows[sentence]) * cache.shape[3]
                    places[t] = (line + history[sentence, beam, t]) * cache.shape[4]
                row = sentence * beams + beam
                for k in range(heads):
                    attend(
                        inward,
                        row * 3 * all_heads + k * head,
                        flat,
                        places,
                        time + 1,
                        k * head,
                        all_heads,
                        head,
                        share,
                        scores,
                        seen,
                        (row * heads + k) * head,
                    )
        add_part(
            x,
            seen,
            all_heads,
            weights,
            layers[layer, OUTWARD],
            layers[layer, OUTWARD_BIAS],
            all_heads,
            total_rows,
            width,
        )
        if not sizes[PRE]:
            layer_norm(x, x, total_rows, width, sizes[D], weights, layers[layer, NORM_1], layers[layer, SHIFT_1])
        if sizes[PRE]:
            layer_norm(x, h, total_rows, width, sizes[D], weights, layers[layer, NORM_2], layers[layer, SHIFT_2])
            linear(
                h,
                width,
                weights,
                layers[layer, QUERY],
                layers[layer, QUERY_BIAS],
                sizes[D],
                inward,
                all_heads,
                total_rows,
                all_heads,
                NO_FLOOR,
            )
        else:
            linear(
                x,
                width,
                weights,
                layers[layer, QUERY],
                layers[layer, QUERY_BIAS],
                sizes[D],
                inward,
                all_heads,
                total_rows,
                all_heads,
                NO_FLOOR,
            )
        for sentence in range(n):
            first = starts[rows[sentence]]
            count = starts[rows[sentence] + 1] - first
            places_of_source(places, first, count, 2 * all_heads)
            for beam in range(beams):
                row = sentence * beams + beam
                for k in range(heads):
                    attend(
                        inward,
                        row * all_heads + k * head,
                        source[layer],
                        places,
                        count,
                        k * head,
                        all_heads,
                        head,
                        share,
                        scores,
                        seen,
                        (row * heads + k) * head,
                    )
        add_part(
            x, seen, all_heads, weights, layers[layer, SEEN], layers[layer, SEEN_BIAS], all_heads, total_rows, width
        )
        if not sizes[PRE]:
            layer_norm(x, x, total_rows, width, sizes[D], weights, layers[layer, NORM_2], layers[layer, SHIFT_2])
        feed_forward(x, h, inner, total_rows, sizes, weights, layers, layer)
    if sizes[PRE]:
        layer_norm(x, x, total_rows, width, sizes[D], weights, vocabulary[2], vocabulary[3])
    best_tokens(
        x,
        weights,
        total_rows,
        width,
        sizes[D],
        vocabulary[4],
        vocabulary[5],
        vocabulary[6],
        block,
        most,
        sums,
        never,
        ban_starts,
        bans,
        values,
        best,
        everything,
    )


@lean_kernel
def values_of(x, weights, width, depth, output, bias, tokens, each, found):
    """Set ``found`` to the logits of ``each`` tokens of every row; those of negative tokens stay."""
    for i in range(len(tokens)):
        if tokens[i] >= 0:
            found[i] = token_value(x, i // each * width, weights, output, bias, depth, tokens[i])
