"""Task: what the training loop asks of whatever is trained: batches, a loss, a validation.

The loop counts steps, validates, keeps checkpoints, averages weights and stops. A task knows the data and the model.
Everything random in a batch or in its loss depends on the seed, the step and the batch's place in the step alone, so
that a resumed training takes the same steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import nn


class Batch(Protocol):
    """Items laid out for the model."""

    def to(self, device: torch.device) -> Any:
        """Return the batch on a device."""


@dataclass(frozen=True, kw_only=True)
class Validated:
    """Result of a validation.

    Attributes
    ----------
    loss : float
        Mean loss over the validation data, per unit that `Task.count` counts.
    metrics : mapping of str to float
        By the names of `Task.better`.
    samples : tuple
        A few outputs, to be shown.
    """

    loss: float
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    samples: tuple[Any, ...] = ()


class Task(Protocol):
    """A model and its data, as the training loop sees them."""

    @property
    def kind(self) -> str:
        """Name of the task, such as "translation", which its states carry."""

    @property
    def model(self) -> nn.Module:
        """The model that is trained."""

    @property
    def width(self) -> int:
        """Width of the model, for the "noam" schedule."""

    @property
    def better(self) -> Mapping[str, str]:
        """Names of the validation's metrics beside the loss, and whether "higher" or "lower" is better."""

    @property
    def made_by(self) -> Mapping[str, Any]:
        """Data and sizes that a state depends on, as JSON. A state of other ones is not resumed."""

    @property
    def described(self) -> Mapping[str, str]:
        """Words for those entries of ``made_by`` that are too long to show in a message."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Further entries of the `TrainingResult`, such as the number of training examples."""

    def plan(self, epoch: int) -> Sequence[Any]:
        """Return the batches of an epoch, each as the items it holds."""

    def count(self, items: Any) -> int:
        """Return how many units the loss of a batch is divided by: target tokens, labels or clips."""

    def collate(self, items: Any, seed: int) -> Batch:
        """Lay out the items of a batch; augmentation draws from a generator seeded by ``seed``."""

    def loss(self, batch: Any, *, step: int, divisor: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the loss of a batch over ``divisor``, with a gradient, and the undivided sum to report, without."""

    @property
    def validation_units(self) -> int:
        """Units in the validation data, by which the first validation's time is estimated; 0 without such data."""

    def validate(self) -> Validated:
        """Validate the model; it is in evaluation mode, and autocast is set as in training."""

    def renew(self) -> None:
        """Make anew what the model has learnt beside its weights, such as statistics of batches, for averaged ones."""

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint has to hold beside the model, as JSON."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Continue from what `state` returned."""


def seed_of(seed: int, step: int, place: int) -> int:
    """Return the seed of a batch, or of a process's dropout: by the training's seed, the step and the place in it."""
    return ((seed * 1_000_003 + step) * 65_537 + place) % (1 << 63)
