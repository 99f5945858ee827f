"""Output folders, which get their name only when they are complete."""

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
"""Value of ``"format"`` in the ``config.json`` or ``manifest.json`` of folders written by nlpkit."""


def check_folder(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Return the real path of the output folder ``path``, with links resolved.

    Raises
    ------
    OutputError
        If the path is a file, or an existing folder (with ``force``: one that nlpkit did not write).
    """
    place = Path(os.path.realpath(path))
    if place.is_dir():
        if not force:
            raise OutputError(
                f"{path}: the folder exists: choose another path, or replace it with --force (force=True)"
            )
        if not _is_ours(place):
            raise OutputError(
                f"{path}: the folder was not written by nlpkit and is not replaced: remove it, or choose another path"
            )
    elif os.path.lexists(place):
        raise OutputError(f"{path}: found a file, expected a folder: choose another path")
    return place


def place_folder(built: Path, path: Path, *, force: bool = False) -> None:
    """Rename the complete folder ``built`` to ``path``; an existing folder is moved aside and then removed.

    Raises
    ------
    OutputError
        See `check_folder`; also if the renaming fails, after restoring the folder at ``path``.
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
    """Rename a folder; on Windows, retry for a few seconds while a scanner has it open."""
    for wait in (0.05, 0.2, 0.5, 1.0, 2.0, 5.0) if os.name == "nt" else ():
        try:
            return os.rename(old, new)
        except PermissionError:
            time.sleep(wait)
    return os.rename(old, new)


@contextlib.contextmanager
def new_folder(path: str | os.PathLike[str], *, force: bool = False) -> Iterator[Path]:
    """Yield a hidden folder to fill. It becomes ``path`` at the end, and is removed after an exception.

    Raises
    ------
    OutputError
        See `check_folder`; also if the file system is not writable.
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
    """Lock ``folder`` for this process until it exits or closes the descriptor, if the system supports it.

    Raises
    ------
    OutputError
        If another process has locked it.
    """
    with contextlib.suppress(ImportError):
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise OutputError(f"{folder}: another process is writing to it: wait until it ends") from error
        return descriptor
    return None


def file_entry(path: Path) -> dict[str, Any]:
    """Return the entry of a file in a folder's record: ``{"bytes": int, "sha256": str}``."""
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
