"""The bytes of a file, unpacked where it is gzip, a block after the other."""

from __future__ import annotations

import contextlib
import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from nlpkit.errors import InputError

LONGEST_LINE = 1 << 26
"""Bytes of a line, or of a word: what has more is no file of vectors."""
_ARCHIVES = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"\xfd7zXZ": "packed by xz",
}


class VectorFile:
    """A file that is read once from its beginning.

    Parameters
    ----------
    path : str or path-like
        A plain file, one that gzip packed (known by its content), or a pipe.

    Attributes
    ----------
    size : int or None
        How many bytes there are, where that is known beforehand.
    position : int
        How many bytes were handed out.

    Raises
    ------
    InputError
        If it can't be read, or is packed otherwise.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.position = 0
        self._waiting = b""
        with self._errors():
            self._file: IO[bytes] = self.path.open("rb")
        with self._errors():
            state = os.fstat(self._file.fileno())
            self.seekable = stat.S_ISREG(state.st_mode)
            start = self._file.read(6) if self.seekable else b""
            if self.seekable:
                self._file.seek(0)
        packing = next((name for magic, name in _ARCHIVES.items() if start.startswith(magic)), None)
        if packing:
            self._file.close()
            raise InputError(f"{self.path}: is {packing}: unpack it first, or pack it by gzip, which is read as it is")
        self.packed = start.startswith(b"\x1f\x8b")
        self.size = state.st_size if self.seekable and not self.packed else None
        self._stream: Any = gzip.GzipFile(fileobj=self._file) if self.packed else self._file

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"{self.path}: is truncated or damaged (gzip: {reason}): fetch the file again") from error
        except FileNotFoundError as error:
            raise InputError(f"{self.path}: there is no such file") from error
        except OSError as error:
            raise InputError(f"{self.path}: can't be read: {error.strerror or error}") from error

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes, fewer at the end only."""
        parts = [self._waiting[:size]]
        self._waiting = self._waiting[size:]
        missing = size - len(parts[0])
        with self._errors():
            while missing > 0 and (more := self._stream.read(missing)):
                parts.append(more)
                missing -= len(more)
        self.position += size - missing
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def unread(self, data: bytes) -> None:
        """Hand ``data``, which was read last, out again."""
        self._waiting = data + self._waiting
        self.position -= len(data)

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()
        self._file.close()

    def __enter__(self) -> VectorFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self.close()

    def head(self, lines: int, size: int = 1 << 16) -> tuple[bytes, bool]:
        """The beginning, at least ``size`` bytes and ``lines`` lines of it, and whether that is all; it is read again.

        Lines beyond `LONGEST_LINE` are cut.
        """
        data = self.read(size)
        while data.count(b"\n") < lines and len(data) < LONGEST_LINE and (more := self.read(len(data))):
            data += more
        whole = not (one := self.read(1))
        self.unread(data + one)
        return data, whole
