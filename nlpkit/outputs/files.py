"""Output files, which get their name only when they are complete."""

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
    """A destination of bytes: ``finish`` stores everything, then ``place`` gives it its name."""

    file: IO[bytes]

    def finish(self) -> None: ...
    def place(self) -> None: ...
    def discard(self) -> None: ...


class PendingFile:
    """A file that replaces ``path`` in one step when it is complete.

    On Linux it has no name until then, so a killed process leaves nothing behind. On other systems it has a hidden name
    in the same folder. If ``path`` is a pipe or a device, it is written directly.

    Parameters
    ----------
    path : str or path-like
        Path of the file; its folder must exist.

    Attributes
    ----------
    file : binary file
        The file to write; seekable unless ``path`` is a pipe or a device.

    Raises
    ------
    OutputError
        If ``path`` is not writable: its folder does not exist, a parent is a file, no permission, a read-only file
        system, a full disk.

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
        """Flush the file to the disk; raises if the disk is full."""
        with output_errors(self.path):
            self.file.flush()
            if not self._special:
                os.fsync(self.file.fileno())

    def place(self) -> None:
        """Give the finished file its name in one step, replacing an existing file."""
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
        """Remove the file."""
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
    """Standard output, which cannot be discarded.

    If its reader closes it, BrokenPipeError is raised once, and later output is dropped.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self.file: IO[bytes] = sys.stdout.buffer

    def finish(self) -> None:
        """Flush the buffer."""
        try:
            self.file.flush()
        except BrokenPipeError:
            self._silence()
            raise

    def place(self) -> None:
        """Do nothing: standard output has no name."""

    def discard(self) -> None:
        """Drop unwritten output, to avoid an error message when the interpreter exits."""
        try:
            self.file.flush()
        except OSError:
            self._silence()

    def _silence(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Whether ``path`` names a folder: it ends in a slash, or has no suffix.

    Examples
    --------
    >>> is_folder("rows"), is_folder("rows.v2/"), is_folder("rows.npz")
    (True, True, False)
    """
    text = os.fspath(path)
    return text.endswith(("/", os.sep)) or not Path(text).suffix


@contextlib.contextmanager
def output_errors(path: str | os.PathLike[str]) -> Iterator[None]:
    """Convert the system's errors to an OutputError with ``path`` and a way to fix it.

    BrokenPipeError passes, because a reader may stop early.
    """
    try:
        yield
    except (NlpkitError, BrokenPipeError):
        raise
    except OSError as error:
        raise OutputError(f"{os.fspath(path)}: {_reason(Path(os.path.realpath(path)), error)}") from error


def sync_folder(folder: Path) -> None:
    """Flush the names in ``folder`` to the disk, if the system supports it."""
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
        return f"{existing} is a file, expected a folder: choose another path"
    if error.errno == errno.ENOENT and existing != path.parent:
        return f"there is no folder {path.parent}: create it first"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full: free some space, or choose another disk"
    if error.errno == errno.EROFS:
        return "the file system is read-only: choose another path"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "no permission to write: choose another path, or change the permissions"
    if error.errno == errno.EISDIR:
        return "found a folder, expected a file: choose another path"
    return f"cannot be written: {error.strerror or error}"
