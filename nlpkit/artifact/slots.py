"""Slots: two folders that keep the state of a training and are written in turn, so that one is always whole."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nlpkit.errors import ArtifactError, OutputError, ParameterError
from nlpkit.outputs.files import output_errors

from .reading import CONFIG, Artifact, read
from .writing import save

STATES = ("state-0", "state-1")
_DESKTOPS = (".DS_Store", "desktop.ini", "Thumbs.db")  # left by file managers

T = TypeVar("T")


class Slots:
    """A folder with one or two states of a training; the latest undamaged state is used.

    A state is a model folder, ``state-0`` or ``state-1``. A new state replaces the older of the two, so that a kill or
    a full disk leaves the newer one.

    Parameters
    ----------
    path : path
        The folder, created if it doesn't exist; the caller removes it.
    kind : str
        The ``kind`` in the states' ``config.json``.
    made_by : mapping
        All that the training depends on, as JSON can hold it. The entries of a mapping in it are compared one by one.
    named : mapping of str to str, optional
        Plain names of entries whose values are too long for a message, such as ``{"corpus": "texts"}``.
    number : str, default="number"
        The option that counts the states: 0 for the first one.

    Raises
    ------
    OutputError
        If the folder can't be made.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     slots = Slots(folder, kind="training", made_by={"alpha": 0.1})
    ...     for epoch in range(3):
    ...         slots.write({"epoch": epoch}, {"weights": np.full(2, epoch)})
    ...     Slots(folder, kind="training", made_by={"alpha": 0.1}).read(lambda state: state.options["epoch"])
    2
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        kind: str,
        made_by: Mapping[str, Any],
        named: Mapping[str, str] | None = None,
        number: str = "number",
    ) -> None:
        self.path = Path(path)
        self._kind = kind
        self._made_by = json.loads(json.dumps(dict(made_by)))
        self._named = dict(named or {})
        self._number = number
        self._next = 0
        with output_errors(path):
            self.path.mkdir(exist_ok=True)

    def read(self, take: Callable[[Artifact], T]) -> T | None:
        """Return what ``take`` makes of the latest state that is whole, or None if there is none.

        Parameters
        ----------
        take : callable
            Is given the state as an `Artifact`, whose options hold what `write` was given. If it raises ArtifactError,
            KeyError or TypeError, the state is damaged and the one before it is taken.

        Raises
        ------
        ParameterError
            If the state was made by another training.
        """
        for stored in sorted(self._whole(), key=lambda stored: -stored.options[self._number]):
            self._check(stored)
            with contextlib.suppress(ArtifactError, KeyError, TypeError):  # damaged: the state before it is as good
                taken = take(stored)
                self._next = stored.options[self._number] + 1
                return taken
        return None

    def write(self, options: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        """Write a state in place of the older one.

        Raises
        ------
        OutputError
            If writing fails; the newer state is kept.
        """
        slot = self.path / STATES[self._next % 2]
        if slot not in [stored.path for stored in self._whole()]:
            shutil.rmtree(slot, ignore_errors=True)
        options = {self._number: self._next, **options, "made_by": self._made_by}
        save_state(slot, kind=self._kind, options=options, arrays=arrays)
        self._next += 1

    def _whole(self) -> Iterator[Artifact]:
        """The states that can be opened."""
        for name in STATES:
            with contextlib.suppress(ArtifactError):  # it was being written when the training was killed
                stored = read(self.path / name)
                if stored.kind == self._kind and isinstance(stored.options.get(self._number), int):
                    yield stored

    def _check(self, stored: Artifact) -> None:
        """Raise ParameterError if a state was made by something else."""
        before, now = (self._entries(made_by) for made_by in (stored.options.get("made_by", {}), self._made_by))
        changed = [name for name, value in now.items() if before.get(name) != value]
        if not changed:
            return
        name = min(changed, key=lambda name: name not in self._named)  # other data may change what else is chosen
        if name in self._named:
            raise ParameterError(
                f"{self.path}: was begun with other {self._named[name]}: use the same again, or remove that folder"
            )
        raise ParameterError(
            f"{self.path}: was begun with {name}={before.get(name)!r}, now it is {now[name]!r}: use the same again,"
            " or remove that folder"
        )

    def _entries(self, made_by: Mapping[str, Any]) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for name, value in made_by.items():
            entries.update(value if isinstance(value, dict) and name not in self._named else {name: value})
        return entries


def has_state(path: str | os.PathLike[str]) -> bool:
    """Whether a folder of `Slots` holds a state, whole or damaged."""
    return any((Path(path) / name / CONFIG).exists() for name in STATES)


def save_state(
    path: str | os.PathLike[str], *, kind: str, options: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Save part of a training's state as a model folder, in place of the one that was there.

    Raises
    ------
    OutputError
        If the file system refuses; the folder that was there stays.
    """
    try:
        save(path, kind=kind, options=options, arrays=arrays, force=True)
    except OutputError as error:
        raise OutputError(f"the training's state can't be kept: {error}") from error


def remove_leavings(path: str | os.PathLike[str], *, others: str | None = None) -> None:
    r"""Remove half-written files of a killed process from a folder of `Slots`.

    Parameters
    ----------
    path : path
        The folder.
    others : str, optional
        A regular expression for the names of other folders that the training keeps there, such as ``r"weights-\d+"``.

    Raises
    ------
    OutputError
        If the folder holds something that no training wrote.
    """
    ours = "|".join([*STATES, *([others] if others else [])])
    for entry in list(Path(path).iterdir()):
        if entry.name.startswith(".nlpkit-") or re.fullmatch(rf"({ours})\..+\.old", entry.name):
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name not in _DESKTOPS and not re.fullmatch(ours, entry.name):
            raise OutputError(
                f"{path}: holds {entry.name!r}, which isn't a training's: remove it, or name another place"
            )
