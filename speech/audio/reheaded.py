"""Audio files whose header is replaced by a right one while they are read."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class SizedHeader:
    """The header of a file with the true size of its samples, and the place and size of these."""

    head: bytes
    pieces: list[tuple[int, int]]


def sized_header(file: IO[bytes]) -> SizedHeader | None:
    """Return a header for an AU or CAF file that states 0, -1, or less than all samples; None if it is right."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(1 << 16)
    if head.startswith(b".snd"):
        start, length = int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big")
        if length == 0xFFFFFFFF or start + length >= size:
            return None
        return SizedHeader(head[:8] + b"\xff" * 4 + head[12:start], [(start, size - start)])
    at = 8
    while at + 12 <= len(head):
        length = int.from_bytes(head[at + 4 : at + 12], "big", signed=True)
        start = at + 12
        if head[at : at + 4] == b"data":
            if length > 0:
                return None
            rest = size - start
            return SizedHeader(
                head[: at + 4] + rest.to_bytes(8, "big") + head[start : start + 4], [(start + 4, rest - 4)]
            )
        if length < 0:
            return None
        at = start + length
    return None


class Reheaded(io.RawIOBase):
    """A header, followed by parts of a file.

    Parameters
    ----------
    file : binary file
        Closed together with this one.
    head : bytes
    pieces : sequence of (int, int)
        Place and size of the parts, in bytes.
    """

    def __init__(self, file: IO[bytes], head: bytes, pieces: Sequence[tuple[int, int]]) -> None:
        self._head, self._file, self._place = head, file, 0
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
        """Close both files."""
        self._file.close()
        super().close()
