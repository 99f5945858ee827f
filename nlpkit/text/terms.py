"""Terms: a sequence of strings in one block of memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple, overload

import numpy as np

from nlpkit.errors import InputError
from nlpkit.outputs.columns import escaped_lines

_BLOCK = 1 << 14
_PADDING = b"\0" * 16


class Slices(NamedTuple):
    """Where strings are in a buffer.

    Attributes
    ----------
    buffer : (n_bytes + 16,) uint8
        UTF-8, and 16 bytes of padding.
    starts, lengths : (n,) uint32
    """

    buffer: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray


class Terms(Sequence[str]):
    """A read-only sequence of strings, stored as UTF-8 in one array: about ten bytes per word instead of a hundred.

    Parameters
    ----------
    buffer : (n_bytes + 16,) uint8
        The concatenated strings (lone surrogates as three bytes), and 16 bytes of padding.
    offsets : (n + 1,) int64 or uint32
        Start of each string, and the end of the last one.

    Examples
    --------
    >>> terms = Terms.of(["and", "the"])
    >>> len(terms), terms[1], list(terms)
    (2, 'the', ['and', 'the'])
    """

    def __init__(self, buffer: np.ndarray, offsets: np.ndarray) -> None:
        self.buffer = buffer
        self.offsets = offsets

    @classmethod
    def of(cls, strings: Iterable[str]) -> Terms:
        """Pack ``strings``."""
        encoded = [string.encode("utf-8", "surrogatepass") for string in strings]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded) + _PADDING, np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            first, last, step = index.indices(len(self))
            return self._between(first, last) if step == 1 else [self[i] for i in range(first, last, step)]
        i = range(len(self))[index]
        return self.buffer[self.offsets[i] : self.offsets[i + 1]].tobytes().decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(
            self._between(first, min(first + _BLOCK, len(self))) for first in range(0, len(self), _BLOCK)
        )

    def _between(self, first: int, last: int) -> list[str]:
        """Return the strings from ``first`` to ``last`` (exclusive), decoded as one text with line ends between
        them."""
        if first >= last:
            return []
        offsets = self.offsets[first : last + 1].astype(np.int64)
        n, size = last - first, int(offsets[-1] - offsets[0])
        letters = np.ones(size + n, bool)
        letters[offsets[1:] - offsets[0] + np.arange(n)] = False
        lines = np.full(size + n, 0x0A, np.uint8)
        lines[letters] = self.buffer[offsets[0] : offsets[-1]]
        strings = lines.tobytes().decode("utf-8", "surrogatepass").split("\n")
        strings.pop()
        return strings if len(strings) == n else [self[i] for i in range(first, last)]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Terms):
            return np.array_equal(self.offsets, other.offsets) and np.array_equal(
                self.buffer[: self.offsets[-1]], other.buffer[: other.offsets[-1]]
            )
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        head = ", ".join(map(repr, islice(self, 5)))
        return f"<{len(self)} terms: {head}{', …' if len(self) > 5 else ''}>"

    def first(self, n: int) -> Terms:
        """Return the first ``n`` strings, in the same memory."""
        return Terms(self.buffer, self.offsets[: n + 1])

    def slices(self) -> Slices:
        """Return the buffer, and where each string is in it.

        Raises
        ------
        InputError
            If the total size exceeds 4 GiB.
        """
        if self.offsets[-1] > 1 << 32:
            raise InputError(f"the terms have {self.offsets[-1]:,} bytes in all, more than 4 GiB: give fewer at a time")
        return Slices(self.buffer, self.offsets[:-1].astype(np.uint32), np.diff(self.offsets).astype(np.uint32))

    def to_array(self) -> np.ndarray:
        """Return all strings as an object array, shape (n,)."""
        array = np.empty(len(self), object)
        array[:] = list(self)
        return array

    def lines(self) -> Iterator[bytes]:
        r"""Yield the file content in pieces: UTF-8, one string per line; ``\``, line ends and lone surrogates are
        escaped."""
        return escaped_lines(self)

    @classmethod
    def from_lines(cls, data: bytes) -> Terms:
        """Read the output of `lines`.

        Raises
        ------
        ValueError
            If ``data`` is not UTF-8, or does not end with a line end.
        """
        if data and not data.endswith(b"\n"):
            raise ValueError("the last line has no end")
        data.decode("utf-8")
        ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 0x0A)
        if b"\\" in data:
            data, ends = _unescape_lines(data, ends)
        buffer = np.frombuffer(data + _PADDING, np.uint8)
        offsets = np.zeros(len(ends) + 1, np.int64)
        offsets[1:] = ends - np.arange(len(ends))
        letters = np.ones(len(buffer), bool)
        letters[ends] = False
        return cls(buffer[letters], offsets)


def is_utf8(text: str) -> bool:
    """Whether ``text`` has no lone surrogates."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _unescape_lines(data: bytes, ends: np.ndarray) -> tuple[bytes, np.ndarray]:
    """Return ``data`` with its strings unescaped, and the ends of its lines, because strings may now contain line
    ends."""
    places = np.flatnonzero(np.frombuffer(data, np.uint8) == 0x5C)
    starts = np.append(0, ends + 1)
    lengths = np.diff(starts)
    pieces, done = [], 0
    for i in np.unique(np.searchsorted(ends, places)).tolist():
        line = _unescape(data[starts[i] : ends[i]].decode("utf-8")).encode("utf-8", "surrogatepass") + b"\n"
        pieces += [data[done : starts[i]], line]
        lengths[i], done = len(line), starts[i + 1]
    return b"".join([*pieces, data[done:]]), np.cumsum(lengths) - 1


def _unescape(line: str) -> str:
    import re

    def plain(match: re.Match[str]) -> Any:
        code = match[1]
        return chr(int(code[1:], 16)) if code[0] == "u" else {"n": "\n", "r": "\r"}.get(code, code)

    return re.sub(r"\\(u[0-9a-f]{4}|.)", plain, line)
