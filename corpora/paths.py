"""Expansion of inputs (files, folders, globs, ``-``) into sources."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nlpkit.errors import InputError

STDIN = "-"

Refuse = Callable[[str, InputError], None]
"""What becomes of a path that cannot be opened."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file or stream of texts.

    Attributes
    ----------
    name : str
        Name in messages and rows.
    path : str or None
        Path of the file; None for standard input.
    whole : bool
        Whether the whole source is one text.
    size : int or None
        Size in bytes; None for a stream, which can be read only once.
    modified : int or None
        Modification time in nanoseconds; None for a stream.
    """

    name: str
    path: str | None
    whole: bool = False
    size: int | None = None
    modified: int | None = None


def find_sources(
    inputs: Iterable[str | os.PathLike[str]],
    *,
    per: str | None = None,
    follow_links: bool = False,
    holds: str = "texts",
    refuse: Refuse | None = None,
) -> list[Source]:
    """Return the sources of ``inputs``, in their order; files of a folder or glob in natural order.

    Parameters
    ----------
    inputs : iterable of str or path
        Files, folders (all files below except hidden ones), globs, or ``-`` for standard input.
    per : {"line", "file"}, optional
        Whether a text is a line or a file; default: a line for files, a file for folders.
    follow_links : bool
        Whether links to folders, within folders, are followed.
    holds : str
        What is expected in a folder, for messages.
    refuse : callable, optional
        Is given each path that does not exist or cannot be opened, also links to nothing in folders and globs, with its
        error; default: raise the error, and pass over such links in folders and globs.

    Raises
    ------
    InputError
        If an input does not exist, matches nothing, or is not readable; or standard input is given twice.
    """
    names = [os.fspath(name) for name in inputs]
    check_given(names)
    return [source for name in names for source in _expand(name, per, follow_links, holds, refuse)]


def check_given(names: list[str]) -> None:
    """Check that there is an input, and standard input only once.

    Raises
    ------
    InputError
        If not.
    """
    if not names:
        raise InputError("there is no input: give at least one file, folder, glob or '-'")
    if names.count(STDIN) > 1:
        raise InputError(f"standard input (-) is given {names.count(STDIN)} times: it can be read once")


def natural(path: str) -> list[tuple[str | int, ...]]:
    """Return a sort key that compares numbers in a path by value: ``part2`` before ``part10``.

    Examples
    --------
    >>> sorted(["part10.txt", "part2.txt"], key=natural)
    ['part2.txt', 'part10.txt']
    """
    return [
        tuple(int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", folder))
        for folder in re.split(r"[/\\]", path)
    ]


def _expand(name: str, per: str | None, follow_links: bool, holds: str, refuse: Refuse | None) -> Iterator[Source]:
    if name == STDIN:
        yield Source(name="<stdin>", path=None, whole=per == "file")
        return
    refused: list[str] = []
    tell = refuse or _raised

    def told(path: str, error: InputError) -> None:
        refused.append(path)
        tell(path, error)

    is_folder = os.path.isdir(name)
    if is_folder:
        found = sorted(_files_below(name, follow_links, refuse and told), key=natural)
    elif os.path.lexists(name) or not glob.has_magic(name):
        found = [name]
    else:
        links = refuse is not None
        found = sorted((path for path in glob.iglob(name, recursive=True) if _is_file(path, links)), key=natural)
    for path in found:
        try:
            source = _source(path, whole=per != "line" if is_folder else per == "file")
        except InputError as error:
            told(path, error)
        else:
            yield source
    if not found and not refused:
        empty = f"the folder {name!r} has no files: give one with {holds}" if is_folder else f"no file matches {name!r}"
        tell(name, InputError(empty))


def _raised(path: str, error: InputError) -> None:
    raise error


def _is_file(path: str, links: bool) -> bool:
    """Whether a path is a file, or with ``links`` a link to nothing."""
    return os.path.isfile(path) or (links and os.path.islink(path) and not os.path.exists(path))


def is_loop(parent: str, name: str) -> bool:
    """Whether a folder in ``parent`` is a link to one that holds it."""
    path = os.path.join(parent, name)
    return os.path.islink(path) and os.path.join(os.path.realpath(parent), "").startswith(
        os.path.join(os.path.realpath(path), "")
    )


def _files_below(folder: str, follow_links: bool, refuse: Refuse | None) -> Iterator[str]:
    def unlisted(error: OSError) -> None:
        (refuse or _raised)(error.filename, InputError(f"can't list {error.filename!r}: {error.strerror}"))

    for parent, folders, files in os.walk(folder, onerror=unlisted, followlinks=follow_links):
        folders[:] = [name for name in folders if not name.startswith(".") and not is_loop(parent, name)]
        for name in files:
            path = os.path.join(parent, name)
            if not name.startswith(".") and _is_file(path, refuse is not None):
                yield path


def _source(path: str, *, whole: bool) -> Source:
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"can't read {path!r}: {reason}") from error
    if not stat.S_ISREG(status.st_mode):
        return Source(name=path, path=path, whole=whole)
    return Source(name=path, path=path, whole=whole, size=status.st_size, modified=status.st_mtime_ns)
