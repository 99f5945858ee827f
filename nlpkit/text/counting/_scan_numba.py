"""Compiled scanning of UTF-8: texts are cleaned into a second buffer, which is split into slices.

A cleaned buffer holds the lower-cased texts, one after another. A separator byte 255, which never occurs in UTF-8,
follows each text and, for words, replaces all characters between them. A slice is a start and a length in bytes: a word
or a character n-gram. Buffers end in 64 separators, so 64 bytes can be read from any position.
"""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import equal_bytes, kernel, trailing_zeros

U64 = np.uint64
PADDING = 64
SEPARATOR = 255


@kernel
def clean_ascii(source, offsets, table, out, out_offsets):
    """Translate ASCII bytes by ``table`` (256,), and end each text with a separator."""
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
    """Return the code point at byte ``i``, and its length in bytes."""
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
    """Write a code point as UTF-8 at ``out[j]``; return the position after it."""
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
def finish_marked_word(source, i, end, table, inside, lower, shortest, out, begin, j):
    """Clean the rest of a word from its first mark or joiner on, ``source[i:end]``; return both positions after it.

    The word begins somewhere in ``out[begin:j]``. It becomes separators if less than ``shortest`` of its characters
    count.
    """
    start = j
    counted = 0
    while start > begin and out[start - 1] != SEPARATOR:
        start -= 1
        counted += (out[start] & 0xC0) != 0x80
    while i < end:
        if source[i] < 0x80:
            if table[source[i]] == SEPARATOR:
                break
            out[j] = table[source[i]]
            i += 1
            j += 1
            counted += 1
            continue
        code, size = decode(source, i)
        kind = inside[code]
        if kind == 0:
            break
        if kind == 4:  # a joiner: it belongs to the word if, after others, more of the word follows
            following = i + size
            found = np.uint8(0)
            while following < end:
                if source[following] < 0x80:
                    found = np.uint8(table[source[following]] != SEPARATOR)
                    break
                code, size = decode(source, following)
                found = inside[code]
                if found != 4:
                    break
                found = np.uint8(0)
                following += size
            if found == 0:
                break
            while i < following:
                out[j] = source[i]
                i += 1
                j += 1
            continue
        counted += kind < 3
        i += size
        j = encode(np.int64(lower[code]), out, j)
    if counted < shortest:
        out[start:j] = SEPARATOR
    return i, j


@kernel
def clean_utf8(source, offsets, table, inside, lower, shortest, out, out_offsets):
    """Lower-case, and replace code points that are not ``inside`` a token by separators; ASCII bytes use ``table``.

    ``inside`` is 1 for the characters of a token. It is 2 for marks that count among the ``shortest`` characters that a
    token needs, 3 for those that do not and 4 for joiners: these belong to a token if one stands before them.
    """
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
            kind = inside[code]
            if kind == 1:
                j = encode(np.int64(lower[code]), out, j)
            elif kind > 1 and j > out_offsets[text] and out[j - 1] != SEPARATOR:
                i, j = finish_marked_word(
                    source, i, offsets[text + 1], table, inside, lower, shortest, out, out_offsets[text], j
                )
                # What follows does not belong to the word: a joiner at its end, or what is not inside.
                out[j] = SEPARATOR
                j += 1
                if i < offsets[text + 1] and source[i] >= 0x80:
                    i += decode(source, i)[1]
                else:
                    i += 1
                continue
            else:
                out[j] = SEPARATOR
                j += 1
            i += size
        out[j] = SEPARATOR
        j += 1
    out_offsets[offsets.size - 1] = j
    out[j : j + PADDING] = SEPARATOR


@kernel
def clean_characters(source, offsets, space, lower, by_word, out, out_offsets):
    """Lower-case, and normalise white space for character n-grams.

    With ``by_word``, a text becomes its words with single spaces before, between and after them. Otherwise a run of two
    or more white spaces becomes one space, and a single one is unchanged.
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
def character_size(byte):
    """Return the length in bytes of the character that starts with ``byte``."""
    return 1 + (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0)


@kernel
def cut_words(buffer, offsets, shortest, edges, starts, lengths, text_ends):
    """Split a cleaned buffer at its separators; drop tokens shorter than ``shortest`` (1 or 2) characters.

    Starts and ends are found 64 bytes at a time and stored in ``edges`` (n_bytes + 1,). Returns the number of tokens;
    ``text_ends[d]`` is the number up to text d.
    """
    n_edges = 0
    before = U64(0)
    for i in range(0, offsets[offsets.size - 1], 64):
        inside = ~equal_bytes(buffer, i, SEPARATOR)
        changes = inside ^ (inside << U64(1) | before)
        before = inside >> U64(63)
        while changes:
            edges[n_edges] = i + trailing_zeros(changes)
            n_edges += 1
            changes &= changes - U64(1)
    n = 0
    text = 0
    for i in range(0, n_edges, 2):
        start = np.int64(edges[i])
        length = np.int64(edges[i + 1]) - start
        while start >= offsets[text + 1]:
            text_ends[text] = n
            text += 1
        starts[n] = start
        lengths[n] = length
        n += not (shortest > 1 and length == character_size(buffer[start]))
    text_ends[text:] = n
    return n


@kernel
def cut_characters(buffer, offsets, smallest, largest, by_word, starts, lengths, text_ends):
    """Split every text (``by_word``: every padded word) into n-grams of ``smallest`` to ``largest`` characters.

    With ``by_word``, a word of at most n characters is returned once, whole, for the first such n.
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
