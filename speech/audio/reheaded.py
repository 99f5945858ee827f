"""Audio files whose header is replaced by a right one while they are read."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

_OPEN_END = 0xFFFFFFFF  # a size that is not known


@dataclass(frozen=True)
class SizedHeader:
    """The header of a file with the true size of its samples.

    Attributes
    ----------
    head : bytes
    pieces : list of (int, int)
        Place and size of the samples, in bytes.
    lacking : int
        Bytes that the header promises and the file does not have.
    notice : str
        A message for the user, or an empty string.
    """

    head: bytes
    pieces: list[tuple[int, int]]
    lacking: int = 0
    notice: str = ""


def sized_header(file: IO[bytes]) -> SizedHeader | None:
    """Return a header for an AU, CAF or NIST file whose own states 0, -1, or another size; None if it is right."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(1 << 16)
    if head.startswith(b".snd"):
        return _au(head, size)
    return _nist(head, size) if head.startswith(b"NIST_1A") else _caf(head, size)


def _au(head: bytes, size: int) -> SizedHeader | None:
    start, length = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
    if length == _OPEN_END or start + length >= size:
        return None
    new = head[:8] + _OPEN_END.to_bytes(4, "big") + head[12:start]
    return SizedHeader(new, [(start, size - start)], notice=_notice(length, size - start))


def _caf(head: bytes, size: int) -> SizedHeader | None:
    at = 8
    while at + 12 <= len(head):
        length = int.from_bytes(head[at + 4 : at + 12], "big", signed=True)
        start = at + 12
        if head[at : at + 4] == b"data":
            rest = size - start
            if 0 < length <= rest:
                return None
            new = head[: at + 4] + rest.to_bytes(8, "big") + head[start : start + 4]  # with its count of edits
            return SizedHeader(new, [(start + 4, rest - 4)], lacking=max(0, length - rest))
        if length < 0:
            return None
        at = start + length
    return None


def _nist(head: bytes, size: int) -> SizedHeader | None:
    numbers = {name: int(value) for name, value in re.findall(rb"(\w+) -i (\d+)", head[:1024])}
    start = int(head[8:16]) if head[8:16].strip().isdigit() else 1024
    is_law = b"ulaw" in head[:1024] or b"alaw" in head[:1024]
    block = numbers.get(b"channel_count", 1) * (1 if is_law else numbers.get(b"sample_n_bytes", 2))
    length, rest = numbers.get(b"sample_count", 0) * block, size - start
    is_coded = b"sample_coding -s" in head[:1024] and b"pcm" not in head[:1024] and not is_law
    if is_coded or b"embedded" in head[:1024]:  # by shorten and the like
        return None
    if not length or length in (rest, rest * numbers.get(b"channel_count", 1)):  # some count all channels
        return None
    notice = _notice(length, rest) if length < rest else ""
    return SizedHeader(head[:start], [(start, rest)], lacking=max(0, length - rest), notice=notice)


def _notice(length: int, rest: int) -> str:
    return f"the header states {length:,} bytes of samples, and there are {rest:,}: all are read" if length else ""


class Reheaded(io.RawIOBase):
    """A header, followed by parts of a file.

    Parameters
    ----------
    file : binary file
    head : bytes
    pieces : sequence of (int, int)
        Place and size of the parts, in bytes.
    is_owner : bool
        Whether the file is closed together with this one.
    """

    def __init__(
        self, file: IO[bytes], head: bytes, pieces: Sequence[tuple[int, int]], *, is_owner: bool = False
    ) -> None:
        self._head, self._file, self._place, self._is_owner = head, file, 0, is_owner
        self._pieces, start = [], len(head)
        for at, length in pieces:
            self._pieces.append((start, at, length))
            start += length
        self._size = start

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def seekable(self) -> bool:
        """Whether places can be sought: yes."""
        return True

    def tell(self) -> int:
        """Return the current place."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place."""
        self._place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer, and return the number of bytes."""
        view, n = memoryview(buffer).cast("B"), 0
        if self._place < len(self._head):
            part = self._head[self._place : self._place + len(view)]
            view[: len(part)] = part
            n = len(part)
        for start, at, length in self._pieces:
            inside = self._place + n - start
            if n < len(view) and 0 <= inside < length:
                self._file.seek(at + inside)
                part = self._file.read(min(len(view) - n, length - inside))
                view[n : n + len(part)] = part
                n += len(part)
        self._place += n
        return n

    def close(self) -> None:
        """Close this file, and the other one if it is owned."""
        if self._is_owner:
            self._file.close()
        super().close()
