"""TrainingOptions: how a translation model is trained, as numbers and words that JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nlpkit.errors import ParameterError

OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "nadam", "adamw")
SCHEDULES = ("inverse_sqrt", "noam", "plateau", "constant", "linear", "cosine")
PRECISIONS = ("auto", "bfloat16", "float32")
MONITORS = ("bleu", "loss")
AVERAGES = ("best", "last", "none")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions:
    """How a translation model is trained. Dropout isn't here: it is the model's own.

    Parameters
    ----------
    optimizer : {"adam", "adamw", "nadam", "sgd", "momentum", "nesterov", "adagrad", "rmsprop"}
        Those of ``torch.optim``; "momentum" and "nesterov" are SGD with momentum.
    learning_rate : float
        The highest one, after the warm-up. Under "noam" a factor (Vaswani's is 1 or 2).
    momentum : float
        Of "momentum", "nesterov" and, if above 0, "rmsprop".
    beta1, beta2, eps : float
        Of the Adam family; ``eps`` of "adagrad" and "rmsprop" too.
    weight_decay : float
        L2: added to the gradient, but with "adamw" taken off the weight itself. Matrices only, no biases or norms.
    l1 : float
        L1: this much times a weight's sign is added to its gradient. Matrices only.
    max_norm : float
        The rows of matrices are kept at most this long; 0 leaves them.
    schedule : {"inverse_sqrt", "noam", "plateau", "constant", "linear", "cosine"}
        What the learning rate does after the warm-up: see `nlpkit.training.schedules`.
    warmup : int
        Steps in which the learning rate rises linearly from 0.
    plateau_factor, plateau_patience : float, int
        "plateau" multiplies the learning rate by the factor after more than so many such validations as ``patience``
        counts.
    label_smoothing : float
        The share of the target that goes to all words alike.
    clip : float
        The longest that a gradient may be; 0 doesn't clip.
    batch_tokens : int
        How many source and target ids, padding included, a batch may have.
    accumulate : int
        How many batches one step of the optimizer takes its gradient from.
    max_length : int
        Pairs of which a side has more pieces are left out, and counted.
    precision : {"auto", "bfloat16", "float32"}
        "bfloat16" computes products in bfloat16 and keeps weights, sums and the loss in float32; "auto" takes it where
        the processor or the GPU has it built in.
    epochs : int
        How often the pairs are gone through, at most; 0 sets no limit.
    max_steps : int
        How many steps of the optimizer are taken, at most; 0 sets no limit.
    minutes : float
        How long the training may take in all, its last validation included; 0 sets no limit.
    patience : int
        It ends after so many validations that brought neither better BLEU (with ``monitor="bleu"``) nor a loss that is
        less by 1 %; 0 never.
    monitor : {"bleu", "loss"}
        Which number of the validation says what is better.
    keep_best : int
        The weights of how many validations are kept for the average.
    average : {"best", "last", "none"}
        At the end the mean of the best or of the last weights is tried, and taken if it is better than the best.
    scheduled_sampling : float
        How often the decoder is fed its own word in place of the right one, at most (Bengio et al., 2015).
    sampling_steps : int
        Steps over which it rises to that, from 0.
    validate_every : int
        Steps from one validation to the next; 0: at the end of each epoch.
    bleu_sentences : int
        How many sentences of the validation data are translated for BLEU, the first ones.
    checkpoint_minutes : float
        The state is kept at the end of each epoch and after so many minutes.
    seed : int
        Of the order of the batches, dropout and sampling.

    Raises
    ------
    ParameterError
        If a value can't be.

    Examples
    --------
    >>> TrainingOptions(optimizer="adamw", weight_decay=0.01).learning_rate
    0.001
    """

    optimizer: str = "adam"
    learning_rate: float = 1e-3
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.98
    eps: float = 1e-9
    weight_decay: float = 0.0
    l1: float = 0.0
    max_norm: float = 0.0
    schedule: str = "inverse_sqrt"
    warmup: int = 1000
    plateau_factor: float = 0.5
    plateau_patience: int = 2
    label_smoothing: float = 0.1
    clip: float = 1.0
    batch_tokens: int = 4096
    accumulate: int = 1
    max_length: int = 1024
    precision: str = "auto"
    epochs: int = 60
    max_steps: int = 0
    minutes: float = 0.0
    patience: int = 10
    monitor: str = "bleu"
    keep_best: int = 5
    average: str = "best"
    scheduled_sampling: float = 0.0
    sampling_steps: int = 5000
    validate_every: int = 0
    bleu_sentences: int = 1024
    checkpoint_minutes: float = 5.0
    seed: int = 1

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ParameterError(f"{name} is {getattr(self, name)!r}: expected one of {', '.join(choices)}")
        for name, (low, high, whole) in _RANGES.items():
            _check_number(name, getattr(self, name), low, high, whole)
        if self.learning_rate == 0:
            raise ParameterError("learning_rate is 0: expected a number above it, such as 0.001")
        if not (self.epochs or self.max_steps or self.minutes or self.patience):
            raise ParameterError("epochs, max_steps, minutes and patience are all 0: give one, or it never ends")


_CHOICES: dict[str, Sequence[str]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "precision": PRECISIONS,
    "monitor": MONITORS,
    "average": AVERAGES,
}

_MANY = 2**62
_RANGES: dict[str, tuple[float, float, bool]] = {
    "learning_rate": (0, 1e6, False),
    "momentum": (0, 1, False),
    "beta1": (0, 1, False),
    "beta2": (0, 1, False),
    "eps": (0, 1, False),
    "weight_decay": (0, 1e6, False),
    "l1": (0, 1e6, False),
    "max_norm": (0, 1e9, False),
    "warmup": (0, _MANY, True),
    "plateau_factor": (0, 1, False),
    "plateau_patience": (0, _MANY, True),
    "label_smoothing": (0, 0.99, False),
    "clip": (0, 1e9, False),
    "batch_tokens": (1, _MANY, True),
    "accumulate": (1, _MANY, True),
    "max_length": (1, _MANY, True),
    "epochs": (0, _MANY, True),
    "max_steps": (0, _MANY, True),
    "minutes": (0, 1e9, False),
    "patience": (0, _MANY, True),
    "keep_best": (1, 1000, True),
    "scheduled_sampling": (0, 1, False),
    "sampling_steps": (0, _MANY, True),
    "validate_every": (0, _MANY, True),
    "bleu_sentences": (1, _MANY, True),
    "checkpoint_minutes": (0, 1e9, False),
    "seed": (0, _MANY, True),
}


def _check_number(name: str, value: Any, low: float, high: float, whole: bool) -> None:
    kind = int if whole else (int, float)
    right = isinstance(value, kind) and not isinstance(value, bool)
    if not right or not math.isfinite(value) or not low <= value <= high:
        most = "" if high >= _MANY else f" to {high:g}"
        expected = f"a {'whole ' if whole else ''}number {f'from {low:g}{most}' if most else f'of at least {low:g}'}"
        raise ParameterError(f"{name} is {value!r}: expected {expected}")
