"""Start of a training of translation: a trained model, whose sub-words, sizes and weights are taken."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nlpkit.errors import ParameterError
from nlpkit.text.subword import Subwords

from .inputs import StrPath

if TYPE_CHECKING:
    from nlpkit.translation.model import TranslationModel
    from nlpkit.translation.translator import Translator

PARTS = ("embeddings", "encoder", "decoder")
"""Parts of a model that can be frozen."""


def architecture_of(base: Translator) -> str:
    """Return the architecture of a model: transformer, lstm, gru or rnn."""
    return str(getattr(base.options, "cell", "transformer"))


def model_to_start_from(
    base: StrPath | None,
    given: Mapping[str, Any],
    *,
    freeze: Sequence[str] = (),
    **fixed: Any,
) -> Translator | None:
    """Return the model to start from.

    Parameters
    ----------
    base : path, optional
    given : mapping
        Options of model and training by name.
    freeze : sequence of str
        Parts that are not trained.
    **fixed : object
        Other options that the model decides: None or empty if they are not given.

    Raises
    ------
    ParameterError
        If an option is given that the model decides, or the model can't be trained.
    """
    unknown = [part for part in freeze if part not in PARTS]
    if unknown:
        raise ParameterError(f"freeze is {unknown[0]!r}: expected one of {', '.join(PARTS)}")
    if base is None:
        if freeze:
            raise ParameterError("freeze keeps parts of a model to start from: name one with --base (base)")
        return None
    from nlpkit.translation.translator import Translator

    found = Translator(base, device="cpu", precision="float32")
    if not isinstance(found.src_subwords, Subwords):
        raise ParameterError(f"{os.fspath(base)}: is a model of another tool: expected one that nlpkit trained")
    sizes = {name: value for name, value in asdict(found.options).items() if "dropout" not in name}
    sizes |= {"architecture": architecture_of(found)}
    for name, value in {**given, **fixed}.items():
        if value in (None, False, ()) and name in fixed:
            continue
        if (name in sizes and value != sizes[name]) or (name in fixed and name not in sizes):
            own = f"has {sizes[name]!r}" if name in sizes else "has its own"
            raise ParameterError(f"{name} is {value!r}, and the model of --base {own}: leave it out")
    return found


def freeze_parts(model: TranslationModel, parts: Sequence[str]) -> None:
    """Exclude parts of a model from training.

    Raises
    ------
    ParameterError
        If nothing is left to train.
    """
    for name, weight in model.named_parameters():
        part = "embeddings" if "embedding" in name else name.partition(".")[0].partition("_")[0]
        if part in parts:
            weight.requires_grad_(False)
    if not any(weight.requires_grad for weight in model.parameters()):
        raise ParameterError("freeze leaves nothing to train: leave a part out")
