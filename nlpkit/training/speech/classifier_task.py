"""A classifier of clips as a task of the training loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from nlpkit.speech.recognition.front import Front
from nlpkit.training.batch_statistics import renew_statistics
from nlpkit.training.loss import precise
from nlpkit.training.task import Validated

from .clip_batches import RENEWED, ClipBatch, Item, collate, plan_epoch
from .clip_store import ClipStore
from .options import SpeechTrainingOptions


class ClassifierTask:
    """A network of labels and its clips: see `nlpkit.training.task.Task`.

    Parameters
    ----------
    model : nn.Module
        Features and lengths in, logits out.
    front : Front
    clips, valid : ClipStore
        Targets are one label each. ``valid`` may be None.
    options : SpeechTrainingOptions
    """

    kind = "speech classifier"
    better: Mapping[str, str] = {"accuracy": "higher"}
    described: Mapping[str, str] = {"clips": "recordings", "valid_clips": "validation recordings"}
    width = 256

    def __init__(
        self, model: nn.Module, front: Front, clips: ClipStore, valid: ClipStore | None, options: SpeechTrainingOptions
    ) -> None:
        self.model, self.front, self.clips, self.valid, self.options = model, front, clips, valid, options
        self._labels = np.concatenate(clips.targets)
        self.weights = label_weights(self._labels, options.class_weights)
        self._valid_plan = plan_epoch(valid, options, 0, shuffled=False) if valid is not None else []

    @property
    def made_by(self) -> dict[str, Any]:
        """Fingerprints of the clips."""
        return {
            "clips": self.clips.fingerprint(),
            "valid_clips": self.valid.fingerprint() if self.valid is not None else None,
        }

    @property
    def summary(self) -> dict[str, Any]:
        """Numbers of clips."""
        return {"clips": len(self.clips), "valid_clips": len(self.valid or ())}

    def plan(self, epoch: int) -> Sequence[list[Item]]:
        """Return the batches of an epoch."""
        return plan_epoch(self.clips, self.options, epoch)

    def count(self, items: Sequence[Item]) -> int:
        """Return the number of clips."""
        return len(items)

    def collate(self, items: Sequence[Item], seed: int) -> ClipBatch:
        """Augment clips, and lay them out as a batch."""
        return collate(self.clips, items, self.front, self.options, seed)

    def loss(self, batch: ClipBatch, *, step: int, divisor: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the smoothed cross entropy over ``divisor``, and the sum of -log p of the labels."""
        log_p = self.model(batch.features, batch.lengths).float().log_softmax(1)
        nll = self._nll(log_p, batch.targets)
        if batch.mixed is not None and batch.partners is not None:
            nll = batch.mixed * nll + (1 - batch.mixed) * self._nll(log_p, batch.targets[batch.partners])
        smoothing = self.options.label_smoothing
        loss = (1 - smoothing) * nll.sum() - smoothing * log_p.mean(1).sum()
        return loss / divisor, precise(nll.detach()).sum()

    def _nll(self, log_p: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        nll = -log_p.gather(1, targets[:, None])[:, 0]
        return nll if self.weights is None else nll * self.weights.to(nll.device)[targets]

    @property
    def validation_units(self) -> int:
        """Clips of the validation data."""
        return len(self.valid or ())

    def validate(self) -> Validated:
        """Return the loss and the accuracy of the validation clips."""
        logits, labels = self.scores()
        log_p = torch.from_numpy(logits).log_softmax(1).numpy()
        return Validated(
            loss=float(-log_p[np.arange(len(labels)), labels].mean()),
            metrics={"accuracy": 100.0 * float((logits.argmax(1) == labels).mean())},
        )

    def scores(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the logits (n, n_labels) of the validation clips, and their labels (n,)."""
        assert self.valid is not None
        device = next(self.model.parameters()).device
        logits, labels = [], []
        with torch.inference_mode():
            for items in self._valid_plan:
                batch = collate(self.valid, items, self.front, None, 0).to(device)
                logits.append(self.model(batch.features, batch.lengths).float().cpu().numpy())
                labels.append(batch.targets.cpu().numpy())
        return np.concatenate(logits), np.concatenate(labels)

    def renew(self) -> None:
        """Make the statistics of batch normalisation anew, from the first batches of an epoch."""
        device = next(self.model.parameters()).device
        plan = self.plan(0)[:RENEWED]
        batches = (self.collate(items, number).to(device) for number, items in enumerate(plan))
        renew_statistics(self.model, batches, lambda batch: self.model(batch.features, batch.lengths))

    def state(self) -> dict[str, Any]:
        """Return nothing: the model and the step say it all."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Do nothing."""


def label_weights(labels: np.ndarray, kind: str) -> torch.Tensor | None:
    """Return the weight of each label, 1 on the average over clips; None for equal weights."""
    if kind == "none":
        return None
    counts = np.maximum(np.bincount(labels), 1)
    return torch.from_numpy((len(labels) / (len(counts) * counts)).astype(np.float32))
