"""`export_model`: a translation model for use in another library."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nlpkit.errors import require

from .inputs import StrPath
from .places import check_place

FORMATS = ("ctranslate2",)


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """Result of `export_model`.

    Attributes
    ----------
    bytes : int
        Size of the folder.
    sentences : int
        Sentences that both libraries translated to compare them.
    apart : float
        Largest difference of the scores that both give to a translation, which are means over tokens, in float32.
    loss : float, optional
        Log-probability of a token that products of 8 bits cost, in the mean over these sentences.
    """

    bytes: int
    sentences: int
    apart: float
    loss: float | None


def export_model(
    model: StrPath,
    output: StrPath,
    *,
    to: str = "ctranslate2",
    quantization: str | None = None,
    force: bool = False,
) -> ExportReport:
    """Write a Transformer translation model for another library, if that computes the same.

    Parameters
    ----------
    model : path
        Folder of a Transformer that nlpkit trained, in float32 or 8 bits, or of a Marian model in transformers' format
        (``config.json``, ``model.safetensors``, ``vocab.json``).
    output : path
        Folder to write.
    to : {"ctranslate2"}
    quantization : {"float32", "int8"}, optional
        Precision of the matrices; default: that of the model.
    force : bool
        Replace a folder that nlpkit wrote.

    Returns
    -------
    ExportReport

    Raises
    ------
    ArtifactError
        If the model cannot be read, or the other library translates differently.
    OutputError
        If the folder exists or cannot be written.
    ParameterError
        If the other library cannot compute such a model.
    MissingDependencyError
        If the other library is not installed.
    """
    from nlpkit.translation.export.folder import export_ctranslate2

    require(to in FORMATS, "to", to, " or ".join(map(repr, FORMATS)))
    check_place(output, is_folder=True, force=force)
    made = export_ctranslate2(model, output, quantization=quantization, force=force)
    size = sum(place.stat().st_size for place in Path(os.fspath(output)).iterdir())
    return ExportReport(bytes=size, sentences=made.sentences, apart=made.apart, loss=made.loss)
