"""Locations of recordings: a folder, or a tar file, which is read in place without unpacking."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterable
from typing import BinaryIO, Protocol

from nlpkit.errors import InputError

_LARGEST_TABLE = 1 << 28
_LARGEST_AUDIO = 1 << 32


class RecordingPlace(Protocol):
    """Files by their paths relative to the location, with slashes between folders.

    Attributes
    ----------
    path : str
    names : list of str
        File names, in the fastest order for reading.
    """

    path: str
    names: list[str]

    def read(self, name: str) -> bytes:
        """Return the content of a table."""

    def full_path(self, name: str) -> str | None:
        """Return the path of a file on disk, or None."""

    def has(self, name: str) -> bool:
        """Whether the file exists."""

    def open(self, name: str) -> BinaryIO:
        """Open a file."""


class Folder:
    """All files below a folder, except hidden ones."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.names = []
        for parent, folders, files in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            below = os.path.relpath(parent, path)
            for name in sorted(files):
                if not name.startswith("."):
                    self.names.append(name if below == "." else f"{below}/{name}".replace(os.sep, "/"))

    def read(self, name: str) -> bytes:
        """See `RecordingPlace`."""
        return _bytes(self.full_path(name))

    def full_path(self, name: str) -> str:
        """See `RecordingPlace`."""
        return name if os.path.isabs(name) else os.path.join(self.path, *name.split("/"))

    def has(self, name: str) -> bool:
        """See `RecordingPlace`."""
        return os.path.isfile(self.full_path(name))

    def open(self, name: str) -> BinaryIO:
        """See `RecordingPlace`."""
        return open(self.full_path(name), "rb")


class Archive:
    """The files of a tar archive, compressed or not; links and other special members are ignored."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._tar = tarfile.open(path, "r:*")  # noqa: SIM115 (stays open)
            self._members = {member.name: member for member in self._tar.getmembers() if member.isfile()}
        except (tarfile.TarError, OSError, EOFError) as error:
            raise InputError(f"{path}: cannot be read as a tar file: {' '.join(str(error).split())}") from error
        self.names = [name for name in self._members if not any(part.startswith(".") for part in name.split("/"))]

    def read(self, name: str) -> bytes:
        """See `RecordingPlace`."""
        return self._content(name, _LARGEST_TABLE)

    def full_path(self, name: str) -> None:
        """See `RecordingPlace`."""
        return

    def has(self, name: str) -> bool:
        """See `RecordingPlace`."""
        return name in self._members

    def open(self, name: str) -> BinaryIO:
        """See `RecordingPlace`; the file is in memory."""
        return io.BytesIO(self._content(name, _LARGEST_AUDIO))

    def _content(self, name: str, most: int) -> bytes:
        member = self._members[name]
        if member.size > most:
            raise InputError(f"{self.path}/{name}: found {member.size:,} bytes, expected at most {most:,}")
        try:
            file = self._tar.extractfile(member)
            assert file is not None
            return file.read()
        except (tarfile.TarError, OSError, EOFError) as error:
            raise InputError(f"{self.path}/{name}: cannot be read: {error}") from error


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"can't read {path!r}: {error.strerror or error}") from error


def stems(names: Iterable[str]) -> dict[str, str]:
    """Return paths by file name without suffix; the first one if two share it."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.rsplit("/", 1)[-1].rsplit(".", 1)[0], name)
    return found
