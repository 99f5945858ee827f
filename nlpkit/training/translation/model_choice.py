"""What a model is built from, and how it is trained: what was asked for, and what is proposed for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import torch

from nlpkit.errors import ParameterError
from nlpkit.text.subword import Subwords
from nlpkit.translation import RNNOptions, Seq2SeqRNN, Seq2SeqTransformer, TransformerOptions
from nlpkit.translation.model import TranslationModel

from .encoded_pairs import EncodedPairs
from .options import TrainingOptions
from .proposal import ARCHITECTURES, propose

DERIVED = ("src_size", "trg_size", "pad_id", "start_id", "eos_id", "cell", "attention")
"""Options of a model that follow from other things."""


def check_asked(architecture: str, attention: str | None, asked: Mapping[str, Any]) -> None:
    """Refuse what no model and no training has, before anything is read.

    Raises
    ------
    ParameterError
        With the reason.
    """
    if architecture not in ARCHITECTURES:
        raise ParameterError(f"architecture is {architecture!r}: expected one of {', '.join(ARCHITECTURES)}")
    if attention is not None and architecture == "transformer":
        raise ParameterError("a transformer always has attention: leave attention out, or choose lstm, gru or rnn")
    known = (_names(_options_of(architecture)) | _names(TrainingOptions)).difference(DERIVED)
    for name in asked:
        if name not in known:
            raise ParameterError(f"{architecture} has no option {name!r}: choose among {', '.join(sorted(known))}")
    TrainingOptions(**{name: asked[name] for name in asked if name in _names(TrainingOptions)})


def choose_model(
    data: EncodedPairs,
    subwords: tuple[Subwords, Subwords],
    *,
    architecture: str = "transformer",
    attention: str | None = None,
    asked: Mapping[str, Any] | None = None,
    device: str = "cpu",
) -> tuple[TranslationModel, TrainingOptions]:
    """Return a model with its first weights, and how to train it.

    Parameters
    ----------
    data : EncodedPairs
        What it is to be trained on.
    subwords : (Subwords, Subwords)
        Of source and target; one object where they share them.
    architecture : {"transformer", "lstm", "gru", "rnn"}
    attention : {"general", "dot", "additive", "none"}, optional
        Of the last three; general unless told.
    asked : mapping, optional
        Options of the model and of `TrainingOptions`, by name; `propose` chooses the others.
    device : str
        The type of the device that it is to be trained on.

    Raises
    ------
    ParameterError
        If an option can't be.
    """
    asked = asked or {}
    proposal = propose(
        len(data),
        len(data.trg),
        architecture=architecture,
        device=device,
        minutes=asked.get("minutes", 0.0),
        seed=asked.get("seed", 1),
    )
    training = replace(proposal.training, **{name: asked[name] for name in asked if name in _names(TrainingOptions)})
    options_of = _options_of(architecture)
    chosen = proposal.model | {name: asked[name] for name in asked if name in _names(options_of)}
    src, trg = subwords
    chosen |= {"src_size": len(src), "trg_size": len(trg)}
    chosen |= {"pad_id": trg.pad_id, "start_id": trg.bos_id, "eos_id": trg.eos_id}
    if src is not trg and chosen.setdefault("tie", "target") == "all":
        raise ParameterError("tie is 'all', and the vocabularies are separate: expected 'target' or 'none'")
    if architecture != "transformer":
        chosen |= {"cell": architecture, "attention": attention or "general"}
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(training.seed)
        if architecture == "transformer":
            return Seq2SeqTransformer(TransformerOptions(**chosen)), training
        return Seq2SeqRNN(RNNOptions(**chosen)), training


def _options_of(architecture: str) -> type[Any]:
    return TransformerOptions if architecture == "transformer" else RNNOptions


def _names(options: type[Any]) -> set[str]:
    return {field.name for field in fields(options)}
