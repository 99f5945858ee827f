"""Compiled hash table (open addressing) that numbers terms: slices of a buffer, and n-grams as pairs of numbers.

The key of a term is two uint64, ``high`` and ``low``, which sort like the bytes of the term:

- up to 15 bytes: the bytes, and the length in the lowest byte;
- longer: a hash of the bytes, their position in ``arena`` (length in 4 bytes, then the bytes), and the byte 255;
- an n-gram: the number of its first n-1 terms, the number of its last term, and the byte 254.

A table is a tuple of arrays: ``slots`` (2^k,), the keys ``highs`` and ``lows`` (room,), ``arena`` (n,), and ``state``
(2,), the number of terms and the bytes used in ``arena``. It is a plain tuple because numba finds its type faster.

A slot holds the upper half of the key's hash and the term's number plus one; 0 is an empty slot. When an array is full,
the inserting kernels return their position; the caller grows the array and calls again.
"""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel, load_big_endian, prefetch

U64 = np.uint64
LONG = np.uint64(255)
PAIR = np.uint64(254)
AHEAD = 32
"""Number of terms looked up together."""

EIGHT = np.uint64(8)
BYTE = np.uint64(0xFF)
UPPER = np.uint64(0xFFFFFFFF00000000)
LOWER = np.uint64(0x00000000FFFFFFFF)
_HIGH_MASKS = np.array([2**64 - 2 ** (64 - 8 * min(n, 8)) for n in range(16)], np.uint64)
_LOW_MASKS = np.array([2**64 - 2 ** (64 - 8 * max(n - 8, 0)) for n in range(16)], np.uint64)
_A = np.uint64(0x9E3779B97F4A7C15)
_B = np.uint64(0xD6E8FEB86659FD93)


@kernel
def hash_key(high, low):
    """Return a 64-bit hash of a key; for a long term only the mark of ``low`` is used."""
    if low & BYTE == LONG:
        low = LONG
    mixed = (high ^ (low * _B)) * _A
    mixed ^= mixed >> U64(29)
    mixed *= _B
    return mixed ^ mixed >> U64(32)


@kernel
def hash_bytes(buffer, start, length):
    """Return a 64-bit hash of ``length`` bytes; up to 7 bytes after them are read and ignored."""
    value = U64(length) * _A
    i = 0
    while i < length:
        block = load_big_endian(buffer, start + i)
        if length - i < 8:
            shift = U64(8 * (8 - (length - i)))
            block = block >> shift << shift
        value = (value ^ block) * _A
        value ^= value >> U64(32)
        i += 8
    return value


@kernel
def pack(buffer, start, length):
    """Return the key of a slice of up to 15 bytes."""
    high = load_big_endian(buffer, start) & _HIGH_MASKS[length]
    return high, load_big_endian(buffer, start + 8) & _LOW_MASKS[length] | U64(length)


@kernel
def same_bytes(buffer, start, length, arena, low):
    """Whether a slice equals the long term at position ``low`` of ``arena``."""
    place = np.int64(low >> EIGHT)
    if np.int64(load_big_endian(arena, place) >> U64(32)) != length:
        return False
    for i in range(length):
        if arena[place + 4 + i] != buffer[start + i]:
            return False
    return True


@kernel
def find(high, low, slots, highs, lows):
    """Return the number of a short term or pair, or -1, and its slot."""
    hashed = hash_key(high, low)
    mask = U64(slots.size - 1)
    slot = hashed & mask
    while slots[slot] != 0:
        entry = slots[slot]
        if (entry ^ hashed) & UPPER == 0:
            number = np.int64(entry & LOWER) - 1
            if highs[number] == high and lows[number] == low:
                return number, slot
        slot = (slot + U64(1)) & mask
    return np.int64(-1), slot


@kernel
def find_long(high, buffer, start, length, slots, highs, lows, arena):
    """Same as `find` for a term of more than 15 bytes with the hash ``high``."""
    hashed = hash_key(high, LONG)
    mask = U64(slots.size - 1)
    slot = hashed & mask
    while slots[slot] != 0:
        entry = slots[slot]
        if (entry ^ hashed) & UPPER == 0:
            number = np.int64(entry & LOWER) - 1
            low = lows[number]
            if highs[number] == high and low & BYTE == LONG and same_bytes(buffer, start, length, arena, low):
                return number, slot
        slot = (slot + U64(1)) & mask
    return np.int64(-1), slot


@kernel
def put(high, low, slot, slots, highs, lows, state):
    """Assign the next number to a key that `find` did not find."""
    number = state[0]
    highs[number] = high
    lows[number] = low
    slots[slot] = hash_key(high, low) & UPPER | U64(number + 1)
    state[0] = number + 1
    return number


@kernel
def look_ahead(keys, size, slots, highs, lows):
    """Prefetch the slots and then the keys of the next terms."""
    mask = U64(slots.size - 1)
    for k in range(size):
        keys[k, 2] = hash_key(keys[k, 0], keys[k, 1]) & mask
        prefetch(slots, np.int64(keys[k, 2]))
    for k in range(size):
        number = np.int64(slots[keys[k, 2]] & LOWER) - 1
        if number >= 0:
            prefetch(highs, number)
            prefetch(lows, number)


@kernel
def number_slices(slices, first, insert, table, numbers):
    """Number the slices from ``first`` on: shapes (n,). Unknown terms are inserted, or get -1.

    Returns n, or the index of the slice at which an array of the table was full.
    """
    buffer, starts, lengths = slices
    slots, highs, lows, arena, state = table
    keys = np.empty((AHEAD, 3), np.uint64)
    for begin in range(first, starts.size, AHEAD):
        size = min(AHEAD, starts.size - begin)
        for i in range(begin, begin + size):
            start = np.int64(starts[i])
            length = np.int64(lengths[i])
            k = i - begin
            if length < 16:
                keys[k, 0], keys[k, 1] = pack(buffer, start, length)
            else:
                keys[k, 0], keys[k, 1] = hash_bytes(buffer, start, length), LONG
        look_ahead(keys, size, slots, highs, lows)
        for i in range(begin, begin + size):
            high = keys[i - begin, 0]
            low = keys[i - begin, 1]
            start = np.int64(starts[i])
            length = np.int64(lengths[i])
            if low != LONG:
                number, slot = find(high, low, slots, highs, lows)
            else:
                number, slot = find_long(high, buffer, start, length, slots, highs, lows, arena)
            if number < 0 and insert:
                if state[0] == highs.size:
                    return i
                if low == LONG:
                    place = state[1]
                    if place + length + 12 > arena.size:
                        return i
                    for k in range(4):
                        arena[place + k] = length >> (24 - 8 * k) & 0xFF
                    arena[place + 4 : place + 4 + length] = buffer[start : start + length]
                    state[1] = place + 4 + length
                    low = U64(place) << EIGHT | LONG
                number = put(high, low, slot, slots, highs, lows, state)
            numbers[i] = number
    return starts.size


@kernel
def number_pairs(left, right, first, insert, table, numbers):
    """Number the pairs (left[i], right[i]); a pair that contains -1 is -1. Returns the same as `number_slices`."""
    slots, highs, lows, _, state = table
    keys = np.empty((AHEAD, 3), np.uint64)
    for begin in range(first, left.size, AHEAD):
        size = min(AHEAD, left.size - begin)
        for i in range(begin, begin + size):
            keys[i - begin, 0] = U64(left[i]) << U64(32) | U64(right[i]) & LOWER
            keys[i - begin, 1] = PAIR
        look_ahead(keys, size, slots, highs, lows)
        for i in range(begin, begin + size):
            if left[i] < 0 or right[i] < 0:
                numbers[i] = -1
                continue
            high = keys[i - begin, 0]
            number, slot = find(high, PAIR, slots, highs, lows)
            if number < 0 and insert:
                if state[0] == highs.size:
                    return i
                number = put(high, PAIR, slot, slots, highs, lows, state)
            numbers[i] = number
    return left.size


@kernel
def absorb(other, first, table, numbers):
    """Insert the terms of another table in order; ``numbers`` maps its numbers to those of this table."""
    _, other_highs, other_lows, other_arena, _ = other
    slots, highs, lows, arena, state = table
    for i in range(first, numbers.size):
        high = other_highs[i]
        low = other_lows[i]
        mark = low & BYTE
        start = np.int64(0)
        length = np.int64(0)
        if mark == LONG:
            start = np.int64(low >> EIGHT) + 4
            length = np.int64(load_big_endian(other_arena, start - 4) >> U64(32))
            number, slot = find_long(high, other_arena, start, length, slots, highs, lows, arena)
        else:
            if mark == PAIR:
                high = U64(numbers[high >> U64(32)]) << U64(32) | U64(numbers[high & LOWER])
            number, slot = find(high, low, slots, highs, lows)
        if number < 0:
            if state[0] == highs.size:
                return i
            if mark == LONG:
                place = state[1]
                if place + length + 12 > arena.size:
                    return i
                arena[place : place + 4 + length] = other_arena[start - 4 : start + length]
                state[1] = place + 4 + length
                low = U64(place) << EIGHT | LONG
            number = put(high, low, slot, slots, highs, lows, state)
        numbers[i] = number
    return numbers.size


@kernel
def fill_slots(highs, lows, slots):
    """Insert all terms into empty slots, after the table has grown."""
    mask = U64(slots.size - 1)
    for number in range(highs.size):
        hashed = hash_key(highs[number], lows[number])
        slot = hashed & mask
        while slots[slot] != 0:
            slot = (slot + U64(1)) & mask
        slots[slot] = hashed & UPPER | U64(number + 1)
