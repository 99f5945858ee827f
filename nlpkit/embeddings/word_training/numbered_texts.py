"""NumberedTexts: the words of texts as numbers, in the order they are read, in memory or in a temporary file."""

from __future__ import annotations

import tempfile
from typing import IO

import numpy as np

END = -1
"""Stands behind each text among the numbers of its words."""

DROPPED = -2
"""Stands for a word that is left out."""

IN_MEMORY = 1 << 26
"""How many numbers are held in memory; more are put into a temporary file that is mapped to memory."""


class Numbering:
    """The numbers that one thread gave to words, and what they became: ``numbers`` is set when they are merged."""

    def __init__(self, n_words: int = 0) -> None:
        self.numbers: np.ndarray | None = None
        self.counts = np.zeros(n_words, np.int64)

    def count(self, numbers: np.ndarray, n_words: int) -> None:
        """Count words, of which ``n_words`` are known by now."""
        counts = np.bincount(numbers, minlength=n_words)
        counts[: len(self.counts)] += self.counts
        self.counts = counts


class NumberedTexts:
    """Pieces of numbered texts, each in a numbering of its own, until `finish` gives them one.

    Attributes
    ----------
    n_tokens, n_texts : int
        How many words and texts there are.
    """

    def __init__(self, in_memory: int) -> None:
        self.n_tokens = 0
        self.n_texts = 0
        self._in_memory = in_memory
        self._pieces: list[tuple[Numbering, int, np.ndarray | None]] = []
        self._file: IO[bytes] | None = None

    def add(self, numbering: Numbering, numbers: np.ndarray, text_ends: np.ndarray) -> None:
        """Add texts: the numbers of all their words, (n,) int32, and how many there are up to each text's end."""
        sizes = np.diff(text_ends, prepend=0)
        laid = np.full(len(numbers) + len(sizes), END, np.int32)
        laid[np.arange(len(numbers)) + np.repeat(np.arange(len(sizes)), sizes)] = numbers
        self.n_tokens += len(numbers)
        self.n_texts += len(sizes)
        self._pieces.append((numbering, len(laid), laid))
        if self._file is not None or self.n_tokens + self.n_texts > self._in_memory:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="nlpkit-")  # noqa: SIM115 (open as long as it is mapped)
        for i, (numbering, size, numbers) in enumerate(self._pieces):
            if numbers is not None:
                self._file.write(numbers.data)
                self._pieces[i] = numbering, size, None

    def finish(self, final: np.ndarray) -> np.ndarray:
        """All numbers as one array, (n,) int32: ``final[numbering.numbers[i]]`` for i, without what is `DROPPED`."""
        size = sum(size for _, size, _ in self._pieces)
        if self._file is None:
            whole = np.empty(size, np.int32)
        else:
            self._file.flush()
            whole = np.memmap(self._file, np.int32, "r+", shape=(size,))
        table, last = np.empty(0, np.int32), None
        read = written = 0
        for i, (numbering, length, numbers) in enumerate(self._pieces):
            if numbering is not last:
                assert numbering.numbers is not None
                table = np.append(final[numbering.numbers], np.int32(END))  # END, -1, finds itself
                last = numbering
            piece = table[whole[read : read + length] if numbers is None else numbers]
            piece = piece[piece != DROPPED]
            whole[written : written + len(piece)] = piece
            read += length
            written += len(piece)
            self._pieces[i] = numbering, length, None  # its memory is free
        return whole[:written]
