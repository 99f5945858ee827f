"""A compiled step of the Transformer's decoder, for all beams of all sentences."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import lean_kernel
from nlpkit._lanes import LANES, load, store
from nlpkit.inference._dense_numba import numbers_of
from nlpkit.inference._parts_numba import attend, layer_norm
from nlpkit.inference._vocabulary_numba import best_tokens
from nlpkit.translation.compiled._transformer_numba import (
    HEAD,
    HEADS,
    INWARD,
    INWARD_BIAS,
    NO_FLOOR,
    NORM_1,
    NORM_2,
    OUTWARD,
    OUTWARD_BIAS,
    PRE,
    QUERY,
    QUERY_BIAS,
    SEEN,
    SEEN_BIAS,
    SHIFT_1,
    SHIFT_2,
    WIDTH,
    D,
    embed,
    feed_forward,
    read,
    write,
    write_places,
)


@lean_kernel
def step(
    weights, sizes, table, positions, words, factor, tokens, time, rows, spans, source, cache, history, x, h, inward,
    seen, inner, places, scores, block, most, sums, never, ban_starts, bans, values, best, everything
):  # fmt: skip
    """Run a step of the decoder, and find the best next tokens.

    Parameters
    ----------
    weights, sizes, table, positions, factor
        As in `encode`.
    words : (int, int, int, int, int, int, int)
        Places of the embeddings, of the last norm, of the output and of its bias, and
        the number of columns.
    tokens : (n, beams) int64
    time : int
    rows : (n,) int64
        Where the sentences lie in the cache.
    spans : (n, 2) int64
        Where they begin in the source, and their lengths.
    source : (layers, numbers) float32
        As `read_source` made it.
    cache : (times, layers, sentences, beams, 2 * heads * head) float32
        Keys and values of all earlier tokens; those of this step are added.
    history : (n, beams, times) int64
        The place among the beams of each earlier token of each beam, and of this one.
    x, h, inward, seen, inner, places, scores : arrays
        Room.
    block and the rest
        As in `best_tokens`.
    """
    n, beams = tokens.shape
    width, heads, head = sizes[WIDTH], sizes[HEADS], sizes[HEAD]
    all_heads, total = heads * head, n * beams
    share = np.float32(1 / np.sqrt(sizes[D] / heads))
    flat = cache.reshape(-1)
    for sentence in range(n):
        for beam in range(beams):
            token, at = tokens[sentence, beam], (sentence * beams + beam) * width
            embed(weights, words, sizes[D], width, factor, positions, time, token, x, at)
    for layer in range(len(table)):
        line = table[layer]
        norm, shift = line[NORM_1], line[SHIFT_1]
        three = 3 * all_heads
        read(x, h, weights, sizes, norm, shift, line[INWARD], line[INWARD_BIAS], inward, total, three, NO_FLOOR)
        for sentence in range(n):
            place = ((time * cache.shape[1] + layer) * cache.shape[2] + rows[sentence]) * cache.shape[3]
            for beam in range(beams):
                row, to = (sentence * beams + beam) * three + all_heads, (place + beam) * cache.shape[4]
                for k in range(0, 2 * all_heads, LANES):
                    store(flat, to + k, load(inward, row + k))
        for sentence in range(n):
            for beam in range(beams):
                for t in range(time + 1):
                    place = ((t * cache.shape[1] + layer) * cache.shape[2] + rows[sentence]) * cache.shape[3]
                    places[t] = (place + history[sentence, beam, t]) * cache.shape[4]
                row = sentence * beams + beam
                for k in range(heads):
                    query, keys, to = row * three + k * head, k * head, row * all_heads + k * head
                    attend(inward, query, flat, places, time + 1, keys, all_heads, head, share, scores, seen, to)
        write(x, seen, all_heads, all_heads, weights, sizes, line[OUTWARD], line[OUTWARD_BIAS], norm, shift, total)
        norm, shift = line[NORM_2], line[SHIFT_2]
        read(x, h, weights, sizes, norm, shift, line[QUERY], line[QUERY_BIAS], inward, total, all_heads, NO_FLOOR)
        for sentence in range(n):
            count = spans[sentence, 1]
            write_places(places, spans[sentence, 0], count, 2 * all_heads)
            for row in range(sentence * beams, (sentence + 1) * beams):
                for k in range(heads):
                    at, keys = row * all_heads + k * head, k * head
                    attend(inward, at, source[layer], places, count, keys, all_heads, head, share, scores, seen, at)
        write(x, seen, all_heads, all_heads, weights, sizes, line[SEEN], line[SEEN_BIAS], norm, shift, total)
        feed_forward(x, h, inner, total, sizes, weights, table, layer)
    if sizes[PRE]:
        layer_norm(x, x, total, width, sizes[D], numbers_of(weights), words[2], words[3])
    output, bias, columns = words[4], words[5], words[6]
    best_tokens(
        x, weights, total, width, sizes[D], output, bias, columns, block, most, sums, never, ban_starts, bans, values,
        best, everything,
    )  # fmt: skip
