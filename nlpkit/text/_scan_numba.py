"""Compiled scanning of UTF-8: texts are cleaned into a second buffer, and cut into slices of it.

A cleaned buffer holds the lower-cased bytes of the texts, one after another, with a byte 255, which UTF-8 never has,
after each and, for words, in place of whatever separates them. A slice is a start and a length in bytes; it stands for
a word or for a character n-gram. Buffers end in 16 such bytes, so that 8 bytes can be read from any place.
"""

from __future__ import annotations

import numpy as np

from ._kernel import kernel, leading_zeros, load_big_endian

U64 = np.uint64
PADDING = 16
SEPARATOR = 255
_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)


@kernel
def clean_ascii(source, offsets, table, out, out_offsets):
    """Translate ASCII bytes by ``table`` (256,), ending each text with a separator."""
    j = 0
    for text in range(offsets.size - 1):
        out_offsets[text] = j
        for i in range(offsets[text], offsets[text + 1]):
            out[j] = table[source[i]]
            j += 1
        out[j] = SEPARATOR
        j += 1
    out_offsets[offsets.size - 1] = j
    out[j : j + PADDING] = SEPARATOR


@kernel
def decode(source, i):
    """The code point that starts at byte ``i``, and the length of its encoding."""
    first = np.int64(source[i])
    if first < 0x80:
        return first, 1
    second = np.int64(source[i + 1]) & 0x3F
    if first < 0xE0:
        return (first & 0x1F) << 6 | second, 2
    third = np.int64(source[i + 2]) & 0x3F
    if first < 0xF0:
        return (first & 0x0F) << 12 | second << 6 | third, 3
    return (first & 0x07) << 18 | second << 12 | third << 6 | np.int64(source[i + 3]) & 0x3F, 4


@kernel
def encode(code, out, j):
    """Write a code point as UTF-8 at ``out[j]``; return the place behind it."""
    if code < 0x80:
        out[j] = code
        return j + 1
    if code < 0x800:
        out[j] = 0xC0 | code >> 6
        out[j + 1] = 0x80 | code & 0x3F
        return j + 2
    if code < 0x10000:
        out[j] = 0xE0 | code >> 12
        out[j + 1] = 0x80 | code >> 6 & 0x3F
        out[j + 2] = 0x80 | code & 0x3F
        return j + 3
    out[j] = 0xF0 | code >> 18
    out[j + 1] = 0x80 | code >> 12 & 0x3F
    out[j + 2] = 0x80 | code >> 6 & 0x3F
    out[j + 3] = 0x80 | code & 0x3F
    return j + 4


@kernel
def clean_utf8(source, offsets, table, inside, lower, out, out_offsets):
    """Lower-case, and put a separator for each code point that is not ``inside`` a token; ASCII goes by ``table``."""
    j = 0
    for text in range(offsets.size - 1):
        out_offsets[text] = j
        i = offsets[text]
        while i < offsets[text + 1]:
            if source[i] < 0x80:
                out[j] = table[source[i]]
                i += 1
                j += 1
                continue
            code, size = decode(source, i)
            i += size
            if inside[code]:
                j = encode(np.int64(lower[code]), out, j)
            else:
                out[j] = SEPARATOR
                j += 1
        out[j] = SEPARATOR
        j += 1
    out_offsets[offsets.size - 1] = j
    out[j : j + PADDING] = SEPARATOR


@kernel
def clean_characters(source, offsets, space, lower, by_word, out, out_offsets):
    """Lower-case, and fold white space as the character n-grams want it.

    By word, a text becomes its words, with a space before, between and behind them; else a run of two or more white
    spaces becomes one space, and a single one stays what it is.
    """
    j = 0
    for text in range(offsets.size - 1):
        out_offsets[text] = j
        i = offsets[text]
        end = offsets[text + 1]
        if by_word:
            out[j] = 0x20
            j += 1
        while i < end:
            code, size = decode(source, i)
            i += size
            if not space[code]:
                j = encode(np.int64(lower[code]), out, j)
                continue
            run = 1
            while i < end:
                following, size = decode(source, i)
                if not space[following]:
                    break
                i += size
                run += 1
            if by_word:
                if out[j - 1] != 0x20:
                    out[j] = 0x20
                    j += 1
            else:
                j = encode(0x20 if run > 1 else code, out, j)
        if by_word and out[j - 1] != 0x20:
            out[j] = 0x20
            j += 1
        out[j] = SEPARATOR
        j += 1
    out_offsets[offsets.size - 1] = j
    out[j : j + PADDING] = SEPARATOR


@kernel
def is_separator(block):
    """The high bit of every byte that is 255, whatever the bytes beside it are."""
    return ((block & ~_HIGH) + _ONES) & block & _HIGH


@kernel
def character_size(byte):
    """The length in bytes of the character that starts with ``byte``."""
    if byte < 0x80:
        return 1
    if byte < 0xE0:
        return 2
    return 3 if byte < 0xF0 else 4


@kernel
def cut_words(buffer, offsets, shortest, starts, lengths, text_ends):
    """Cut a cleaned buffer at its separators; drop tokens of fewer than ``shortest`` (1 or 2) characters.

    Eight bytes are looked at together. Returns the number of tokens; ``text_ends[d]`` counts those up to text d.
    """
    n = 0
    i = 0
    for text in range(offsets.size - 1):
        end = offsets[text + 1]
        while True:
            others = ~load_big_endian(buffer, i)
            while others == 0 and i < end:
                i += 8
                others = ~load_big_endian(buffer, i)
            i += np.int64(leading_zeros(others) >> U64(3))
            if i >= end:
                i = end
                break
            start = i
            separators = is_separator(load_big_endian(buffer, i))
            while separators == 0:
                i += 8
                separators = is_separator(load_big_endian(buffer, i))
            i += np.int64(leading_zeros(separators) >> U64(3))
            length = i - start
            if shortest > 1 and length < 5 and length == character_size(buffer[start]):
                continue
            starts[n] = start
            lengths[n] = length
            n += 1
        text_ends[text] = n
    return n


@kernel
def cut_characters(buffer, offsets, smallest, largest, by_word, starts, lengths, text_ends):
    """Cut every text (by word: every padded word) into its n-grams of ``smallest`` to ``largest`` characters.

    By word, a word that is no longer than n is taken once, whole, at the first such n.
    """
    n = 0
    for text in range(offsets.size - 1):
        i = offsets[text]
        text_end = offsets[text + 1] - 1
        while i < text_end:
            end = text_end
            if by_word:
                end = i + 1
                while end < text_end and buffer[end] != 0x20:
                    end += 1
                if end >= text_end:
                    break
                end += 1
            for size in range(smallest, largest + 1):
                last = i
                taken = 0
                while taken < size and last < end:
                    last += character_size(buffer[last])
                    taken += 1
                if taken < size and not by_word:
                    break
                first = i
                starts[n] = first
                lengths[n] = last - first
                n += 1
                whole = last == end
                while last < end:
                    first += character_size(buffer[first])
                    last += character_size(buffer[last])
                    starts[n] = first
                    lengths[n] = last - first
                    n += 1
                if by_word and whole:
                    break
            if not by_word:
                break
            i = end - 1
        text_ends[text] = n
    return n
