"""`read_pretrained`: translation models as other tools save them, by the ``model_type`` in their ``config.json``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from nlpkit.errors import ArtifactError

from .marian import read_marian
from .model import TranslationModel

READERS = {"marian": read_marian}
"""The reader of each ``model_type``."""


def read_pretrained(folder: str | os.PathLike[str]) -> TranslationModel:
    """Read a translation model that another tool saved.

    Parameters
    ----------
    folder : path
        With ``config.json`` and ``model.safetensors``, as transformers writes them. Pickled weights are not read.

    Returns
    -------
    TranslationModel
        In evaluation mode.

    Raises
    ------
    ArtifactError
        If a file is missing or damaged, or the folder holds another kind of model.
    """
    path = Path(folder)
    config = _read_config(path / "config.json")
    kind = config.get("model_type")
    if kind not in READERS:
        raise ArtifactError(
            f"{path / 'config.json'}: is of a model of type {kind!r}: expected {' or '.join(map(repr, READERS))}"
        )
    return READERS[kind](path, config)


def _read_config(place: Path) -> dict[str, Any]:
    try:
        config = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtifactError(f"{place}: can't be read: {error.strerror}") from error
    except ValueError as error:
        raise ArtifactError(f"{place}: isn't JSON ({error})") from error
    return config if isinstance(config, dict) else {}
