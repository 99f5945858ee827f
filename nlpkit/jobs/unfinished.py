"""A training that isn't finished: where its state is kept until its model is saved."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nlpkit.errors import OutputError

from .passes import StrPath

_STATES = ("state-0", "state-1")
_DESKTOPS = (".DS_Store", "desktop.ini", "Thumbs.db")  # which file managers leave
_ASIDE = re.compile(r"weights-\d+\..+\.old")


def is_unfinished(output: StrPath) -> bool:
    """Whether a training of the model ``output`` was begun, and can be gone on with."""
    return any((unfinished_folder(output) / state / "config.json").exists() for state in _STATES)


def unfinished_folder(output: StrPath) -> Path:
    """Return where the state of a training of the model ``output`` is kept."""
    place = Path(os.path.realpath(output))
    return place.with_name(place.name + ".partial")


def check_nothing_unfinished(output: StrPath, *, resume: bool, force: bool) -> None:
    """Refuse to begin where there is an unfinished training that is neither to be gone on with nor dropped.

    Raises
    ------
    OutputError
        If it is so.
    """
    if is_unfinished(output) and not resume and not force:
        raise OutputError(
            f"{unfinished_folder(output)}: an unfinished training is there: go on with it by --resume (resume=True), or"
            " start anew with --force (force=True)"
        )


@contextmanager
def unfinished_training(output: StrPath, *, resume: bool, force: bool) -> Iterator[Path]:
    """Give the folder for the state of a training; no other process uses it, and it vanishes if it has no state.

    Raises
    ------
    OutputError
        If it can't be made, another process has it, it holds what no training wrote, or there is an unfinished training
        and neither ``resume`` nor ``force``.
    """
    from nlpkit.outputs.files import output_errors
    from nlpkit.outputs.folders import claim_folder

    folder = unfinished_folder(output)
    with output_errors(folder):
        folder.mkdir(exist_ok=True)
        lock = claim_folder(folder)
    try:
        _remove_leavings(folder)
        check_nothing_unfinished(output, resume=resume, force=force)
        if is_unfinished(output) and not resume:
            for entry in list(folder.iterdir()):
                if entry.is_dir():
                    shutil.rmtree(entry, ignore_errors=True)
        try:
            yield folder
        finally:
            if not is_unfinished(output):
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        if lock is not None:
            os.close(lock)


def _remove_leavings(folder: Path) -> None:
    """Remove what a kill left half-written."""
    for entry in list(folder.iterdir()):
        if entry.name.startswith((".nlpkit-", *(f"{state}." for state in _STATES))) or _ASIDE.fullmatch(entry.name):
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name not in (*_STATES, *_DESKTOPS) and not re.fullmatch(r"weights-\d+", entry.name):
            raise OutputError(
                f"{folder}: holds {entry.name!r}, which isn't a training's: remove it, or name another place"
            )
