"""Reading of translation model folders: the model named in ``config.json``, its weights and its subwords."""

from __future__ import annotations

from typing import Any

import torch

from nlpkit.artifact.reading import Artifact
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.text.subword import Subwords
from nlpkit.text.text_form import TextForm, form_of_pieces

from .model import TranslationModel
from .model_options import RNNOptions, TransformerOptions
from .recurrent import Seq2SeqRNN
from .transformer import Seq2SeqTransformer

ARCHITECTURES: dict[str, tuple[type[Any], type[Any]]] = {
    "transformer": (Seq2SeqTransformer, TransformerOptions),
    "rnn": (Seq2SeqRNN, RNNOptions),
}
"""Model and options of each architecture, by its name in ``config.json``."""


def architecture_of(model: TranslationModel) -> str:
    """Return the architecture name of a model."""
    return next(name for name, (cls, _) in ARCHITECTURES.items() if isinstance(model, cls))


def read_model(folder: Artifact) -> tuple[TranslationModel, Subwords, Subwords | None]:
    """Read the model of a folder and its subwords; None for the target's if they equal the source's.

    Raises
    ------
    ArtifactError
        If the folder does not hold a translation model.
    """
    name, options = folder.options.get("architecture"), folder.options.get("model")
    place = folder.path / "config.json"
    if name not in ARCHITECTURES or not isinstance(options, dict):
        raise ArtifactError(f"{place}: has architecture {name!r}: expected one of {', '.join(ARCHITECTURES)}")
    cls, options_of = ARCHITECTURES[name]
    try:
        with torch.device("meta"):  # allocates no weights, because they are loaded next
            model = cls(options_of(**options))
    except (TypeError, ParameterError) as error:
        raise ArtifactError(f"{place}: its options don't make a model: {error}") from error
    weights = {key: torch.from_numpy(array) for key, array in folder.arrays.items()}
    own = model.state_dict()
    wrong = [key for key in own if key not in weights or weights[key].shape != own[key].shape]
    wrong += [key for key in weights if key not in own]
    if wrong:
        raise ArtifactError(f"{folder.path / 'model.safetensors'}: doesn't fit {place}: look at {wrong[0]!r}")
    model.load_state_dict(weights, assign=True)
    if "spm.model" in folder.files:
        return model, Subwords(folder.file("spm.model")), None
    return model, Subwords(folder.file("src.spm.model")), Subwords(folder.file("trg.spm.model"))


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


def stored_form(text_form: TextForm) -> dict[str, Any]:
    """Return the options of `read_text_form`."""
    return {"normalize": text_form.name} if text_form.cleans else {}


def subword_files(src: Subwords, trg: Subwords) -> dict[str, bytes]:
    """Return the files of the subwords of source and target by name: one if they are the same."""
    if src == trg:
        return {"spm.model": src.proto}
    return {"src.spm.model": src.proto, "trg.spm.model": trg.proto}
