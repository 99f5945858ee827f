"""GatheredRows: the rows of a file as they come, put together to words and one array."""

from __future__ import annotations

import numpy as np

from nlpkit.errors import InputError
from nlpkit.text.terms import Terms

from .words import WordReading, decode, warn_of_infinite, without_doubles


class GatheredRows:
    """Words and vectors, added block by block.

    Parameters
    ----------
    path : path
        The file that they are read from, for messages.
    vector_size : int
    expected : int
        About how many rows there will be. Memory is allocated for this number.
    unit : str
        "line" or "row": how messages count the file's rows.
    first : int
        The number of the first row in that count.
    """

    def __init__(self, path: object, vector_size: int, expected: int, unit: str, first: int) -> None:
        self.path = path
        self.unit = unit
        self.first = first
        self.rows = 0
        self._vectors = np.empty((max(expected, 1), vector_size), np.float32)
        self._letters: list[np.ndarray] = []
        self._lengths: list[np.ndarray] = []
        self._infinite = [0, 0]

    def where(self, row: int) -> str:
        """The place of a row, for messages."""
        return f"{self.path}, {self.unit} {row + self.first:,}"

    def add(self, letters: np.ndarray, lengths: np.ndarray, vectors: np.ndarray) -> None:
        """Add words, as their bytes (n_bytes,) and lengths (n,), and their vectors (n, d)."""
        after = self.rows + len(lengths)
        if after > len(self._vectors):
            rows = max(after, len(self._vectors) * 3 // 2)
            try:
                self._vectors.resize((rows, self._vectors.shape[1]), refcheck=False)
            except MemoryError as error:
                raise InputError(
                    f"{self.path}: there isn't enough memory for it: read fewer words, by --limit (limit=)"
                ) from error
        self._vectors[self.rows : after] = vectors
        self._letters.append(letters)
        self._lengths.append(lengths)
        if not np.isfinite(vectors).all():
            infinite = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
            if not self._infinite[0]:
                self._infinite[1] = self.rows + int(infinite[0])
            self._infinite[0] += len(infinite)
        self.rows = after

    def finish(self, reading: WordReading) -> tuple[Terms, np.ndarray]:
        """The words, each once, and their vectors (n, d) float32. Nothing can be added afterwards.

        Raises
        ------
        InputError
            If a word can't be decoded.
        """
        offsets = np.zeros(self.rows + 1, np.int64)
        if self.rows:
            np.cumsum(np.concatenate(self._lengths), out=offsets[1:])
        buffer = np.concatenate(self._letters) if self.rows else np.zeros(0, np.uint8)
        self._letters = []
        words = decode(buffer, offsets, reading, self.where)
        count, row = self._infinite
        if count:
            warn_of_infinite(row, count, self.where)
        vectors = self._vectors
        vectors.resize((self.rows, vectors.shape[1]), refcheck=False)
        return without_doubles(words, vectors, self.path)
