"""Training one chunk of a corpus, compiled: skip-gram and CBOW, with negative sampling or hierarchical softmax.

A word's input vector is its row of the input weights. With n-grams it is the mean of that row and its n-grams' rows,
which is made when the word comes into reach of the window, trained there as a row of its own, and what it has gained
is added to all of those rows when the word leaves (Vuurens, Eickhoff and de Vries 2016 keep rows in a cache in this
way): a step along the gradient moves each of the n rows by g, and so their mean by g.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlpkit._kernel import lean_kernel, part
from nlpkit._lanes import LANES

from ._ngram_ring_numba import move, slot
from ._sampling_numba import GOLDEN, below, keep_words, mix, prefetch_row
from ._targets_numba import choose_targets, set_noise_signs
from ._windows_numba import (
    BLOCK,
    SIGNS,
    Targets,
    add_to_rows,
    average,
    make_room,
    no_loss,
    settle,
    update_hidden,
    update_window,
)

MOST_ROWS = 20
"""Rows of a window that are trained together; larger windows are trained in parts, so that no step is too large."""


class Weights(NamedTuple):
    """What is trained, and what stays as it is.

    Attributes
    ----------
    inputs, outputs : (rows * width,) float32
        Input rows (the words', then the n-grams'), and output rows; one more of each than there are, of zeros.
    width : int
        Floats in a row, a multiple of 16.
    keep : (n_words,) uint32
        A word is kept in sub-sampling if a random uint32 is not above it.
    accept, alias : (n_words,) uint32 and int32
        The noise distribution: see `_sampling_numba.fill_alias`.
    points, codes, path_ends : int32, int8, (n_words + 1,) int64
        Of the Huffman tree: the inner nodes above word w, and the branches taken, lie from ``path_ends[w]`` on.
    ngrams, ngram_ends : int32, (n_words + 1,) int64
        The n-grams of word w, as numbers of input rows, lie from ``ngram_ends[w]`` on.
    """

    inputs: np.ndarray
    outputs: np.ndarray
    width: int
    keep: np.ndarray
    accept: np.ndarray
    alias: np.ndarray
    points: np.ndarray
    codes: np.ndarray
    path_ends: np.ndarray
    ngrams: np.ndarray
    ngram_ends: np.ndarray


class Options(NamedTuple):
    """How to train; ``negative`` is 0 for hierarchical softmax."""

    skipgram: bool
    negative: int
    window: int
    shrink_windows: bool
    is_mean: bool


class Chunk(NamedTuple):
    """Which part of the corpus, with which random numbers, and alpha at its beginning and its end."""

    start: int
    stop: int
    seed: int
    alpha_start: float
    alpha_end: float


class Scratch(NamedTuple):
    """Memory that one thread works in: see `new_scratch`."""

    kept: np.ndarray
    rows: np.ndarray
    counts: np.ndarray
    targets: Targets
    hidden: np.ndarray
    ring: np.ndarray
    ngram_rows: np.ndarray


def new_scratch(chunk: int, window: int, width: int, most_targets: int, most_ngrams: int) -> Scratch:
    """Memory for chunks of so many words, windows, rows of so many floats, targets of a word, and n-grams of a word."""
    blocks = 2 * -(-most_targets // BLOCK)
    reach = 2 * window + 2
    return Scratch(
        kept=np.empty(chunk + reach, np.int32),
        rows=np.empty(reach, np.int64),
        counts=np.ones(reach, np.float32),
        targets=Targets(
            places=np.zeros(blocks * BLOCK, np.int64),
            signs=np.zeros(blocks * SIGNS, np.float32),
            gradients=np.empty(LANES * MOST_ROWS, np.float32),
        ),
        hidden=np.empty(2 * width, np.float32),
        ring=np.empty(2 * width * reach if most_ngrams else 0, np.float32),
        ngram_rows=np.empty(most_ngrams + 1, np.int64),
    )


@lean_kernel
def train_chunk(ids, weights, options, chunk, scratch):
    """Train one chunk of ``ids``, an array of word numbers with -1 between texts.

    Returns
    -------
    loss : float
        The sum over all examples: windows for CBOW, pairs of words for skip-gram.
    examples : int
    """
    kept, targets, window = scratch.kept, scratch.targets, options.window
    seed = np.uint64(chunk.seed)
    state = mix(mix(seed) ^ np.uint64(chunk.start))
    first, last, size = keep_words(ids, chunk.start, chunk.stop, weights.keep, window, mix(seed + GOLDEN), kept)
    half = len(targets.places) // BLOCK // 2  # blocks: for this word's targets, and for the next one's
    if options.negative:
        set_noise_signs(targets.signs, 0, options.negative)
        set_noise_signs(targets.signs, half, options.negative)
    with_ngrams = len(weights.ngrams) > 0
    inputs = scratch.ring if with_ngrams else weights.inputs
    left = entered = 0
    loss, examples = no_loss(), 0
    slope = (chunk.alpha_end - chunk.alpha_start) / max(1, last - first)
    here, block, blocks = next_word(kept, first, last), 0, 0
    if here < last:
        blocks, state = choose_targets(np.int64(kept[here]), weights, options.negative, targets, block, state)
    while here < last:
        if with_ngrams:
            left, entered = move(here - window, min(size, here + window + 1), left, entered, weights, scratch)
        elif here + window < size and kept[here + window] >= 0:
            prefetch_row(inputs, np.int64(kept[here + window]) * weights.width, weights.width)
        following, blocks_following = next_word(kept, here + 1, last), 0
        if following < last:  # before they are needed, so that their rows are there in time
            blocks_following, state = choose_targets(
                np.int64(kept[following]), weights, options.negative, targets, half - block, state
            )
        reach = window
        if options.shrink_windows:
            state += GOLDEN
            reach = 1 + below(mix(state), window)
        n = find_window(here, reach, size, weights, with_ngrams, scratch)
        alpha = np.float32(chunk.alpha_start + slope * (here - first))
        if n and options.skipgram:
            loss = train_pairs(inputs, weights, n, block, blocks, alpha, scratch, loss)
            examples += n
        elif n:
            loss = train_mean(inputs, weights, n, options.is_mean, block, blocks, alpha, scratch, loss)
            examples += 1
        here, block, blocks = following, half - block, blocks_following
    if with_ngrams:
        move(entered, entered, left, entered, weights, scratch)
    factors, terms, _, total = loss
    return total + settle(factors, terms, targets.gradients), examples


@part
def next_word(kept, i, last):
    """The place of the first word from ``i`` on, or ``last``."""
    while i < last and kept[i] < 0:
        i += 1
    return i


@part
def find_window(here, reach, size, weights, with_ngrams, scratch):
    """Put the rows of the words around ``here`` into ``scratch.rows``, one more behind them; returns how many.

    ``scratch.counts`` gets the number of input rows that each stands for.
    """
    kept, rows = scratch.kept, scratch.rows
    n = 0
    for i in range(here - 1, max(-1, here - reach - 1), -1):
        if kept[i] < 0:
            break
        rows[n] = i
        n += 1
    for i in range(here + 1, min(size, here + reach + 1)):
        if kept[i] < 0:
            break
        rows[n] = i
        n += 1
    for k in range(n):
        word = np.int64(kept[rows[k]])
        if with_ngrams:
            scratch.counts[k] = np.float32(1 + weights.ngram_ends[word + 1] - weights.ngram_ends[word])
            rows[k] = slot(rows[k], weights.width, scratch)
        else:
            rows[k] = word * weights.width
    rows[n] = rows[0]
    return n


@part
def train_pairs(inputs, weights, n, block, blocks, alpha, scratch, loss):
    """Skip-gram: train ``n`` rows of the window against the targets; returns the loss so far."""
    for r in range(0, n, MOST_ROWS):
        n_rows = min(n - r, MOST_ROWS)
        for b in range(block, block + blocks):
            loss = update_window(
                inputs, weights.outputs, weights.width, scratch.rows, r, n_rows, scratch.targets, b, alpha, loss
            )
            loss = make_room(loss, MOST_ROWS, scratch.targets.gradients)
    return loss


@part
def train_mean(inputs, weights, n, is_mean, block, blocks, alpha, scratch, loss):
    """CBOW: train the mean, or sum, of ``n`` rows of the window against the targets; returns the loss so far."""
    hidden, rows = scratch.hidden, scratch.rows
    scale = average(inputs, weights.width, rows, scratch.counts, n, is_mean, hidden)
    for b in range(block, block + blocks):
        loss = update_hidden(hidden, weights.outputs, weights.width, scratch.targets, b, alpha, loss)
        loss = make_room(loss, 1, scratch.targets.gradients)
    add_to_rows(hidden, weights.width, scale, inputs, rows, n)
    return loss
