"""The parameters of an estimator that cuts texts into words, as its model folder holds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit.errors import ArtifactError
from nlpkit.text.tokenize import as_in_version_1

if TYPE_CHECKING:
    from nlpkit.artifact import Artifact

_SENTENCEPIECE = "sentencepiece:"
_FILE = "spm.model"


def stored_parameters(parameters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the options and the files of a model folder: a sentencepiece model is copied into it.

    Raises
    ------
    ArtifactError
        If a parameter is a function.
    """
    for name, value in parameters.items():
        if callable(value):
            raise ArtifactError(f"{name} is a function, which a model folder can't hold: use a named one instead")
    tokenizer = parameters["tokenizer"]
    if tokenizer is None or not tokenizer.startswith(_SENTENCEPIECE):
        return dict(parameters), {}
    content = Path(tokenizer.removeprefix(_SENTENCEPIECE)).read_bytes()
    return {**parameters, "tokenizer": _SENTENCEPIECE + _FILE}, {_FILE: content}


def read_parameters(stored: Artifact) -> dict[str, Any]:
    """Return the parameters of which `stored_parameters` gave the options; a model of version 1 cuts texts as it did.

    Raises
    ------
    ArtifactError
        If the sentencepiece model is missing or damaged.
    """
    options = dict(stored.options) if stored.format_version > 1 else as_in_version_1(stored.options)
    if options.get("tokenizer") == _SENTENCEPIECE + _FILE:
        options["tokenizer"] = f"{_SENTENCEPIECE}{stored.file_path(_FILE)}"
    return options
