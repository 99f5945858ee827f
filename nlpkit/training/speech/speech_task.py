"""SpeechTask: clips and a network as a task of the training loop; a base of the tasks of classifiers and of CTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import torch
from torch import nn

from nlpkit.speech.recognition.front import Front
from nlpkit.training.batch_statistics import renew_statistics

from .clip_batches import ClipBatch, Item, collate, plan_epoch
from .clip_store import ClipStore
from .options import SpeechTrainingOptions

_RENEWED = 50
"""Batches from which statistics are made anew."""


class SpeechTask:
    """Clips, a network and how they are trained: see `nlpkit.training.task.Task`.

    Parameters
    ----------
    model : nn.Module
        Features and lengths in, logits out.
    front : Front
    clips, valid : ClipStore
        ``valid`` may be None.
    options : SpeechTrainingOptions
    separator : int, optional
        Token between the targets of joined clips.
    """

    described: ClassVar[Mapping[str, str]] = {"clips": "recordings", "valid_clips": "validation recordings"}
    width = 256

    def __init__(
        self,
        model: nn.Module,
        front: Front,
        clips: ClipStore,
        valid: ClipStore | None,
        options: SpeechTrainingOptions,
        separator: int | None = None,
    ) -> None:
        self.model, self.front, self.clips, self.valid, self.options = model, front, clips, valid, options
        self.separator = separator
        self._valid_plan = plan_epoch(valid, options, 0, shuffled=False) if valid is not None else []

    @property
    def made_by(self) -> dict[str, Any]:
        """Fingerprints of the clips, and the model's options."""
        valid = self.valid.fingerprint() if self.valid is not None else None
        sizes: Any = self.model.options
        return {"clips": self.clips.fingerprint(), "valid_clips": valid, **asdict(sizes)}

    @property
    def summary(self) -> dict[str, Any]:
        """Numbers of clips."""
        return {"clips": len(self.clips), "valid_clips": len(self.valid or ())}

    def plan(self, epoch: int) -> Sequence[list[Item]]:
        """Return the batches of an epoch."""
        return plan_epoch(self.clips, self.options, epoch)

    def collate(self, items: Sequence[Item], seed: int) -> ClipBatch:
        """Augment clips, and lay them out as a batch."""
        return collate(self.clips, items, self.front, self.options, seed, separator=self.separator)

    def valid_batches(self) -> Iterator[tuple[list[Item], ClipBatch]]:
        """Yield the batches of the validation clips, as they are, on the model's device."""
        assert self.valid is not None
        for items in self._valid_plan:
            yield items, collate(self.valid, items, self.front, None, 0).to(self._device)

    def renew(self) -> None:
        """Make the statistics of batch normalisation anew, from the first batches of an epoch."""
        plan = self.plan(0)[:_RENEWED]
        batches = (self.collate(items, number).to(self._device) for number, items in enumerate(plan))
        renew_statistics(self.model, batches, lambda batch: self.model(batch.features, batch.lengths))

    def state(self) -> dict[str, Any]:
        """Return nothing: the model and the step say it all."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Do nothing."""

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device
