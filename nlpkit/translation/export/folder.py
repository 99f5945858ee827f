"""Folders of CTranslate2: ``model.bin``, ``config.json``, vocabularies, the sub-words' models and ``README.md``.

A folder is written if CTranslate2 computes from it what nlpkit computes: see `check`. Matrices of 8 bits are those of
`nlpkit.translation.quantization`, to the same whole numbers.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

from nlpkit._version import __version__
from nlpkit.errors import require
from nlpkit.outputs.folders import FORMAT, file_entry, new_folder

from ..model_folder import check_not_replaced
from ..quantization import Rounded
from .check import Check, check, check_rounded
from .readme import readme
from .source import read_exported
from .spec import check_options, ctranslate2_library, transformer_spec

QUANTIZATIONS = ("float32", "int8")


def export_ctranslate2(
    model: str | os.PathLike[str], output: str | os.PathLike[str], *, quantization: str | None = None, force: bool
) -> Check:
    """Write a Transformer for CTranslate2.

    Parameters
    ----------
    model : path
        Folder of nlpkit, or of a Marian model in transformers' format.
    output : path
    quantization : {"float32", "int8"}, optional
        Default: that of the model.
    force : bool
        Replace a folder that nlpkit wrote.

    Raises
    ------
    ArtifactError
        If the model cannot be read, or CTranslate2 does not compute the same.
    ParameterError
        If CTranslate2 cannot compute such a model, the quantization is unknown, or the model lies in the output.
    OutputError
        If the folder exists or cannot be written.
    MissingDependencyError
        If CTranslate2 is not installed.
    """
    require(quantization in (None, *QUANTIZATIONS), "quantization", quantization, " or ".join(QUANTIZATIONS))
    source = read_exported(model)
    check_options(source.options)
    check_not_replaced(model, output)
    library = ctranslate2_library()
    quantization = quantization or QUANTIZATIONS[source.is_quantized]
    is_rounded = quantization == "int8"
    weights = Rounded(source.weights) if is_rounded else source.weights
    spec = transformer_spec(source.options, weights, source.words, unknown=source.unknown)
    spec.validate()
    spec.optimize("int8" if is_rounded else None)
    with new_folder(output, force=force) as folder:
        spec.save(os.fspath(folder))
        for name, content in source.files.items():
            (folder / name).write_bytes(content)
        kept, name = dict(weights), os.fspath(output)  # CTranslate2 overwrites the arrays that it rounds
        made = check(folder, source, kept, name)
        if is_rounded:
            made = replace(made, loss=check_rounded(folder, source, kept, name))
        (folder / "README.md").write_text(readme(source, quantization), encoding="utf-8")
        about = {
            "format": FORMAT,
            "kind": "ctranslate2",
            "quantization": quantization,
            "model": source.hash,
            "versions": {"nlpkit": __version__, "ctranslate2": library.__version__},
            "check": asdict(made),
            "files": {place.name: file_entry(place) for place in sorted(folder.iterdir())},
        }
        (folder / "manifest.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        for place in folder.iterdir():
            _sync(place)
    return made


def _sync(place: Path) -> None:
    with open(place, "rb+") as file:
        os.fsync(file.fileno())
