"""Expansion of inputs (files, folders, globs, ``-``) into sources."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlpkit.errors import InputError

STDIN = "-"


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
    inputs: Iterable[str | os.PathLike[str]], *, per: str | None = None, follow_links: bool = False
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

    Raises
    ------
    InputError
        If an input does not exist, matches nothing, or is not readable.
    """
    sources = [source for name in inputs for source in _expand(os.fspath(name), per, follow_links)]
    if not sources:
        raise InputError("there is no input: give at least one file, folder, glob or '-'")
    return sources


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


def _expand(name: str, per: str | None, follow_links: bool) -> Iterator[Source]:
    if name == STDIN:
        yield Source(name="<stdin>", path=None, whole=per == "file")
    elif os.path.isdir(name):
        files = sorted(_files_below(name, follow_links), key=natural)
        if not files:
            raise InputError(f"the folder {name!r} has no files: give one with texts")
        for file in files:
            yield _source(file, whole=per != "line")
    elif os.path.lexists(name) or not glob.has_magic(name):
        yield _source(name, whole=per == "file")
    else:
        files = sorted(filter(os.path.isfile, glob.iglob(name, recursive=True)), key=natural)
        if not files:
            raise InputError(f"no file matches {name!r}")
        for file in files:
            yield _source(file, whole=per == "file")


def is_loop(parent: str, name: str) -> bool:
    """Whether a folder in ``parent`` is a link to one that holds it."""
    path = os.path.join(parent, name)
    return os.path.islink(path) and os.path.join(os.path.realpath(parent), "").startswith(
        os.path.join(os.path.realpath(path), "")
    )


def _files_below(folder: str, follow_links: bool) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise InputError(f"can't list {error.filename!r}: {error.strerror}") from error

    for parent, folders, files in os.walk(folder, onerror=refuse, followlinks=follow_links):
        folders[:] = [name for name in folders if not name.startswith(".") and not is_loop(parent, name)]
        for name in files:
            path = os.path.join(parent, name)
            if not name.startswith(".") and os.path.isfile(path):
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
