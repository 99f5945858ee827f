"""Translation model folders: the model named in ``config.json``, its weights and its subwords."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.artifact import save
from nlpkit.artifact.reading import WEIGHTS, Artifact, read
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.text.subword import Subwords
from nlpkit.text.text_form import TextForm, form_of_pieces

from .confidence import Confidence
from .model_options import RNNOptions, TransformerOptions
from .quantization import SCALE, quantized
from .weight_shapes import weight_shapes

if TYPE_CHECKING:
    from .model import TranslationModel

ARCHITECTURES: dict[str, type[Any]] = {"transformer": TransformerOptions, "rnn": RNNOptions}
"""Options of each architecture, by its name in ``config.json``."""
_COPY = "a pretrained model in transformers' format isn't saved as one of nlpkit's: copy its folder"


def architecture_of(options: Any) -> str:
    """Return the architecture name of a model with these options.

    Raises
    ------
    ParameterError
        If it is none of nlpkit's.
    """
    for name, kind in ARCHITECTURES.items():
        if isinstance(options, kind):
            return name
    raise ParameterError(_COPY)


def read_options(folder: Artifact) -> Any:
    """Read the options of the model of a folder, and check that its weights fit them.

    Raises
    ------
    ArtifactError
        If the folder does not hold a translation model.
    """
    name, options = folder.options.get("architecture"), folder.options.get("model")
    place = folder.path / "config.json"
    if name not in ARCHITECTURES or not isinstance(options, dict):
        raise ArtifactError(f"{place}: has architecture {name!r}: expected one of {', '.join(ARCHITECTURES)}")
    try:
        found = ARCHITECTURES[name](**options)
    except (TypeError, ParameterError) as error:
        raise ArtifactError(f"{place}: its options don't make a model: {error}") from error
    folder.file_path(WEIGHTS)  # checks it
    shapes, weights = weight_shapes(found), read(folder.path).mapped
    if is_quantized(folder):
        shapes |= {name + SCALE: shape[:1] for name, shape in shapes.items() if len(shape) == 2}
    wrong = [key for key in shapes if key not in weights or weights[key].shape != shapes[key]]
    wrong += [key for key in weights if key not in shapes]
    is_whole = {name for name in shapes if name + SCALE in shapes}
    wrong += [key for key in shapes if key in weights and (weights[key].dtype == np.int8) != (key in is_whole)]
    if wrong:
        raise ArtifactError(f"{folder.path / 'model.safetensors'}: doesn't fit {place}: look at {wrong[0]!r}")
    return found


def is_quantized(folder: Artifact) -> bool:
    """Whether the matrices of a folder have 8 bits.

    Raises
    ------
    ArtifactError
        If they have something else.
    """
    precision = folder.options.get("precision", "float32")
    if precision not in ("float32", "int8"):
        raise ArtifactError(f"{folder.path / 'config.json'}: has precision {precision!r}: expected float32 or int8")
    return bool(precision == "int8")


def save_quantized(model: str | os.PathLike[str], output: str | os.PathLike[str], *, force: bool) -> tuple[int, int]:
    """Write a model whose matrices are rounded to 8 bits; return the bytes of the weights before and after.

    Raises
    ------
    ArtifactError
        If the folder holds no translation model, or one whose matrices have 8 bits already.
    OutputError
        If the output exists or cannot be written.
    ParameterError
        If the model lies in the output.
    """
    folder = read(model)
    if folder.kind != "translation":
        raise ArtifactError(f"{os.fspath(model)}: is a model of kind {folder.kind!r}: expected 'translation'")
    read_options(folder)
    check_not_replaced(model, output)
    if is_quantized(folder):
        raise ArtifactError(f"{os.fspath(model)}: its matrices have 8 bits already: copy the folder")
    arrays = quantized(folder.arrays)
    save_changed(folder, output, options={"precision": "int8"}, arrays=arrays, force=force)
    before, after = (sum(array.nbytes for array in each.values()) for each in (folder.arrays, arrays))
    return before, after


def save_changed(
    folder: Artifact,
    output: str | os.PathLike[str],
    *,
    options: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray] | None = None,
    force: bool,
) -> None:
    """Write a model folder again, with other options and other weights.

    Raises
    ------
    OutputError
        If the output exists or cannot be written.
    """
    save(
        output,
        kind=folder.kind,
        options={**folder.options, **options},
        arrays=folder.arrays if arrays is None else arrays,
        files={name: folder.file(name) for name in folder.files if name != WEIGHTS},
        provenance=folder.provenance,
        force=force,
    )


def check_not_replaced(model: str | os.PathLike[str], output: str | os.PathLike[str]) -> None:
    """Raise ParameterError if the folder of a model is the output, or lies in it."""
    here, there = Path(model).resolve(), Path(output).resolve()
    if here == there or there in here.parents:
        raise ParameterError(f"{os.fspath(model)} is in {os.fspath(output)}, which is replaced: name another folder")


def read_subwords(folder: Artifact) -> tuple[Subwords, Subwords | None]:
    """Read the subwords of a folder; None for the target's if they equal the source's."""
    if "spm.model" in folder.files:
        return Subwords(folder.file("spm.model")), None
    return Subwords(folder.file("src.spm.model")), Subwords(folder.file("trg.spm.model"))


def torch_model(options: Any, weights: Mapping[str, np.ndarray]) -> TranslationModel:
    """Return torch's model of weights, which `read_options` checked."""
    import torch

    from .recurrent import Seq2SeqRNN
    from .transformer import Seq2SeqTransformer

    with torch.device("meta"):  # allocates no weights, because they are loaded next
        model = Seq2SeqRNN(options) if isinstance(options, RNNOptions) else Seq2SeqTransformer(options)
    model.load_state_dict({key: torch.from_numpy(array) for key, array in weights.items()}, assign=True)
    return model


def read_text_form(folder: Artifact, src_subwords: Subwords) -> TextForm:
    """Return the form of the texts that the model of a folder reads.

    A folder that stores none is from before it was stored: nothing is removed from its inputs.

    Raises
    ------
    ArtifactError
        If the stored form is unknown.
    """
    if "normalize" not in folder.options:
        return TextForm(form_of_pieces(src_subwords.vocabulary), cleans=False)
    try:
        return TextForm(folder.options["normalize"])
    except (TypeError, ParameterError) as error:
        raise ArtifactError(f"{folder.path / 'config.json'}: {error}") from error


def read_confidence(folder: Artifact) -> Confidence | None:
    """Return the confidence of a folder, None if it stores none.

    Raises
    ------
    ArtifactError
        If it is damaged.
    """
    try:
        return Confidence.of_options(folder.options.get("confidence"))
    except ParameterError as error:
        raise ArtifactError(f"{folder.path / 'config.json'}: {error}") from error


def stored(text_form: TextForm, confidence: Confidence | None) -> dict[str, Any]:
    """Return the options of `read_text_form` and `read_confidence`."""
    options: dict[str, Any] = {"normalize": text_form.name} if text_form.cleans else {}
    return options if confidence is None else {**options, "confidence": asdict(confidence)}


def subword_files(src: Subwords, trg: Subwords) -> dict[str, bytes]:
    """Return the files of the subwords of source and target by name: one if they are the same.

    Raises
    ------
    ParameterError
        If they are those of another tool's model.
    """
    if not isinstance(src, Subwords):
        raise ParameterError(_COPY)
    if src == trg:
        return {"spm.model": src.proto}
    return {"src.spm.model": src.proto, "trg.spm.model": trg.proto}
