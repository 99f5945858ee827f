"""Locations of recordings: a folder, or a tar file, which is read in place without unpacking."""

from __future__ import annotations

import io
import os
import posixpath
import tarfile
import threading
import unicodedata
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import BinaryIO, Protocol

from nlpkit.corpora.archives import NOT_A_FILE
from nlpkit.corpora.audio_content import HEAD_BYTES, sound_in
from nlpkit.corpora.audio_names import is_audio_name
from nlpkit.corpora.paths import is_loop
from nlpkit.errors import InputError

TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

OUTSIDE = "member of an archive with a path that leads out of it"

_NOT_AUDIO = (
    *(".txt", ".csv", ".tsv", ".json", ".jsonl", ".md", ".xml", ".html", ".yaml", ".yml", ".lab", ".textgrid", ".scp"),
    *(".py", ".npy", ".npz", ".parquet", ".pdf", ".png", ".jpg", ".jpeg", ".gz", ".zip", ".xlsx", ".mid", ".midi"),
)
"""Suffixes of files that are not looked into for sound."""

_LARGEST_TABLE = 1 << 28
_LARGEST_AUDIO = 1 << 32


class RecordingPlace(Protocol):
    """Files by their paths relative to the location, with slashes between folders.

    Attributes
    ----------
    path : str
    names : list of str
        File names, in the fastest order for reading; hidden files are omitted.
    left_out : mapping of str to int
        Number of members that are not among the names, by reason.
    """

    path: str
    left_out: Mapping[str, int]

    @property
    def names(self) -> list[str]: ...

    @property
    def audio_names(self) -> list[str]:
        """Those with the suffix of audio, or which are audio by their content."""

    def head(self, name: str) -> bytes:
        """Return the first bytes of a file; none if it cannot be read."""

    def find(self, name: str, folders: Sequence[str] = ("",)) -> str | None:
        """Return the path of the file that a table in one of ``folders`` calls ``name``, or None.

        Backslashes, ``.`` and ``..`` in the name, and other compositions of its accents, lead to the file, too.
        """

    def key(self, name: str) -> str:
        """Return the same string for all paths of a file."""

    def full_path(self, name: str) -> str | None:
        """Return the path of a file on disk, or None."""

    def open_table(self, name: str) -> BinaryIO:
        """Open a table; it is seekable."""

    def open(self, name: str) -> BinaryIO:
        """Open an audio file; it is seekable."""


class Folder:
    """All files below a folder, except hidden ones."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.left_out: Mapping[str, int] = {}

    @cached_property
    def names(self) -> list[str]:
        """See `RecordingPlace`."""
        found = []
        for parent, folders, files in os.walk(self.path or os.curdir, onerror=_refuse, followlinks=True):
            folders[:] = sorted(name for name in folders if not name.startswith(".") and not is_loop(parent, name))
            below = os.path.relpath(parent, self.path or os.curdir)
            for name in sorted(files):
                if not name.startswith("."):
                    found.append(name if below == "." else f"{below}/{name}".replace(os.sep, "/"))
        return found

    @cached_property
    def audio_names(self) -> list[str]:
        """See `RecordingPlace`."""
        return _audio_names(self)

    def head(self, name: str) -> bytes:
        """See `RecordingPlace`."""
        try:
            with open(self.full_path(name), "rb") as file:
                return file.read(HEAD_BYTES)
        except OSError:
            return b""

    def find(self, name: str, folders: Sequence[str] = ("",)) -> str | None:
        """See `RecordingPlace`; absolute paths and those that lead out of the folder are taken as they are."""
        for spelled in _spellings(name):
            if spelled.startswith("./") or "/./" in spelled:
                spelled = "/".join(part for part in spelled.split("/") if part != ".")
            for folder in folders:
                path = posixpath.join(folder, spelled) if folder else spelled
                if path and os.path.isfile(self.full_path(path)):
                    return path
        return None

    def key(self, name: str) -> str:
        """See `RecordingPlace`."""
        return os.path.normpath(self.full_path(name))

    def full_path(self, name: str) -> str:
        """See `RecordingPlace`."""
        return os.path.join(self.path, name if os.sep == "/" else name.replace("/", os.sep))

    def open_table(self, name: str) -> BinaryIO:
        """See `RecordingPlace`."""
        return self.open(name)

    def open(self, name: str) -> BinaryIO:
        """See `RecordingPlace`."""
        path = self.full_path(name)
        try:
            return open(path, "rb")
        except OSError as error:
            raise InputError(f"can't read {path!r}: {error.strerror or error}") from error


class Archive:
    """The files of a tar archive, compressed or not; links and other special members are counted."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._tar = tarfile.open(path, "r:*")  # noqa: SIM115 (stays open)
            weakref.finalize(self, self._tar.close)
            members = self._tar.getmembers()
        except (tarfile.TarError, OSError, EOFError) as error:
            raise InputError(f"{path}: cannot be read as a tar file: {' '.join(str(error).split())}") from error
        named = [(posixpath.normpath(member.name), member) for member in members if member.isfile()]
        self._members = {name: member for name, member in named if not _leads_out(name)}
        self.left_out: Mapping[str, int] = {
            NOT_A_FILE: sum(not (member.isfile() or member.isdir()) for member in members),
            OUTSIDE: sum(_leads_out(name) for name, _ in named),
        }
        self.names = [
            name
            for name in self._members
            if not any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))
        ]

    @cached_property
    def audio_names(self) -> list[str]:
        """See `RecordingPlace`."""
        return _audio_names(self)

    def head(self, name: str) -> bytes:
        """See `RecordingPlace`."""
        try:
            with self._lock:
                file = self._tar.extractfile(self._members[name])
                return file.read(HEAD_BYTES) if file is not None else b""
        except (tarfile.TarError, OSError, EOFError):
            return b""

    def find(self, name: str, folders: Sequence[str] = ("",)) -> str | None:
        """See `RecordingPlace`; no name leads out of the archive."""
        for spelled in _spellings(name):
            for folder in folders:
                path = posixpath.normpath(posixpath.join(folder, spelled))
                if path in self._members:
                    return path
        return None

    def key(self, name: str) -> str:
        """See `RecordingPlace`."""
        return name

    def full_path(self, name: str) -> None:
        """See `RecordingPlace`."""
        return

    def open_table(self, name: str) -> BinaryIO:
        """See `RecordingPlace`."""
        return self._content(name, _LARGEST_TABLE)

    def open(self, name: str) -> BinaryIO:
        """See `RecordingPlace`; the file is in memory."""
        return self._content(name, _LARGEST_AUDIO)

    def _content(self, name: str, most: int) -> BinaryIO:
        member = self._members[name]
        if member.size > most:
            raise InputError(f"{self.path}/{name}: found {member.size:,} bytes, expected at most {most:,}")
        try:
            with self._lock:
                file = self._tar.extractfile(member)
                assert file is not None
                return io.BytesIO(file.read())
        except (tarfile.TarError, OSError, EOFError) as error:
            raise InputError(f"{self.path}/{name}: cannot be read: {error}") from error


def shallowest(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that lie in the fewest folders.

    Examples
    --------
    >>> shallowest(["a/text", "b/text", "b/c/text"])
    ['a/text', 'b/text']
    """
    found = list(names)
    least = min((name.count("/") for name in found), default=0)
    return [name for name in found if name.count("/") == least]


def folder_of(name: str) -> str:
    """Return the folder of a file, with a slash at its end if it has one.

    Examples
    --------
    >>> folder_of("data/train/text"), folder_of("text")
    ('data/train/', '')
    """
    return name[: name.rfind("/") + 1]


def _audio_names(place: RecordingPlace) -> list[str]:
    return [
        name
        for name in place.names
        if is_audio_name(name) or (not name.lower().endswith(_NOT_AUDIO) and sound_in(place.head(name)))
    ]


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "../")) or name == ".."


def _spellings(name: str) -> Iterator[str]:
    """Yield the name as it is, with slashes for backslashes, and with its accents composed and decomposed."""
    plain = [name, name.replace("\\", "/")] if "\\" in name else [name]
    yield from plain
    if not name.isascii():
        for form in ("NFC", "NFD"):
            yield from (unicodedata.normalize(form, each) for each in plain)


def _refuse(error: OSError) -> None:
    raise InputError(f"can't list {error.filename!r}: {error.strerror}") from error
