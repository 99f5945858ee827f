"""WordCheckpoint: the state of a training of word vectors in a folder, so that it can be resumed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from nlpkit.artifact import Artifact
from nlpkit.artifact.slots import Slots

from .progress import WordTrainingState

KIND = "word training"


class WordCheckpoint:
    """A folder with one or two states of a training; the latest state that is whole counts.

    Parameters
    ----------
    path : path
        The folder. It is made if it doesn't exist; whoever named it removes it.
    parameters : mapping
        Everything that the training depends on besides the texts, as JSON can hold it.
    fingerprint : str
        A hash of the texts.

    Raises
    ------
    OutputError
        If the folder can't be made.
    """

    def __init__(self, path: str | os.PathLike[str], parameters: Mapping[str, Any], fingerprint: str) -> None:
        made_by = {"parameters": dict(parameters), "corpus": fingerprint}
        self._slots = Slots(path, kind=KIND, made_by=made_by, named={"corpus": "texts"}, number="step")

    def read(self) -> tuple[WordTrainingState, dict[str, np.ndarray]] | None:
        """Return the latest state and the arrays in training by name, or None if there is no state yet.

        Raises
        ------
        ParameterError
            If the state is of other texts or other parameters.
        """
        return self._slots.read(_taken)

    def write(self, state: WordTrainingState, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep a state in place of the older one of two.

        Raises
        ------
        OutputError
            If the file system refuses; the newer state stays.
        """
        self._slots.write({"state": asdict(state)}, arrays)


def _taken(stored: Artifact) -> tuple[WordTrainingState, dict[str, np.ndarray]]:
    return WordTrainingState(**stored.options["state"]), stored.arrays
