"""Where results go: a file stands under its name when it is complete, and not before."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from nlpkit.errors import NlpkitError, OutputError


class Sink(Protocol):
    """Something that bytes go to: first ``finish`` (all is stored), then ``place`` (it has its name)."""

    file: IO[bytes]

    def finish(self) -> None: ...
    def place(self) -> None: ...
    def discard(self) -> None: ...


class PendingFile:
    """A file that replaces what stands at ``path`` in one step, once everything is in it.

    On Linux it has no name until then, so that even a killed process leaves nothing behind; elsewhere
    it is hidden beside its place. A pipe or a device at ``path`` is written to as it is.

    Parameters
    ----------
    path : str or path-like
        Where the file is to stand. Its folder has to exist.

    Attributes
    ----------
    file : binary file
        What to write to; it can seek, unless ``path`` is a pipe or a device.

    Raises
    ------
    OutputError
        If nothing can be written there: no such folder, a file in its place, no permission, a
        read-only file system, a full disk.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "greeting.txt")
    >>> with PendingFile(path) as file:
    ...     size = file.write(b"hello")
    ...     path.exists()
    False
    >>> path.read_text()
    'hello'
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(os.path.realpath(path))
        self._name: Path | None = None
        self._special = False
        with output_errors(path):
            mode = self.path.stat().st_mode if self.path.exists() else stat.S_IFREG
            if stat.S_ISDIR(mode):
                raise IsADirectoryError(errno.EISDIR, "is a folder")
            self._special = not stat.S_ISREG(mode)
            self.file = open(self.path, "wb") if self._special else self._open()  # noqa: SIM115

    def _open(self) -> IO[bytes]:
        if hasattr(os, "O_TMPFILE") and os.path.isdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                return os.fdopen(os.open(self.path.parent, os.O_TMPFILE | os.O_RDWR, 0o666), "w+b")
        self._name = beside(self.path)
        return open(self._name, "x+b")

    def finish(self) -> None:
        """Store all that was written on the disk; every error of a full one comes by now."""
        with output_errors(self.path):
            self.file.flush()
            if not self._special:
                os.fsync(self.file.fileno())

    def place(self) -> None:
        """Give the finished file its name, in one step, over whatever had it."""
        with output_errors(self.path):
            if self._name is None and not self._special:
                self._link()
            self.file.close()
            if self._name is not None:
                os.replace(self._name, self.path)
            if not self._special:
                sync_folder(self.path.parent)

    def _link(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        unnamed = f"/proc/self/fd/{self.file.fileno()}"
        try:
            os.link(unnamed, self.path.name, dst_dir_fd=folder)
        except FileExistsError:
            name = beside(self.path)
            os.link(unnamed, name.name, dst_dir_fd=folder)
            self._name = name
        finally:
            os.close(folder)

    def discard(self) -> None:
        """Leave nothing of it."""
        with contextlib.suppress(OSError):
            self.file.close()
        if self._name is not None:
            with contextlib.suppress(OSError):
                self._name.unlink()

    def __enter__(self) -> IO[bytes]:
        return self.file

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        try:
            if error is None:
                self.finish()
                self.place()
        finally:
            self.discard()


class StandardOutput:
    """Standard output, of which nothing can be taken back.

    When its reader has gone, BrokenPipeError is raised once and what follows goes nowhere.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self.file: IO[bytes] = sys.stdout.buffer

    def finish(self) -> None:
        """Hand on what is still in the buffer."""
        try:
            self.file.flush()
        except BrokenPipeError:
            self._silence()
            raise

    def place(self) -> None:
        """Do nothing: it has its place."""

    def discard(self) -> None:
        """Drop what could not be handed on, so that the interpreter's exit is quiet."""
        try:
            self.file.flush()
        except OSError:
            self._silence()

    def _silence(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Say whether ``path`` asks for a folder: it ends in a slash, or has no suffix.

    Examples
    --------
    >>> is_folder("rows"), is_folder("rows.v2/"), is_folder("rows.npz")
    (True, True, False)
    """
    text = os.fspath(path)
    return text.endswith(("/", os.sep)) or not Path(text).suffix


@contextlib.contextmanager
def output_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the system's errors into one OutputError that names ``path`` and says what to do.

    A BrokenPipeError passes: that is a reader who has seen enough, and no fault.
    """
    try:
        yield
    except (NlpkitError, BrokenPipeError):
        raise
    except OSError as error:
        raise OutputError(f"{os.fspath(path)}: {_reason(Path(os.path.realpath(path)), error)}") from error


def sync_folder(folder: Path) -> None:
    """Store the names in ``folder`` on the disk, where the system knows such a thing."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def beside(path: Path) -> Path:
    """Return an unused hidden name in the folder of ``path``."""
    return path.with_name(f".nlpkit-{secrets.token_hex(4)}.partial")


def _reason(path: Path, error: OSError) -> str:
    existing = next((parent for parent in path.parents if os.path.lexists(parent)), path.parent)
    if error.errno in (errno.ENOENT, errno.ENOTDIR) and not os.path.isdir(existing):
        return f"{existing} is a file, so nothing can be written below it: name another place"
    if error.errno == errno.ENOENT and existing != path.parent:
        return f"there is no folder {path.parent}: make it first"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full: free some space, or name a place on another disk"
    if error.errno == errno.EROFS:
        return "the file system is read-only: name another place"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "writing isn't permitted there: name another place, or change the permissions"
    if error.errno == errno.EISDIR:
        return "is a folder, and a file is to be written there: name another place"
    return f"can't be written: {error.strerror or error}"
