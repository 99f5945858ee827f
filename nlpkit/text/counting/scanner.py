"""Scanner: converts batches of texts to slices of a cleaned buffer, in compiled code."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np

from nlpkit.errors import InputError, ParameterError
from nlpkit.text.analysis import Scan
from nlpkit.text.terms import Slices

from . import _scan_numba as scanning
from .characters import lower_case, needs_str_lower, same_case, space_characters, word_characters, word_parts

LONGEST_BUFFER = 1 << 32
"""Positions in a cleaned buffer are uint32."""


class Scanner:
    """Converts texts to slices of a cleaned buffer; its memory is reused between batches.

    Parameters
    ----------
    scan : Scan
    ngram_range : (int, int)
        The n-grams of characters, if the scan cuts into these.
    tokens : callable, optional
        Gives the tokens of a text in plain Python, for batches with lists of tokens.
    """

    def __init__(
        self,
        scan: Scan,
        ngram_range: tuple[int, int],
        tokens: Callable[[Any], list[str]] | None = None,
    ) -> None:
        self.scan = scan
        self.tokens = tokens
        self.ngram_range = ngram_range
        if scan.cut == "word":
            self._inside = word_parts() if scan.marks else word_characters()
        elif scan.cut == "space":
            self._inside = 1 - space_characters()
        else:
            self._inside = space_characters()
        self._buffer = np.empty(0, np.uint8)
        self._edges = np.empty(0, np.uint32)
        self._starts = np.empty(0, np.uint32)
        self._lengths = np.empty(0, np.uint32)

    def _pack(self, texts: list[str], joined: str) -> tuple[np.ndarray, np.ndarray, bool, bool]:
        """Return the texts as UTF-8, their starts, whether all are ASCII, and whether they need lower-casing."""
        scan, lower = self.scan, self.scan.lower
        ascii_only = joined.isascii()
        transform = scan.ascii_transform if ascii_only else scan.transform
        if transform is not None:
            texts, lower = [transform(text) for text in texts], False
            joined = "".join(texts)
            ascii_only = joined.isascii()
        if lower and not ascii_only and needs_str_lower(joined):
            texts = [text.lower() if needs_str_lower(text) else text for text in texts]
        offsets = np.zeros(len(texts) + 1, np.int64)
        pieces: list[Any] = texts
        if ascii_only:
            data = joined.encode("ascii")
        else:
            pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
            data = b"".join(pieces)
        np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)), out=offsets[1:])
        return np.frombuffer(data, np.uint8), offsets, ascii_only, lower

    def _room(self, name: str, size: int) -> np.ndarray:
        array = getattr(self, name)
        if len(array) < size:
            array = np.empty(size + size // 4, array.dtype)
            setattr(self, name, array)
        return array

    def __call__(self, texts: list[str]) -> tuple[Slices, np.ndarray]:
        """Return the slices, valid until the next call, and their number up to each text."""
        try:
            joined = "".join(texts)
        except TypeError:  # there are lists of tokens
            if self.tokens is None:
                raise
            return self._given(list(map(self.tokens, texts)))
        source, offsets, ascii_only, to_lower = self._pack(texts, joined)
        lower = lower_case() if to_lower else same_case()
        out_offsets = np.empty_like(offsets)
        text_ends = np.empty(len(texts), np.int64)
        words = self.scan.cut in ("word", "space")
        # Lower-casing extends some characters from two bytes to three, and adds up to three bytes per text.
        longest = len(source) * (2 if ascii_only else 3) // 2 + 4 * len(texts) + scanning.PADDING
        if longest > LONGEST_BUFFER:  # batches end with the first long text
            raise InputError(f"a text of about {len(source):,} bytes is too long: split texts of more than 2 GB")
        buffer = self._room("_buffer", longest)
        if words:
            table = np.where(self._inside[:128], lower[:128], scanning.SEPARATOR).astype(np.uint8)
            if ascii_only:
                scanning.clean_ascii(source, offsets, table, buffer, out_offsets)
            else:
                shortest = self.scan.shortest
                scanning.clean_utf8(source, offsets, table, self._inside, lower, shortest, buffer, out_offsets)
        else:
            by_word = self.scan.cut == "char_wb"
            scanning.clean_characters(source, offsets, self._inside, lower, by_word, buffer, out_offsets)
        size = int(out_offsets[-1])
        # A one-letter word with its separator or its share of spaces takes two bytes, and makes one word or three
        # n-grams.
        most = size // 2 + 1 if words else size * (self.ngram_range[1] - self.ngram_range[0] + 1) + size // 2 + 1
        starts, lengths = self._room("_starts", most), self._room("_lengths", most)
        if words:
            edges = self._room("_edges", size + 1)
            n = scanning.cut_words(buffer, out_offsets, self.scan.shortest, edges, starts, lengths, text_ends)
        else:
            smallest, largest = self.ngram_range
            n = scanning.cut_characters(buffer, out_offsets, smallest, largest, by_word, starts, lengths, text_ends)
        return Slices(buffer, starts[:n], lengths[:n]), text_ends

    def _given(self, rows: list[list[str]]) -> tuple[Slices, np.ndarray]:
        """Return the slices of tokens that are cut already."""
        end = bytes([scanning.SEPARATOR])
        pieces = [end.join(token.encode("utf-8", "surrogatepass") for token in row) + end for row in rows]
        offsets = np.zeros(len(pieces) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)), out=offsets[1:])
        size = int(offsets[-1])
        if size + scanning.PADDING > LONGEST_BUFFER:
            raise InputError(
                f"the tokens of a batch have {size:,} bytes, which is too long: split texts of more than 2 GB"
            )
        if self.ngram_range != (1, 1):
            for token in chain.from_iterable(rows):
                if token.split() != [token]:
                    raise ParameterError(
                        f"the token {token!r} has white space, and n-grams are joined by spaces (ngram_range,"
                        " --ngram-range): give lists of tokens before other texts, or replace the spaces"
                    )
        buffer = np.frombuffer(b"".join(pieces) + end * scanning.PADDING, np.uint8)
        starts, lengths = self._room("_starts", size // 2 + 1), self._room("_lengths", size // 2 + 1)
        text_ends = np.empty(len(rows), np.int64)
        n = scanning.cut_words(buffer, offsets, 1, self._room("_edges", size + 1), starts, lengths, text_ends)
        return Slices(buffer, starts[:n], lengths[:n]), text_ends
