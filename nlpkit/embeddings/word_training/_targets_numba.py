"""The targets of a word, compiled: itself and its negative examples, or the nodes of its path in the Huffman tree.

They are places in the output weights, in blocks of six with a sign each: see `_windows_numba`.
"""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import part
from nlpkit._lanes import LANES

from ._sampling_numba import GOLDEN, below, mix, prefetch_row
from ._windows_numba import BLOCK, SIGNS

TRIES = 8
"""How often a negative example is drawn again that is there already."""


@part
def choose_targets(word, weights, negative, targets, first, state):
    """Choose the targets of ``word``, in blocks from ``first`` on, and prefetch their rows.

    Returns how many blocks they are, and the new state of the random numbers.
    """
    if negative:
        blocks, state = choose_noise(word, weights, negative, targets.places, first * BLOCK, state)
    else:
        blocks = choose_path(word, weights, targets, first)
    for j in range(first * BLOCK, (first + blocks) * BLOCK):
        prefetch_row(weights.outputs, targets.places[j], weights.width)
    return blocks, state


@part
def choose_noise(word, weights, negative, places, t, state):
    """Put ``word`` and its negative examples, all different, at ``places[t]`` and behind; returns as above."""
    width, accept, alias = weights.width, weights.accept, weights.alias
    places[t] = word * width
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
                again |= places[t + j] == place
            if not again:
                break
        places[t + n] = place
    blocks = negative // BLOCK + 1
    for j in range(negative + 1, blocks * BLOCK):
        places[t + j] = len(weights.outputs) - width
    return blocks, state


@part
def choose_path(word, weights, targets, first):
    """Choose the inner nodes of a word's path, with their signs; returns how many blocks they are."""
    begin, end = weights.path_ends[word], weights.path_ends[word + 1]
    blocks = (end - begin + BLOCK - 1) // BLOCK
    for j in range(blocks * BLOCK):
        sign = np.float32(0)
        place = len(weights.outputs) - weights.width
        if begin + j < end:
            sign = np.float32(1 - 2 * weights.codes[begin + j])
            place = np.int64(weights.points[begin + j]) * weights.width
        targets.places[first * BLOCK + j] = place
        set_sign(targets.signs, first, j, sign)
    return blocks


@part
def set_noise_signs(signs, first, negative):
    """Give the first target a positive sign and its negative examples a negative one."""
    for j in range(negative + 1):
        set_sign(signs, first, j, np.float32(1 if j == 0 else -1))


@part
def set_sign(signs, first, j, sign):
    """Give target j of the blocks from ``first`` on the same sign for the first and the second input, and for one
    alone."""
    place = (first + j // BLOCK) * SIGNS + j % BLOCK
    signs[place] = signs[place + BLOCK] = signs[place + LANES] = sign
