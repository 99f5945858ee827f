"""LoopOptions: how any model is trained, as numbers and words that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from nlpkit.errors import ParameterError, require_number, require_whole

OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "nadam", "adamw")
SCHEDULES = ("inverse_sqrt", "noam", "plateau", "constant", "linear", "cosine")
PRECISIONS = ("auto", "bfloat16", "float32")
AVERAGES = ("best", "last", "none")


@dataclass(frozen=True, kw_only=True)
class LoopOptions:
    """Options of the training loop; a task's own options derive from them.

    Parameters
    ----------
    optimizer : {"adam", "adamw", "nadam", "sgd", "momentum", "nesterov", "adagrad", "rmsprop"}
        One of ``torch.optim``; "momentum" and "nesterov" are SGD with momentum.
    learning_rate : float
        Highest learning rate, after the warm-up. Under "noam" a factor (Vaswani's is 1 or 2).
    momentum : float
        Momentum of "momentum", "nesterov" and, if above 0, "rmsprop".
    beta1, beta2, eps : float
        Parameters of the Adam family; ``eps`` of "adagrad" and "rmsprop" too.
    weight_decay : float
        L2: added to the gradient, but with "adamw" subtracted from the weight itself. Matrices only, no biases or
        norms.
    l1 : float
        L1: this much times a weight's sign is added to its gradient. Matrices only.
    max_norm : float
        Largest length of a matrix's row; 0 sets no limit.
    schedule : {"inverse_sqrt", "noam", "plateau", "constant", "linear", "cosine"}
        Course of the learning rate after the warm-up: see `nlpkit.training.schedules`.
    warmup : int
        Steps in which the learning rate rises linearly from 0.
    plateau_factor, plateau_patience : float, int
        "plateau" multiplies the learning rate by the factor after more than this number of validations without
        progress, as ``patience`` counts them.
    clip : float
        Largest length of the gradient; 0 does not clip.
    accumulate : int
        Batches whose gradients are added up for one step of the optimizer.
    precision : {"auto", "bfloat16", "float32"}
        "bfloat16" computes products in bfloat16 and keeps weights, sums and the loss in float32; "auto" takes it where
        the processor or the GPU supports it natively.
    epochs : int
        Maximum number of passes over the data; 0 sets no limit.
    max_steps : int
        Maximum number of steps of the optimizer; 0 sets no limit.
    minutes : float
        Longest duration of the training, its last validation included; 0 sets no limit.
    patience : int
        The training ends after this number of validations that brought neither a better ``monitor`` metric nor a loss
        that is lower by 1 %; 0 switches this off.
    monitor : str
        "loss", or the validation metric that decides which weights are better.
    keep_best : int
        Validations whose weights are kept for the average.
    average : {"best", "last", "none"}
        At the end the mean of the best or of the last weights is validated, and taken if it is better than the best.
    validate_every : int
        Steps from one validation to the next; 0: at the end of each epoch.
    checkpoint_minutes : float
        The state is kept at the end of each epoch and at this interval.
    seed : int
        Seed of the order of the batches, dropout and everything else that is random.

    Raises
    ------
    ParameterError
        If a value is invalid or out of range.

    Examples
    --------
    >>> LoopOptions(optimizer="adamw", weight_decay=0.01).learning_rate
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
    clip: float = 1.0
    accumulate: int = 1
    precision: str = "auto"
    epochs: int = 60
    max_steps: int = 0
    minutes: float = 0.0
    patience: int = 10
    monitor: str = "loss"
    keep_best: int = 5
    average: str = "best"
    validate_every: int = 0
    checkpoint_minutes: float = 5.0
    seed: int = 1

    MONITORS: ClassVar[Sequence[str]] = ("loss",)
    """Metrics that ``monitor`` may name."""

    def __post_init__(self) -> None:
        for name, choices in {**_CHOICES, "monitor": self.MONITORS}.items():
            if getattr(self, name) not in choices:
                raise ParameterError(f"{name} is {getattr(self, name)!r}: expected one of {', '.join(choices)}")
        for name, least in _WHOLE.items():
            require_whole(name, getattr(self, name), least)
        for name, most in _NUMBERS.items():
            require_number(name, getattr(self, name), 0, most)
        if self.learning_rate == 0:
            raise ParameterError("learning_rate is 0: expected a number above it, such as 0.001")
        if not (self.epochs or self.max_steps or self.minutes or self.patience):
            raise ParameterError("epochs, max_steps, minutes and patience are all 0: give one, or it never ends")


_CHOICES: Mapping[str, Sequence[str]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "precision": PRECISIONS,
    "average": AVERAGES,
}
_WHOLE = {
    "warmup": 0,
    "plateau_patience": 0,
    "accumulate": 1,
    "epochs": 0,
    "max_steps": 0,
    "patience": 0,
    "keep_best": 1,
    "validate_every": 0,
    "seed": 0,
}
"""Whole numbers, and the least of each."""
_NUMBERS = {
    "learning_rate": 1e6,
    "momentum": 1,
    "beta1": 1,
    "beta2": 1,
    "eps": 1,
    "weight_decay": 1e6,
    "l1": 1e6,
    "max_norm": 1e9,
    "plateau_factor": 1,
    "clip": 1e9,
    "minutes": 1e9,
    "checkpoint_minutes": 1e9,
}
"""Numbers from 0, and the largest value of each."""
