"""Compiled sorting and decoding of the terms in a table; `_table_numba` describes the keys."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel, load_big_endian

from ._table_numba import BYTE, EIGHT, LONG, LOWER, PAIR, U64


@kernel
def sort_keys(highs, lows, arena, keys):
    """Fill ``keys`` (n, 2) for single terms: they sort in the order of the terms' first 15 bytes."""
    for i in range(highs.size):
        keys[i, 0] = highs[i]
        keys[i, 1] = lows[i]
        if lows[i] & BYTE == LONG:
            place = np.int64(lows[i] >> EIGHT) + 4
            keys[i, 0] = load_big_endian(arena, place)
            keys[i, 1] = load_big_endian(arena, place + 8) | LONG


@kernel
def precedes(a, b, keys, lows, arena):
    """Whether term ``a`` sorts before term ``b``; their first 8 bytes are equal."""
    if keys[a, 1] != keys[b, 1]:
        return keys[a, 1] < keys[b, 1]
    if keys[a, 1] & BYTE != LONG:
        return False
    at = np.int64(lows[a] >> EIGHT)
    bt = np.int64(lows[b] >> EIGHT)
    a_length = np.int64(load_big_endian(arena, at) >> U64(32))
    b_length = np.int64(load_big_endian(arena, bt) >> U64(32))
    for i in range(4, 4 + min(a_length, b_length)):
        if arena[at + i] != arena[bt + i]:
            return arena[at + i] < arena[bt + i]
    return a_length < b_length


@kernel
def settle_ties(order, keys, lows, arena, spare):
    """Merge-sort the runs of ``order`` with equal first 8 bytes."""
    start = 0
    while start < order.size:
        end = start + 1
        while end < order.size and keys[order[end], 0] == keys[order[start], 0]:
            end += 1
        width = 1
        while width < end - start:
            for low in range(start, end, 2 * width):
                middle = min(low + width, end)
                high = min(low + 2 * width, end)
                i = low
                j = middle
                for k in range(low, high):
                    if i < middle and (j >= high or not precedes(order[j], order[i], keys, lows, arena)):
                        spare[k] = order[i]
                        i += 1
                    else:
                        spare[k] = order[j]
                        j += 1
            order[start:end] = spare[start:end]
            width *= 2
        start = end


@kernel
def number_in_order(order, highs, lows, ranks, child_starts, children, stack, result):
    """Order all terms: an n-gram follows its first n-1 terms, and siblings are ordered by the rank of their last term.

    ``order`` holds the sorted single terms, ``ranks`` their ranks; ``child_starts`` (n + 1,) zeros; ``result`` (n,).
    """
    total = highs.size
    by_last = np.zeros(order.size + 1, np.int64)
    for i in range(total):
        if lows[i] & BYTE == PAIR:
            by_last[ranks[highs[i] & LOWER] + 1] += 1
            child_starts[(highs[i] >> U64(32)) + U64(1)] += 1
    by_last = np.cumsum(by_last)
    pairs = by_last[order.size]
    for i in range(total):
        child_starts[i + 1] += child_starts[i]
    sorted_pairs = np.empty(pairs, np.int32)
    for i in range(total):
        if lows[i] & BYTE == PAIR:
            rank = ranks[highs[i] & LOWER]
            sorted_pairs[by_last[rank]] = i
            by_last[rank] += 1
    place = child_starts.copy()
    for pair in sorted_pairs:
        parent = highs[pair] >> U64(32)
        children[place[parent]] = pair
        place[parent] += 1
    n = 0
    for root in order:
        stack[0] = root
        depth = 1
        while depth > 0:
            depth -= 1
            term = stack[depth]
            result[n] = term
            n += 1
            for c in range(child_starts[term + 1] - 1, child_starts[term] - 1, -1):
                stack[depth] = children[c]
                depth += 1


@kernel
def term_bytes(chosen, highs, lows, arena, offsets, out, measure):
    """Compute the ``offsets`` (n + 1,) of the ``chosen`` terms if ``measure``, else write their bytes."""
    for k in range(chosen.size):
        end = offsets[k + 1]
        size = 0
        term = np.int64(chosen[k])
        while True:
            last = term
            high = highs[term]
            paired = lows[term] & BYTE == PAIR
            if paired:
                last = np.int64(high & LOWER)
            low = lows[last]
            mark = low & BYTE
            place = np.int64(low >> EIGHT)
            length = np.int64(mark)
            if mark == LONG:
                length = np.int64(load_big_endian(arena, place) >> U64(32))
            size += length
            if not measure:
                start = end - size
                for i in range(length):
                    if mark == LONG:
                        out[start + i] = arena[place + 4 + i]
                    else:
                        word = highs[last] if i < 8 else low
                        out[start + i] = word >> U64(56 - 8 * (i & 7)) & BYTE
            if not paired:
                break
            size += 1
            if not measure:
                out[end - size] = 0x20
            term = np.int64(high >> U64(32))
        if measure:
            offsets[k + 1] = offsets[k] + size
