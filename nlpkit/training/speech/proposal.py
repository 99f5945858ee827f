"""Defaults of a recogniser and its training, where they are not given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from nlpkit.errors import ParameterError
from nlpkit.speech.recognition.cnn import CnnOptions
from nlpkit.speech.recognition.ctc import CtcOptions
from nlpkit.speech.recognition.lstm import LstmOptions

from .options import SpeechTrainingOptions

ARCHITECTURES: dict[str, type[Any]] = {"cnn": CnnOptions, "lstm": LstmOptions, "ctc": CtcOptions}
DERIVED = ("n_labels", "n_tokens")
"""Options of a model that follow from the data."""

_LEAST_STEPS = 1500
_OWNED = {
    **dict.fromkeys(("join", "pause", "blank_penalty"), "texts"),
    **dict.fromkeys(("mixup", "label_smoothing", "class_weights"), "labels"),
}
"""Options of the training that have an effect on one of these alone."""


def check_asked(architecture: str, asked: Mapping[str, Any]) -> None:
    """Refuse unknown or invalid options, before anything is read.

    Raises
    ------
    ParameterError
        With the reason.
    """
    if architecture not in ARCHITECTURES:
        raise ParameterError(f"architecture is {architecture!r}: expected one of {', '.join(ARCHITECTURES)}")
    of_model = _names(ARCHITECTURES[architecture]).difference(DERIVED)
    of_training = _names(SpeechTrainingOptions)
    for name in asked:
        if name not in of_model | of_training:
            owners = [each for each, options in ARCHITECTURES.items() if name in _names(options).difference(DERIVED)]
            known = (
                f"it belongs to {', '.join(owners)}" if owners else f"choose among {', '.join(sorted(of_model))}, ..."
            )
            raise ParameterError(f"{architecture} has no option {name!r}: {known}")
    for name, learnt in _OWNED.items():
        if name in asked and (learnt == "texts") != (architecture == "ctc"):
            owner, other = ("ctc", "labels") if learnt == "texts" else ("cnn and lstm", "texts")
            raise ParameterError(f"{name} belongs to {owner}, and {architecture} learns {other}: leave it out")
    SpeechTrainingOptions(**{name: value for name, value in asked.items() if name in of_training})
    size = "n_tokens" if architecture == "ctc" else "n_labels"
    model_options(architecture, asked, **{size: 2})
    monitor = asked.get("monitor", "loss")
    measured = ("wer", "cer") if architecture == "ctc" else ("accuracy",)
    if monitor not in (*measured, "loss"):
        raise ParameterError(f"monitor is {monitor!r}: {architecture} has {', '.join(measured)} and loss")


def proposed(architecture: str, n_clips: int, asked: Mapping[str, Any]) -> SpeechTrainingOptions:
    """Return the options of a training: what is asked for, and proposals for the rest.

    ==================  ==========  ==========  ==========
    architecture        cnn         lstm        ctc
    ==================  ==========  ==========  ==========
    learning rate       0.002       0.003       0.003
    clips in a batch    32          32          16
    epochs, at least    24          30          40
    monitor             accuracy    accuracy    wer
    mixup               0.3         0           0
    ==================  ==========  ==========  ==========

    A batch is smaller if an epoch has fewer than 20 of them, and there are more epochs if all of them have fewer than
    1,500 batches.

    Parameters
    ----------
    architecture : {"cnn", "lstm", "ctc"}
    n_clips : int
        Recordings to train on.
    asked : mapping
        Options of `SpeechTrainingOptions` by name, and others, which are ignored.
    """
    batch_clips = int(asked.get("batch_clips", max(4, min(16 if architecture == "ctc" else 32, n_clips // 20))))
    steps = -(-n_clips // batch_clips)
    epochs = max({"cnn": 24, "lstm": 30, "ctc": 40}[architecture], min(200, _LEAST_STEPS // steps))
    own: dict[str, Any] = {
        "learning_rate": 2e-3 if architecture == "cnn" else 3e-3,
        "batch_clips": batch_clips,
        "epochs": epochs,
        "monitor": "wer" if architecture == "ctc" else "accuracy",
        "mixup": 0.3 if architecture == "cnn" else 0.0,
    }
    given = {name: value for name, value in asked.items() if name in _names(SpeechTrainingOptions)}
    return SpeechTrainingOptions(**own | given)


def model_options(architecture: str, asked: Mapping[str, Any], **derived: int) -> Any:
    """Return the options of a model: what is asked for, and what follows from the data."""
    options = ARCHITECTURES[architecture]
    return options(**{name: value for name, value in asked.items() if name in _names(options)} | derived)


def _names(options: type[Any]) -> set[str]:
    return {field.name for field in fields(options)}
