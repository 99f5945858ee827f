"""Translation models saved by other tools, selected by ``model_type`` in ``config.json``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ArtifactError

from ..marian import read_marian
from ..model_folder import torch_model

if TYPE_CHECKING:
    from ..model import TranslationModel

READERS = {"marian": read_marian}
"""Reader of each ``model_type``."""


def read_pretrained(folder: str | os.PathLike[str]) -> TranslationModel:
    """Read a translation model saved by another tool into PyTorch.

    Parameters
    ----------
    folder : path
        Folder with ``config.json`` and ``model.safetensors`` in the format of transformers. Pickled weights are not
        read.

    Returns
    -------
    TranslationModel
        In evaluation mode.

    Raises
    ------
    ArtifactError
        If a file is missing or damaged, or the folder holds another type of model.
    """
    options, weights = pretrained_weights(folder)
    return torch_model(options, {name: array.copy() for name, array in weights.items()}).eval()


def pretrained_weights(folder: str | os.PathLike[str]) -> tuple[Any, dict[str, np.ndarray]]:
    """Read a translation model saved by another tool as arrays, without PyTorch.

    Parameters
    ----------
    folder : path
        As for `read_pretrained`.

    Returns
    -------
    RNNOptions or TransformerOptions
    dict of str to ndarray
        Weights, as `nlpkit.translation.engines.array_model` takes them; some are mapped from the file.

    Raises
    ------
    ArtifactError
        If a file is missing or damaged, or the folder holds another type of model.
    """
    path = Path(folder)
    config = read_config(path / "config.json")
    kind = config.get("model_type")
    if kind not in READERS:
        raise ArtifactError(
            f"{path / 'config.json'}: is of a model of type {kind!r}: expected {' or '.join(map(repr, READERS))}"
        )
    return READERS[kind](path, config)


def read_config(place: Path) -> dict[str, Any]:
    """Read a JSON object; something else in JSON is read as an empty one.

    Raises
    ------
    ArtifactError
        If there is no such file, or it is not JSON.
    """
    try:
        config = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtifactError(f"{place}: can't be read: {error.strerror}") from error
    except ValueError as error:
        raise ArtifactError(f"{place}: isn't JSON ({error})") from error
    return config if isinstance(config, dict) else {}
