"""TrainingState: where a training stands; and TrainingFolder: two slots that keep it, so that one is always whole."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ArtifactError, OutputError, ParameterError
from nlpkit.outputs.files import output_errors

from .report import HistoryRow

KIND = "translation training"
WEIGHTS_KIND = "translation weights"


@dataclass(kw_only=True)
class TrainingState:
    """Where a training stands, weights and the optimizer's memory apart.

    Attributes
    ----------
    step : int
        Steps of the optimizer that are done.
    epoch, batch : int
        What comes next: the pass, from 0, and the step within it.
    tokens : int
        Target tokens trained.
    seconds : float
        How long it took so far.
    nll, nll_tokens : float, int
        -Σ log p since the last validation, and over how many tokens.
    bad : int
        Validations since the last that was better in BLEU or loss.
    plateau_bad, plateaus : int
        Of the schedule "plateau": such validations, since the last lowering at most, and how often it lowered.
    history : list of HistoryRow
    task : dict
        What the task adds: see `nlpkit.training.task.Task.state`.
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0
    tokens: int = 0
    seconds: float = 0.0
    nll: float = 0.0
    nll_tokens: int = 0
    bad: int = 0
    plateau_bad: int = 0
    plateaus: int = 0
    history: list[HistoryRow] = field(default_factory=list)
    task: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold of it, which is all."""
        return {**vars(self), "history": [row.as_json() for row in self.history]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TrainingState:
        """Take a state back from what `as_json` gave."""
        return cls(**{**stored, "history": [HistoryRow.from_json(row) for row in stored["history"]]})


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A state that was read: where it stood, the model's weights, and what the optimizer remembered."""

    state: TrainingState
    weights: Mapping[str, np.ndarray]
    optimizer: Mapping[str, np.ndarray]


class TrainingFolder:
    """A folder with one or two states of a training, and the weights of its best validations.

    ``state-0`` and ``state-1`` are written in turn; the latest that is whole counts. ``weights-STEP`` are those of a
    validation; they stay as long as a state may need them.

    Parameters
    ----------
    path : path
        The folder; it is made, and whoever named it removes it.
    made_by : mapping
        What the training depends on, as JSON holds it.
    described : mapping of str to str, optional
        Words for those entries of ``made_by`` that are too long for a message.

    Raises
    ------
    OutputError
        If the folder can't be made.
    """

    def __init__(
        self, path: str | os.PathLike[str], made_by: Mapping[str, Any], described: Mapping[str, str] | None = None
    ) -> None:
        self.path = Path(path)
        self._made_by = json.loads(json.dumps(dict(made_by)))
        self._described = {"model": "sizes of the model", **(described or {})}
        self._number = 0
        with output_errors(path):
            self.path.mkdir(exist_ok=True)

    def read(self) -> Kept | None:
        """Return the latest state that is whole, or None if there is none.

        Raises
        ------
        ParameterError
            If the folder has a training of other pairs or other options.
        ArtifactError
            If there are states, and none is whole.
        """
        for stored in sorted(self._whole(), key=lambda stored: -stored.options["number"]):
            self._check(stored)
            with contextlib.suppress(ArtifactError, KeyError, TypeError):  # damaged: the one before it is as good
                arrays = stored.arrays
                kept = Kept(
                    state=TrainingState.from_json(stored.options["state"]),
                    weights=_within(arrays, "model."),
                    optimizer=_within(arrays, "optimizer."),
                )
                self._number = stored.options["number"] + 1
                return kept
        if any((slot / "config.json").exists() for slot in self._slots()):
            raise ArtifactError(f"{self.path}: the training's states are damaged: remove that folder, and start anew")
        return None

    def write(
        self, state: TrainingState, weights: Mapping[str, np.ndarray], optimizer: Mapping[str, np.ndarray]
    ) -> None:
        """Keep a state in place of the one before the last.

        Raises
        ------
        OutputError
            If the file system refuses; the last state stays.
        """
        slot = self._slots()[self._number % 2]
        if slot not in [stored.path for stored in self._whole()]:
            shutil.rmtree(slot, ignore_errors=True)
        arrays = {f"model.{name}": array for name, array in weights.items()}
        arrays.update({f"optimizer.{name}": array for name, array in optimizer.items()})
        options = {"number": self._number, "state": state.as_json(), "made_by": self._made_by}
        self._save(slot, KIND, options, arrays)
        self._number += 1

    def write_weights(self, step: int, weights: Mapping[str, np.ndarray]) -> None:
        """Keep the weights of a validation."""
        self._save(self._weights(step), WEIGHTS_KIND, {"step": step}, weights)

    def read_weights(self, step: int) -> Mapping[str, np.ndarray]:
        """Return the weights of a validation.

        Raises
        ------
        ArtifactError
            If they aren't there, or are damaged.
        """
        return artifact.read(self._weights(step)).arrays

    def has_weights(self, step: int) -> bool:
        """Whether the weights of a validation are there."""
        return (self._weights(step) / "config.json").exists()

    def forget_weights(self, but: Iterable[int]) -> None:
        """Remove the weights of all steps but these."""
        names = {self._weights(step).name for step in but}
        for entry in self.path.glob("weights-*"):
            if entry.name not in names:
                shutil.rmtree(entry, ignore_errors=True)

    def _save(self, path: Path, kind: str, options: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> None:
        try:
            artifact.save(path, kind=kind, options=options, arrays=arrays, force=True)
        except OutputError as error:
            raise OutputError(f"the training's state can't be kept: {error}") from error

    def _whole(self) -> list[artifact.Artifact]:
        """The states that can be opened."""
        found = []
        for slot in self._slots():
            with contextlib.suppress(ArtifactError):  # it was being written when the training was killed
                stored = artifact.read(slot)
                if stored.kind == KIND and isinstance(stored.options.get("number"), int):
                    found.append(stored)
        return found

    def _check(self, stored: artifact.Artifact) -> None:
        before = stored.options.get("made_by", {})
        changed = [name for name, value in self._made_by.items() if before.get(name) != value]
        if not changed:
            return
        name = min(changed, key=lambda name: name not in self._described)  # other data change what is proposed, too
        if name in self._described:
            raise ParameterError(
                f"{self.path}: was begun with other {self._described[name]}: use the same again, or remove that folder"
            )
        raise ParameterError(
            f"{self.path}: was begun with {name}={before.get(name)!r}, now it is {self._made_by[name]!r}: use the same"
            " again, or remove that folder"
        )

    def _slots(self) -> Sequence[Path]:
        return self.path / "state-0", self.path / "state-1"

    def _weights(self, step: int) -> Path:
        return self.path / f"weights-{step:09d}"


def _within(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
