"""Members of .zip and .tar archives, read one after the other without unpacking."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from nlpkit.corpora.bad_records import LeftOut
from nlpkit.corpora.compressed import ByteReader
from nlpkit.errors import InputError

ENCRYPTED = "encrypted member"
NOT_A_FILE = "link or device in an archive"

LEAST_LIMIT = 1 << 30
MOST_GROWTH = 200
"""An archive may expand to 1 GiB, or to 200 times its size if that is more."""


_FAILURES = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError)


class Member(NamedTuple):
    """A file in an archive: its path there, and its bytes."""

    name: str
    stream: ByteReader


def members(stream: Any, path: str, kind: str, left_out: LeftOut, *, size: int | None = None) -> Iterator[Member]:
    """Yield the files of an archive in its order; hidden ones are omitted, as in folders.

    Parameters
    ----------
    stream : binary file
        Bytes of the archive; seekable for ``"zip"``.
    path : str
        Name of the archive, for messages.
    kind : {"zip", "tar"}
    left_out : LeftOut
        Counts encrypted members, and those that are no files.
    size : int, optional
        Size of the archive in bytes; without it there is no limit.

    Raises
    ------
    InputError
        If the archive is damaged, or expands to more than the limit.
    """
    try:
        yield from (_of_zip if kind == "zip" else _of_tar)(stream, _Room(path, size), left_out)
    except _FAILURES as error:
        raise _damaged(path, error) from None


class _Limited:
    """The bytes of a member, counted."""

    def __init__(self, stream: Any, room: _Room) -> None:
        self._stream = stream
        self._room = room

    def read(self, size: int = -1, /) -> bytes:
        try:
            piece = self._stream.read(size)
        except _FAILURES as error:
            raise _damaged(self._room.path, error) from None
        self._room.take(len(piece))
        return piece


class _Room:
    """How much an archive may still expand to."""

    def __init__(self, path: str, packed: int | None) -> None:
        self.path = path
        self._most = None if packed is None else max(LEAST_LIMIT, MOST_GROWTH * packed)
        self._taken = 0

    def take(self, n: int) -> None:
        self._taken += n
        if self._most is not None and self._taken > self._most:
            raise InputError(
                f"{self.path}: expands to more than {self._most:,} bytes, {MOST_GROWTH} times its size; "
                "if you trust it, unpack it, and give the folder"
            )


def _of_zip(stream: BinaryIO, room: _Room, left_out: LeftOut) -> Iterator[Member]:
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            if info.is_dir() or _is_hidden(info.filename):
                continue
            if info.flag_bits & 1:
                left_out.count(ENCRYPTED)
                continue
            with archive.open(info) as file:
                yield Member(info.filename, _Limited(file, room))


def _of_tar(stream: ByteReader, room: _Room, left_out: LeftOut) -> Iterator[Member]:
    counted = _Counted(stream)
    with tarfile.open(fileobj=counted, mode="r|") as archive:  # type: ignore[call-overload]
        for info in archive:
            if info.isdir() or _is_hidden(info.name):
                continue
            file = archive.extractfile(info) if info.isfile() else None
            if file is None:
                left_out.count(NOT_A_FILE)
                continue
            yield Member(info.name, _Limited(file, room))


class _Counted:
    """A stream with the methods that `tarfile` needs."""

    def __init__(self, stream: ByteReader) -> None:
        self.read = stream.read


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return any((part.startswith(".") and part not in (".", "..")) or part == "__MACOSX" for part in parts)


def _damaged(path: str, error: Exception) -> InputError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return InputError(f"{path}: the archive is damaged or not supported ({reason}); unpack it, and give the folder")
