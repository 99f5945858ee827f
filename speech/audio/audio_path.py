"""An audio file: its path, or a binary file that is open already."""

from __future__ import annotations

import io
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np

from nlpkit.errors import InputError

AudioPath = str | os.PathLike[str] | IO[bytes]
Content = bytes | mmap.mmap

_STEP = 1 << 22  # bytes


@contextmanager
def opened(file: AudioPath) -> Iterator[IO[bytes]]:
    """Give a file, at its beginning; one that is open already is put back to its place."""
    if isinstance(file, str | os.PathLike):
        with open(file, "rb") as new:
            yield new
        return
    place = file.tell()
    file.seek(0)
    try:
        yield file
    finally:
        file.seek(place)


def mapped(file: IO[bytes]) -> Content:
    """Return the content of a file, which is not read before it is needed if it is on a disk."""
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError, io.UnsupportedOperation):
        file.seek(0)
        return file.read()


def has_again(content: Content, magic: bytes) -> bool:
    """Whether a magic number, of 4 bytes or more, is behind the beginning of a content, which has it too."""
    number, n = np.frombuffer(magic, "<u4", 1), len(content)
    for first in range(4, n - 3, _STEP):  # 4 bytes at a time, in 4 alignments, is several times as fast as find
        size = min(_STEP, n - first)
        for at in range(first, first + 4):
            count = min(size, n - at) // 4
            if count and (np.frombuffer(content, "<u4", count, at) == number).any():
                return content.find(magic, 4) > 0
    return False


def rewind(path: AudioPath) -> None:
    """Go to the beginning of a file that is open."""
    if not isinstance(path, str | os.PathLike):
        path.seek(0)


def check_file(path: str | os.PathLike[str]) -> None:
    """Refuse what is no file.

    Raises
    ------
    InputError
        If it is a folder, empty, or cannot be read.
    """
    name = os.fspath(path)
    if os.path.isdir(path):
        raise InputError(f"{name}: is a folder; expected an audio file")
    try:
        with open(path, "rb") as file:
            if not file.read(1):
                raise InputError(f"{name}: is empty; expected an audio file")
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error
