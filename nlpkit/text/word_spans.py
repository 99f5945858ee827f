"""Which pieces of a text make up its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from .unspaced import has_unspaced, stands_alone

Span = tuple[int, int]

_BYTE = re.compile("<0x([0-9A-F]{2})>")
_SPACE_PIECE = "\N{LOWER ONE EIGHTH BLOCK}"


def spaced_words(pieces: Sequence[str | None]) -> list[Span]:
    """Return the first piece of each word between spaces, and the place after its last piece.

    Parameters
    ----------
    pieces : sequence of str or None
        Pieces with ``▁`` for a space; None belongs to no word. A separate space piece belongs to the next word.

    Examples
    --------
    >>> spaced_words(["▁two", "▁", "dog", "s", None])
    [(0, 1), (1, 4)]
    """
    spans: list[Span] = []
    begin = end = -1
    named = False
    for place, piece in enumerate(pieces):
        if piece is None:
            continue
        if named and piece.startswith(_SPACE_PIECE):
            spans.append((begin, end))
            begin, named = -1, False
        begin = place if begin < 0 else begin
        end = place + 1
        named = named or piece != _SPACE_PIECE
    if named:
        spans.append((begin, end))
    return spans


def parts_of_words(
    words: Iterable[Span], pieces: Sequence[str], texts: Callable[[list[Span]], list[str]]
) -> list[Span]:
    """Return the parts of words: the words, or their pieces where they are written in a script without spaces.

    Between two pieces of a word is a border if a letter or mark of such a script stands before or after it. The bytes
    of a character stay together.

    Parameters
    ----------
    words : iterable of (int, int)
        The first piece of each word, and the place after its last one.
    pieces : sequence of str
    texts : callable
        Returns the text of the pieces from one place up to another, for a list of such places.

    Examples
    --------
    >>> pieces = ["▁a", "▁我", "用", "iPh", "one", "。"]
    >>> def texts(spans):
    ...     return ["".join(pieces[begin:end]).replace("▁", "") for begin, end in spans]
    >>> parts_of_words([(0, 1), (1, 6)], pieces, texts)
    [(0, 1), (1, 2), (2, 3), (3, 5), (5, 6)]
    """
    parts: list[Span] = []
    for word in words:
        groups = _whole_characters(word, pieces)
        shown = texts(groups)
        parts.append(groups[0])
        before, unspaced = shown[0], any(map(has_unspaced, shown))
        for (begin, end), text in zip(groups[1:], shown[1:], strict=True):
            if unspaced and before and text and (stands_alone(before[-1]) or stands_alone(text[0])):
                parts.append((begin, end))
            else:
                parts[-1] = parts[-1][0], end
            before = text
    return parts


def _whole_characters(word: Span, pieces: Sequence[str]) -> list[Span]:
    """Return the pieces of a word, with the bytes of each character in one span."""
    groups: list[Span] = []
    of_bytes = False
    for place in range(*word):
        byte = _BYTE.fullmatch(pieces[place])
        if of_bytes and byte and 0x80 <= int(byte[1], 16) < 0xC0:
            groups[-1] = groups[-1][0], place + 1
        else:
            groups.append((place, place + 1))
        of_bytes = byte is not None
    return groups
