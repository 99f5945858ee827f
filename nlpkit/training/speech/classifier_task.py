"""A classifier of clips as a task of the training loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from nlpkit.speech.recognition.front import Front
from nlpkit.training.loss import precise
from nlpkit.training.task import Validated

from .clip_batches import ClipBatch, Item
from .clip_store import ClipStore
from .options import SpeechTrainingOptions
from .speech_task import SpeechTask


class ClassifierTask(SpeechTask):
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
    better: ClassVar[Mapping[str, str]] = {"accuracy": "higher"}

    def __init__(
        self, model: nn.Module, front: Front, clips: ClipStore, valid: ClipStore | None, options: SpeechTrainingOptions
    ) -> None:
        super().__init__(model, front, clips, valid, options)
        self.weights = label_weights(np.concatenate(clips.targets), options.class_weights)

    def count(self, items: Sequence[Item]) -> int:
        """Return the number of clips."""
        return len(items)

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
        logits, labels = [], []
        with torch.inference_mode():
            for _, batch in self.valid_batches():
                logits.append(self.model(batch.features, batch.lengths).float().cpu().numpy())
                labels.append(batch.targets.cpu().numpy())
        return np.concatenate(logits), np.concatenate(labels)


def label_weights(labels: np.ndarray, kind: str) -> torch.Tensor | None:
    """Return the weight of each label, 1 on the average over clips; None for equal weights."""
    if kind == "none":
        return None
    counts = np.maximum(np.bincount(labels), 1)
    return torch.from_numpy((len(labels) / (len(counts) * counts)).astype(np.float32))
