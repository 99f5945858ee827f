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
from nlpkit._lanes import LANES, add, load, multiply, multiply_add, splat, store

from ._sampling_numba import GOLDEN, below, keep_words, mix, prefetch_row
from ._windows_numba import BLOCK, MOST_FACTORS, SIGNS, add_to_rows, average, settle, update_hidden, update_window

TRIES = 8
"""How often a negative example is drawn again that is there already."""

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
    targets: np.ndarray
    signs: np.ndarray
    gradients: np.ndarray
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
        targets=np.zeros(blocks * BLOCK, np.int64),
        signs=np.zeros(blocks * SIGNS, np.float32),
        gradients=np.empty(LANES * MOST_ROWS, np.float32),
        hidden=np.empty(2 * width, np.float32),
        ring=np.empty(2 * width * reach if most_ngrams else 0, np.float32),
        ngram_rows=np.empty(most_ngrams + 1, np.int64),
    )


@part
def choose_noise(word, n_outputs_place, width, accept, alias, negative, targets, t, state):
    """Put the targets for ``word`` and its negative examples, all different, at ``targets[t]`` and behind.

    Returns how many blocks they are, and the new state of the random numbers.
    """
    targets[t] = word * width
    for n in range(1, negative + 1):
        place = np.int64(0)
        for trial in range(len(accept) + TRIES):
            if trial < TRIES:
                state += GOLDEN
                random = mix(state)
                drawn = below(random, len(accept))
                if (random & np.uint64(0xFFFFFFFF)) >= np.uint64(accept[drawn]):
                    drawn = np.int64(alias[drawn])
                place = drawn * width
            else:  # the next word that is free
                place = (place + width) % (len(accept) * width)
            again = False
            for j in range(n):
                again |= targets[t + j] == place
            if not again:
                break
        targets[t + n] = place
    blocks = negative // BLOCK + 1
    for j in range(negative + 1, blocks * BLOCK):
        targets[t + j] = n_outputs_place
    return blocks, state


@part
def choose_path(n_outputs_place, width, points, codes, begin, end, targets, t, signs, s):
    """Put the inner nodes of a word's path in the Huffman tree at ``targets[t]`` and behind, and their signs.

    Returns how many blocks they are.
    """
    blocks = (end - begin + BLOCK - 1) // BLOCK
    for j in range(blocks * BLOCK):
        sign = np.float32(0)
        targets[t + j] = n_outputs_place
        if begin + j < end:
            sign = np.float32(1 - 2 * codes[begin + j])
            targets[t + j] = np.int64(points[begin + j]) * width
        set_sign(signs, s, j, sign)
    return blocks


@part
def set_sign(signs, s, j, sign):
    """Give target j the same sign for the first and the second input, and for one alone."""
    place = s + j // BLOCK * SIGNS + j % BLOCK
    signs[place] = signs[place + BLOCK] = signs[place + LANES] = sign


@part
def collect_rows(word, width, ngrams, begin, end, rows):
    """Put the places of the input rows of ``word`` and its n-grams into ``rows``; returns how many they are."""
    rows[0] = word * width
    for k in range(begin, end):
        rows[1 + k - begin] = np.int64(ngrams[k]) * width
    return 1 + end - begin


@part
def enter(inputs, width, rows, n, ring, slot):
    """Put the mean of ``n`` input rows into ``ring`` at ``slot``, and once more behind it."""
    share = splat(np.float32(1) / np.float32(n))
    for v in range(0, width, LANES):
        x = splat(np.float32(0))
        for i in range(n):
            x = add(x, load(inputs, rows[i] + v))
        x = multiply(x, share)
        store(ring, slot + v, x)
        store(ring, slot + width + v, x)


@part
def leave(inputs, width, rows, n, ring, slot):
    """Add what the vector in ``ring`` at ``slot`` has gained since it entered to ``n`` input rows."""
    minus = splat(np.float32(-1))
    for v in range(0, width, LANES):
        gain = multiply_add(minus, load(ring, slot + width + v), load(ring, slot + v))
        for i in range(n):
            store(inputs, rows[i] + v, add(load(inputs, rows[i] + v), gain))


@lean_kernel
def train_chunk(ids, weights, options, chunk, scratch, longest_path):
    """Train one chunk of ``ids``, an array of word numbers with -1 between texts.

    Parameters
    ----------
    longest_path : int
        Of the Huffman tree.

    Returns
    -------
    loss : float
        The sum over all examples: windows for CBOW, pairs of words for skip-gram.
    examples : int
    """
    inputs, outputs, width, keep, accept, alias, points, codes, path_ends, ngrams, ngram_ends = weights
    skipgram, negative, window, shrink_windows, is_mean = options
    start, stop, seed, alpha_start, alpha_end = chunk
    kept, rows, counts, targets, signs, gradients, hidden, ring, ngram_rows = scratch
    state = mix(mix(np.uint64(seed)) ^ np.uint64(start))
    first, last, size = keep_words(ids, start, stop, keep, window, mix(np.uint64(seed) + GOLDEN), kept)
    half = (max(negative + 1, longest_path) + BLOCK - 1) // BLOCK  # blocks of targets in each half of the arrays
    for j in range(negative + 1 if negative else 0):
        for h in range(2):
            set_sign(signs, h * half * SIGNS, j, np.float32(1 if j == 0 else -1))
    with_ngrams = len(ngrams) > 0
    slots = 2 * window + 2
    n_outputs_place = len(outputs) - width
    sources = ring if with_ngrams else inputs
    factors, terms, n_factors = splat(np.float32(1)), splat(np.float32(0)), 0
    loss, examples = 0.0, 0
    entered = left = 0  # words of kept that have come into the ring, and those that have gone
    ready, now, blocks_ready = -1, 0, 0  # whose targets are chosen already, and in which half
    slope = (alpha_end - alpha_start) / max(1, last - first)
    for t in range(first, last):
        if kept[t] < 0:
            continue
        if with_ngrams:
            while left < t - window:
                word = np.int64(kept[left])
                if word >= 0 and left < entered:
                    n = collect_rows(word, width, ngrams, ngram_ends[word], ngram_ends[word + 1], ngram_rows)
                    leave(inputs, width, ngram_rows, n, ring, left % slots * 2 * width)
                left += 1
            entered = max(entered, t - window)
            while entered < size and entered <= t + window:
                word = np.int64(kept[entered])
                if word >= 0:
                    n = collect_rows(word, width, ngrams, ngram_ends[word], ngram_ends[word + 1], ngram_rows)
                    enter(inputs, width, ngram_rows, n, ring, entered % slots * 2 * width)
                entered += 1
        elif t + window < size and kept[t + window] >= 0:
            prefetch_row(inputs, np.int64(kept[t + window]) * width, width)
        blocks = blocks_ready
        for turn in range(
            2
        ):  # this word's targets, unless they are chosen; and the next one's, so that rows are there in time
            if turn == 0 and ready == t:
                continue
            u = t + turn
            while u < last and kept[u] < 0:
                u += 1
            ready = u
            if u == last:
                break
            h = (now + turn) % 2 * half
            word = np.int64(kept[u])
            if negative:
                blocks_ready, state = choose_noise(
                    word, n_outputs_place, width, accept, alias, negative, targets, h * BLOCK, state
                )
            else:
                blocks_ready = choose_path(
                    n_outputs_place, width, points, codes, path_ends[word], path_ends[word + 1],
                    targets, h * BLOCK, signs, h * SIGNS,
                )  # fmt: skip
            for j in range(h * BLOCK, (h + blocks_ready) * BLOCK):
                prefetch_row(outputs, targets[j], width)
            if turn == 0:
                blocks = blocks_ready
        reach = window
        if shrink_windows:
            state += GOLDEN
            reach = 1 + below(mix(state), window)
        n = 0
        for i in range(t - 1, max(-1, t - reach - 1), -1):
            if kept[i] < 0:
                break
            rows[n] = i
            n += 1
        for i in range(t + 1, min(size, t + reach + 1)):
            if kept[i] < 0:
                break
            rows[n] = i
            n += 1
        if n:
            for i in range(n):
                word = np.int64(kept[rows[i]])
                if with_ngrams:
                    counts[i] = np.float32(1 + ngram_ends[word + 1] - ngram_ends[word])
                    rows[i] = rows[i] % slots * 2 * width
                else:
                    rows[i] = word * width
            rows[n] = rows[0]
            alpha = np.float32(alpha_start + slope * (t - first))
            h = now * half
            if skipgram:
                for r in range(0, n, MOST_ROWS):
                    n_rows = min(n - r, MOST_ROWS)
                    for q in range(h, h + blocks):
                        factors, terms = update_window(
                            sources, outputs, width, rows, r, n_rows, targets, q * BLOCK, signs, q * SIGNS,
                            alpha, gradients, factors, terms,
                        )  # fmt: skip
                        n_factors += n_rows
                        if n_factors > MOST_FACTORS - MOST_ROWS:
                            loss += settle(factors, terms, gradients)
                            factors, terms, n_factors = splat(np.float32(1)), splat(np.float32(0)), 0
                examples += n
            else:
                scale = average(sources, width, rows, counts, n, is_mean, hidden)
                for q in range(h, h + blocks):
                    factors, terms = update_hidden(
                        hidden, outputs, width, targets, q * BLOCK, signs, q * SIGNS, alpha, gradients, factors, terms
                    )
                    n_factors += 1
                    if n_factors >= MOST_FACTORS:
                        loss += settle(factors, terms, gradients)
                        factors, terms, n_factors = splat(np.float32(1)), splat(np.float32(0)), 0
                add_to_rows(hidden, width, scale, sources, rows, n)
                examples += 1
        now = 1 - now
    for i in range(left, entered):
        word = np.int64(kept[i])
        if word >= 0:
            n = collect_rows(word, width, ngrams, ngram_ends[word], ngram_ends[word + 1], ngram_rows)
            leave(inputs, width, ngram_rows, n, ring, i % slots * 2 * width)
    return loss + settle(factors, terms, gradients), examples
