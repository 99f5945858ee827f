"""RowSteps: whether the rows of word2vec's binary form are where the reader takes them to be.

A row is a word, a space and its numbers. The file does not say how long a word is, so that a word with a space in it
ends at that space for every reader: what follows is taken for numbers, and the rest of the numbers for the next word.
The same comes of a word that begins with a newline, which readers take for the end of the row before. Such files are
refused where they can be told from others:

- a word has NUL or a newline in it: these are bytes of numbers, or a word that other tools don't read;
- a newline is before some rows' words only;
- a row has numbers that no training gives, such as letters make, and the word after it has bytes that text hasn't.

Where the word after such numbers could be one, or there is none, a warning is given.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from nlpkit.errors import InputError

from .words import WordReading, is_strange

OUT_OF_STEP = "a word with a space, newline or NUL in it, which this format can't hold"
DOUBT = f"if it looks like no word, the rows are out of step, by {OUT_OF_STEP}"
"""Another meaning of a word that can't be decoded."""
_MEND = "write the vectors again without it, or as text (binary=False in gensim)"
_LARGE = int(np.float32(1e10).view(np.uint32))
_INFINITE = int(np.float32(np.inf).view(np.uint32))
_TINY = int(np.float32(1e-12).view(np.uint32))
_NO_TEXT = bytes({*range(32), 127})


class RowSteps:
    """The check of a file's rows, block by block.

    Parameters
    ----------
    where : callable
        Place of a row in messages.
    reading : WordReading
        How words are decoded.
    """

    def __init__(self, where: Callable[[int], str], reading: WordReading) -> None:
        self._where = where
        self._encoding = "utf-8" if reading.is_utf8 else reading.encoding
        self._rows = 0
        self._first_newline = False
        self._newlines: bool | None = None
        self._odd_before = False
        self._counts = [0, 0]
        self._odd: list[int] = []

    def check(self, letters: np.ndarray, offsets: np.ndarray, newlines: np.ndarray, vectors: np.ndarray) -> bool:
        """Check a block of rows; returns whether all of its numbers are finite.

        Parameters
        ----------
        letters : (n_bytes,) uint8
            The words' bytes, one word after the other.
        offsets : (n + 1,) int64
            Where each word starts in them.
        newlines : (n,) bool
            Whether there is a newline before the word.
        vectors : (n, d) float32

        Raises
        ------
        InputError
            If the rows are out of step.
        """
        from ._binary_numba import extreme_bits

        n = len(vectors)
        if not n:
            return True
        self._check_newlines(newlines)
        for byte, name in ((0, "NUL"), (10, "a newline")):
            found = np.flatnonzero(letters == byte)
            if len(found):
                row = int(np.searchsorted(offsets, found[0], side="right")) - 1
                raise self._error(row, f"has {name} in its word, {_shown(letters[offsets[row] : offsets[row + 1]])}")
        bits = np.empty((n, 2), np.uint32)
        extreme_bits(vectors.view(np.uint32), bits)
        most = bits[:, 0]
        odd = self._unusual(most >= _LARGE, 0) | self._unusual(bits[:, 1] < _TINY, 1)
        for row in np.flatnonzero(np.concatenate([[self._odd_before], odd[:-1]])).tolist():
            word = letters[offsets[row] : offsets[row + 1]]
            if self._is_no_word(word.tobytes()):
                raise self._error(row, f"comes after numbers such as letters make, and its word is {_shown(word)}")
        self._odd_before = bool(odd[-1])
        self._odd += (self._rows + np.flatnonzero(odd & (most < _INFINITE))).tolist()
        self._rows += n
        return bool((most < _INFINITE).all())

    def warn(self) -> None:
        """Warn of numbers that no training gives, if few rows have such, once all rows are read."""
        if self._odd and len(self._odd) * 2 <= self._rows:
            warnings.warn(
                f"{self._where(self._odd[0])}: has numbers above 10^10 or below 10^-12, and {len(self._odd) - 1:,}"
                f" further rows have: if the words look wrong, the rows are out of step, by {OUT_OF_STEP}: {_MEND}",
                stacklevel=2,
            )

    def _unusual(self, rows: np.ndarray, kind: int) -> np.ndarray:
        """``rows`` (n,) bool, or no row if most rows of the file so far are so."""
        self._counts[kind] += int(rows.sum())
        return rows if self._counts[kind] * 2 <= self._rows + len(rows) else np.zeros(len(rows), bool)

    def _check_newlines(self, newlines: np.ndarray) -> None:
        later = newlines if self._rows else newlines[1:]
        if not self._rows:
            self._first_newline = bool(newlines[0])
        if not len(later):
            return
        if self._newlines is None:
            self._newlines = bool(later[0])
            if self._first_newline and not self._newlines:
                raise self._error(-self._rows, "has a newline before its word, as no other row has")
        if (later != self._newlines).any():
            row = int(np.argmax(later != self._newlines)) + len(newlines) - len(later)
            usual = "has no newline before its word, as the rows before have"
            raise self._error(row, usual if self._newlines else "has a newline before its word, as no row before has")

    def _is_no_word(self, word: bytes) -> bool:
        """Whether a word has bytes that text hasn't; a character that is cut at its end is none."""
        return len(word) > len(word.translate(None, _NO_TEXT)) or is_strange(word, self._encoding)

    def _error(self, row: int, what: str) -> InputError:
        return InputError(
            f"{self._where(self._rows + row)}: {what}: the rows are out of step, by {OUT_OF_STEP}: {_MEND}"
        )


def _shown(word: np.ndarray) -> str:
    """The beginning of a word, on one line."""
    return repr(word[:40].tobytes())[1:] + ("…" if len(word) > 40 else "")
