"""Folders of results: one stands under its name when it is complete, and not before."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nlpkit.errors import OutputError

from .files import beside, output_errors, sync_folder

FORMAT = "nlpkit"
"""What ``"format"`` says in the ``config.json`` or ``manifest.json`` of a folder that nlpkit wrote."""


def check_folder(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Return where the folder ``path`` will really stand, links followed.

    Raises
    ------
    OutputError
        If a folder is there already (with ``force``: one that nlpkit did not write), or a file.
    """
    place = Path(os.path.realpath(path))
    if place.is_dir():
        if not force:
            raise OutputError(f"{path}: the folder exists: name another, or replace it with --force (force=True)")
        if not _is_ours(place):
            raise OutputError(
                f"{path}: the folder holds what nlpkit didn't write: it isn't replaced, remove it yourself"
            )
    elif os.path.lexists(place):
        raise OutputError(f"{path}: is a file, and a folder is to be written there: name another place")
    return place


def place_folder(built: Path, path: Path, *, force: bool = False) -> None:
    """Rename the complete folder ``built`` to ``path``; one that was there goes aside, then away.

    Raises
    ------
    OutputError
        As `check_folder`, or if the renaming fails; what stood at ``path`` stands there again.
    """
    check_folder(path, force=force)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.old") if path.is_dir() else None
    with output_errors(path):
        sync_folder(built)
        try:
            if aside:
                _rename(path, aside)
            _rename(built, path)
        except BaseException:
            if aside and aside.exists() and not path.exists():
                _rename(aside, path)
            raise
        sync_folder(path.parent)
    if aside:
        shutil.rmtree(aside, ignore_errors=True)


def _rename(old: Path, new: Path) -> None:
    """Rename a folder; on Windows, where a scanner may be looking into it, after some seconds at most."""
    for wait in (0.05, 0.2, 0.5, 1.0, 2.0, 5.0) if os.name == "nt" else ():
        try:
            return os.rename(old, new)
        except PermissionError:
            time.sleep(wait)
    return os.rename(old, new)


@contextlib.contextmanager
def new_folder(path: str | os.PathLike[str], *, force: bool = False) -> Iterator[Path]:
    """Give a hidden folder to fill; it becomes ``path`` at the end, or vanishes with an exception.

    Raises
    ------
    OutputError
        As `check_folder`, or when the file system refuses.
    """
    place = check_folder(path, force=force)
    built = beside(place)
    with output_errors(path):
        built.mkdir()
    try:
        with output_errors(path):
            yield built
        place_folder(built, place, force=force)
    finally:
        shutil.rmtree(built, ignore_errors=True)


def claim_folder(folder: Path) -> int | None:
    """Claim ``folder`` for this process until it ends or closes the descriptor, where the system has such locks.

    Raises
    ------
    OutputError
        If another process has claimed it.
    """
    with contextlib.suppress(ImportError):
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise OutputError(f"{folder}: another process is writing it: wait for its end") from error
        return descriptor
    return None


def file_entry(path: Path) -> dict[str, Any]:
    """Return what a folder's record says of the file ``path``: ``{"bytes": int, "sha256": str}``."""
    with open(path, "rb") as file:
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _is_ours(folder: Path) -> bool:
    entries = {entry.name for entry in folder.iterdir()}
    for name in entries & {"config.json", "manifest.json"}:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            content = json.loads((folder / name).read_bytes())
            if isinstance(content, dict) and content.get("format") == FORMAT:
                return True
    return not entries
