"""Options of a model and its training: those that were given, and proposals for the rest."""

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
"""Options of a model that are derived from other things."""


_SLOWER = 5  # than a training from nothing


def check_asked(architecture: str, attention: str | None, asked: Mapping[str, Any]) -> None:
    """Refuse unknown or invalid options, before anything is read.

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
    base: TranslationModel | None = None,
) -> tuple[TranslationModel, TrainingOptions]:
    """Return a model to train, and the options of its training.

    Parameters
    ----------
    data : EncodedPairs
        Training pairs.
    subwords : (Subwords, Subwords)
        Sub-words of source and target; one object if they are shared.
    architecture : {"transformer", "lstm", "gru", "rnn"}
    attention : {"general", "dot", "additive", "none"}, optional
        Attention of the last three; default: general.
    asked : mapping, optional
        Options of the model and of `TrainingOptions`, by name; `propose` chooses the others.
    device : str
        Type of the device that trains it.
    base : TranslationModel, optional
        A trained model, whose sizes and weights are taken; dropout may differ. Default: initial weights.

    Raises
    ------
    ParameterError
        If an option is invalid.
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
    if base is not None:
        own = {name: asked[name] for name in asked if name in _names(options_of)}
        made = type(base)(replace(base.options, **own))
        made.load_state_dict(base.state_dict())
        if "learning_rate" not in asked:
            training = replace(training, learning_rate=training.learning_rate / _SLOWER)
        return made, training
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
