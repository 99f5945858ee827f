"""GatheredRows: the rows of a file as they come, put together to words and one array."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import InputError

from .words import WordReading, decode, warn_of_infinite, warn_of_left_out, without_doubles


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
    doubt : str
        Another meaning of a word that can't be decoded, for messages.
    """

    def __init__(
        self, path: object, vector_size: int, expected: int, unit: str, first: int, *, doubt: str = ""
    ) -> None:
        self._doubt = doubt
        self.path = path
        self.unit = unit
        self.first = first
        self.rows = 0
        self._vectors = np.empty((max(expected, 1), vector_size), np.float32)
        self._letters: list[np.ndarray] = []
        self._lengths: list[np.ndarray] = []
        self._infinite = [0, 0]
        self._gaps: list[int] = []
        self.left_out: dict[str, list[int]] = {}
        """Rows of the file that were left out, by reason: their numbers in the file, as messages count."""

    def where(self, row: int) -> str:
        """The place of a row that was added, for messages."""
        return self.place(row + bisect_right(self._gaps, row))

    def place(self, number: int) -> str:
        """The place of a row by its number in the file from 0, for messages."""
        return f"{self.path}, {self.unit} {number + self.first:,}"

    def add(
        self,
        letters: np.ndarray,
        lengths: np.ndarray,
        vectors: np.ndarray,
        *,
        skipped: Sequence[tuple[int, str]] = (),
        finite: bool = False,
    ) -> None:
        """Add words, as their bytes (n_bytes,) and lengths (n,), and their vectors (n, d).

        ``skipped`` are the file's rows between them that are left out: each the number of the added row that it stands
        before, and the reason. ``finite``: it is known that all numbers are finite.
        """
        for row, reason in skipped:
            self.left_out.setdefault(reason, []).append(self.rows + row + len(self._gaps) + self.first)
            self._gaps.append(self.rows + row)
        after = self.rows + len(lengths)
        if after > len(self._vectors):
            rows = max(after, len(self._vectors) * 3 // 2)
            try:
                self._vectors.resize((rows, self._vectors.shape[1]), refcheck=False)
            except MemoryError as error:
                raise InputError(
                    f"{self.path}: there isn't enough memory for it: read fewer words, by nlpkit convert --limit"
                    " (limit=)"
                ) from error
        self._vectors[self.rows : after] = vectors
        self._letters.append(letters)
        self._lengths.append(lengths)
        if not finite and not np.isfinite(vectors).all():
            infinite = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
            if not self._infinite[0]:
                self._infinite[1] = self.rows + int(infinite[0])
            self._infinite[0] += len(infinite)
        self.rows = after

    def finish(self, reading: WordReading) -> WordTable:
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
        words, skipped = decode(buffer, offsets, reading, self.where, self._doubt)
        count, row = self._infinite
        if count:
            warn_of_infinite(row, count, self.where)
        vectors = self._vectors
        vectors.resize((self.rows, vectors.shape[1]), refcheck=False)
        if skipped:
            numbers = [row + bisect_right(self._gaps, row) + self.first for row in skipped]
            self.left_out[f"a word isn't {reading.encoding}"] = numbers
            vectors = np.delete(vectors, skipped, axis=0)
        words, vectors = without_doubles(words, vectors, self.path)
        if len(words) > reading.of(len(words)):
            words, vectors = words.first(reading.of(len(words))), vectors[: reading.of(len(words))]
        warn_of_left_out(self.left_out, self.path, self.unit)
        table = WordTable(words, vectors)
        table.rows_left_out = {reason: len(rows) for reason, rows in self.left_out.items()}
        return table
