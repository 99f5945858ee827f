"""TrainingState: where a training stands; and TrainingFolder, which keeps it on disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit import artifact
from nlpkit.artifact.slots import Slots, has_state, save_state
from nlpkit.errors import ArtifactError

from .report import HistoryRow


@dataclass(kw_only=True)
class TrainingState:
    """Progress of a training, without weights and the optimizer's state.

    Attributes
    ----------
    step : int
        Steps of the optimizer so far.
    epoch, batch : int
        Next step: its epoch, from 0, and its number within the epoch.
    tokens : int
        Tokens trained: see `nlpkit.training.report.TrainingProgress`.
    seconds : float
        Duration so far.
    nll, nll_tokens : float, int
        Sum of the loss since the last validation, and the number of its tokens.
    bad : int
        Validations since the last that was better in the monitored metric or the loss.
    plateau_bad, plateaus : int
        State of the schedule "plateau": such validations since the last lowering, and the number of lowerings.
    history : list of HistoryRow
    task : dict
        Entries of the task: see `nlpkit.training.task.Task.state`.
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
        """Return all of it as JSON holds it."""
        return {**vars(self), "history": [row.as_json() for row in self.history]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TrainingState:
        """Read a state from what `as_json` returned."""
        return cls(**{**stored, "history": [HistoryRow.from_json(row) for row in stored["history"]]})


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A state that was read: the progress, the model's weights, and the optimizer's state."""

    state: TrainingState
    weights: Mapping[str, np.ndarray]
    optimizer: Mapping[str, np.ndarray]


class TrainingFolder:
    """A folder with the state of a training, and the weights of its best validations.

    ``state-0`` and ``state-1`` are `nlpkit.artifact.slots.Slots`. ``weights-STEP`` are those of a validation; they stay
    as long as a state may need them.

    Parameters
    ----------
    path : path
        The folder; it is made, and whoever named it removes it.
    kind : str
        The task's, such as "translation"; states are model folders of the kind "translation training".
    made_by : mapping
        Everything that the training depends on, as JSON holds it.
    described : mapping of str to str, optional
        Words for those entries of ``made_by`` that are too long for a message.

    Raises
    ------
    OutputError
        If the folder cannot be made.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: str,
        made_by: Mapping[str, Any],
        described: Mapping[str, str] | None = None,
    ) -> None:
        self.path = Path(path)
        self._kind = kind
        named = {"model": "sizes of the model", **(described or {})}
        self._slots = Slots(path, kind=f"{kind} training", made_by=made_by, named=named)

    def read(self) -> Kept | None:
        """Return the latest state that is whole, or None if there is none.

        Raises
        ------
        ParameterError
            If the folder has a training of other data or other options.
        ArtifactError
            If there are states, and none is whole.
        """
        kept = self._slots.read(_kept)
        if kept is None and has_state(self.path):
            raise ArtifactError(f"{self.path}: the training's states are damaged: remove that folder, and start anew")
        return kept

    def write(
        self, state: TrainingState, weights: Mapping[str, np.ndarray], optimizer: Mapping[str, np.ndarray]
    ) -> None:
        """Keep a state in place of the one before the last.

        Raises
        ------
        OutputError
            If the file system refuses; the last state stays.
        """
        arrays = {f"model.{name}": array for name, array in weights.items()}
        arrays.update({f"optimizer.{name}": array for name, array in optimizer.items()})
        self._slots.write({"state": state.as_json()}, arrays)

    def write_weights(self, step: int, weights: Mapping[str, np.ndarray]) -> None:
        """Keep the weights of a validation."""
        save_state(self._weights(step), kind=f"{self._kind} weights", options={"step": step}, arrays=weights)

    def read_weights(self, step: int) -> Mapping[str, np.ndarray]:
        """Return the weights of a validation.

        Raises
        ------
        ArtifactError
            If they are missing or damaged.
        """
        return artifact.read(self._weights(step)).arrays

    def has_weights(self, step: int) -> bool:
        """Return whether the weights of a validation are there."""
        return (self._weights(step) / "config.json").exists()

    def forget_weights(self, but: Iterable[int]) -> None:
        """Remove the weights of all steps but these."""
        names = {self._weights(step).name for step in but}
        for entry in self.path.glob("weights-*"):
            if entry.name not in names:
                shutil.rmtree(entry, ignore_errors=True)

    def _weights(self, step: int) -> Path:
        return self.path / f"weights-{step:09d}"


def _kept(stored: artifact.Artifact) -> Kept:
    arrays = stored.arrays
    return Kept(
        state=TrainingState.from_json(stored.options["state"]),
        weights=_within(arrays, "model."),
        optimizer=_within(arrays, "optimizer."),
    )


def _within(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
