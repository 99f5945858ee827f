"""Unfinished trainings: the folder of their state until their model is saved."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nlpkit.errors import OutputError, ParameterError

from .inputs import StrPath

_WEIGHTS = r"weights-\d+"
"""Names of folders that hold the weights of validations, beside the states."""


def is_unfinished(output: StrPath) -> bool:
    """Return whether an unfinished training of the model ``output`` can be resumed."""
    from nlpkit.artifact.slots import has_state

    return has_state(unfinished_folder(output))


def unfinished_folder(output: StrPath) -> Path:
    """Return the folder of the state of a training of the model ``output``."""
    place = Path(os.path.realpath(output))
    return place.with_name(place.name + ".partial")


def check_nothing_unfinished(output: StrPath, *, resume: bool, force: bool) -> None:
    """Refuse to begin where there is an unfinished training that is neither to be resumed nor dropped.

    Raises
    ------
    OutputError
        If there is one.
    """
    if is_unfinished(output) and not resume and not force:
        raise OutputError(
            f"{unfinished_folder(output)}: an unfinished training is there: resume it with --resume (resume=True), or"
            " start anew with --force (force=True)"
        )


def check_logs(tensorboard: StrPath | None, output: StrPath) -> None:
    """Make the folder of TensorBoard's logs.

    Raises
    ------
    ParameterError
        If it is in the folder of the model.
    OutputError
        If it cannot be made.
    """
    from nlpkit.outputs.files import output_errors

    if tensorboard is None:
        return
    logs = Path(os.path.realpath(tensorboard))
    for place in (Path(os.path.realpath(output)), unfinished_folder(output)):
        if logs == place or place in logs.parents:
            raise ParameterError(
                f"tensorboard is {os.fspath(tensorboard)!r}, in the model's folder: name another for the logs"
            )
    with output_errors(tensorboard):
        logs.mkdir(parents=True, exist_ok=True)


@contextmanager
def unfinished_training(output: StrPath, *, resume: bool, force: bool) -> Iterator[Path]:
    """Lock the folder for the state of a training; it is removed at the end if it has no state.

    Raises
    ------
    OutputError
        If the folder cannot be made, is in use by another process or holds other files, or there is an unfinished
        training and neither ``resume`` nor ``force``.
    """
    from nlpkit.artifact.slots import remove_leavings
    from nlpkit.outputs.files import output_errors
    from nlpkit.outputs.folders import claim_folder

    folder = unfinished_folder(output)
    with output_errors(folder):
        folder.mkdir(exist_ok=True)
        lock = claim_folder(folder)
    try:
        remove_leavings(folder, others=_WEIGHTS)
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
