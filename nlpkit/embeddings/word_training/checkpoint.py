"""WordCheckpoint: the state of a training in a folder, so that it is gone on with after a break."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ArtifactError, OutputError, ParameterError
from nlpkit.outputs.files import output_errors

from .corpus import WordCorpus
from .training import TrainingState

KIND = "word training"


class WordCheckpoint:
    """A folder with one or two states of a training; the latest that is whole counts.

    Parameters
    ----------
    path : path
        The folder; it is made, and whoever named it removes it.
    parameters : mapping
        What the training depends on beside the corpus, as JSON holds it.
    corpus : WordCorpus

    Raises
    ------
    ParameterError
        If the folder has a training of other texts or other parameters.
    OutputError
        If the folder can't be made.
    """

    def __init__(self, path: str | os.PathLike[str], parameters: Mapping[str, Any], corpus: WordCorpus) -> None:
        self.path = Path(path)
        self._made_by = {"parameters": json.loads(json.dumps(dict(parameters))), "corpus": _fingerprint(corpus)}
        self._steps = 0
        with output_errors(path):
            self.path.mkdir(exist_ok=True)

    def read(self) -> tuple[TrainingState, np.ndarray, np.ndarray] | None:
        """Return the latest state with the input and the output rows, or None if there is none yet."""
        for stored in sorted(self._whole(), key=lambda stored: -stored.options["step"]):
            self._check(stored)
            try:
                inputs, outputs = stored.arrays["inputs"], stored.arrays["outputs"]
            except ArtifactError:
                continue  # damaged: the one before it is as good a place to begin
            self._steps = stored.options["step"] + 1
            return TrainingState(**stored.options["state"]), inputs, outputs
        return None

    def _whole(self) -> list[artifact.Artifact]:
        """The states that can be opened."""
        found = []
        for slot in self._slots():
            with contextlib.suppress(ArtifactError):  # it was being written when the training was killed
                stored = artifact.read(slot)
                if stored.kind == KIND:
                    found.append(stored)
        return found

    def _check(self, stored: artifact.Artifact) -> None:
        before = stored.options["made_by"]
        changed = [
            name
            for name, value in self._made_by["parameters"].items()
            if before["parameters"].get(name, value) != value or name not in before["parameters"]
        ]
        if changed:
            name = changed[0]
            raise ParameterError(
                f"{self.path}: was begun with {name}={before['parameters'].get(name)!r}, now it is"
                f" {self._made_by['parameters'][name]!r}: use the same again, or remove that folder"
            )
        if before["corpus"] != self._made_by["corpus"]:
            raise ParameterError(
                f"{self.path}: was begun with other texts: use the same again, or remove that folder to start anew"
            )

    def write(self, state: TrainingState, inputs: np.ndarray, outputs: np.ndarray) -> None:
        """Keep a state in place of the one before the last.

        Raises
        ------
        OutputError
            If the file system refuses; the last state stays.
        """
        slot = self._slots()[self._steps % 2]
        if slot not in [stored.path for stored in self._whole()]:
            shutil.rmtree(slot, ignore_errors=True)
        try:
            artifact.save(
                slot,
                kind=KIND,
                options={"step": self._steps, "state": asdict(state), "made_by": self._made_by},
                arrays={"inputs": np.ascontiguousarray(inputs), "outputs": np.ascontiguousarray(outputs)},
                force=True,
            )
        except OutputError as error:
            raise OutputError(f"the training's state can't be kept: {error}") from error
        self._steps += 1

    def _slots(self) -> tuple[Path, Path]:
        return self.path / "state-0", self.path / "state-1"


def _fingerprint(corpus: WordCorpus) -> str:
    digest = hashlib.sha256()
    for piece in corpus.vocabulary.lines():
        digest.update(piece)
    digest.update(np.ascontiguousarray(corpus.counts).data)
    for first in range(0, len(corpus.ids), 1 << 22):
        digest.update(np.ascontiguousarray(corpus.ids[first : first + (1 << 22)]).data)
    return digest.hexdigest()
