"""A recogniser by CTC as a task of the training loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from nlpkit.speech.recognition.front import Front
from nlpkit.speech.recognition.greedy import best_path
from nlpkit.training.loss import precise
from nlpkit.training.task import Validated

from .clip_batches import ClipBatch, Item, numbers_of
from .clip_store import ClipStore
from .options import SpeechTrainingOptions
from .speech_task import SpeechTask


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A validation clip, as the current model hears it.

    Attributes
    ----------
    number : int
        Number of the clip in the validation data.
    text, reference : str
    """

    number: int
    text: str
    reference: str


class CtcTask(SpeechTask):
    """A network of tokens and its clips: see `nlpkit.training.task.Task`.

    Parameters
    ----------
    model : nn.Module
        Features and lengths in, logits and their lengths out; token 0 is the blank.
    front : Front
    clips, valid : ClipStore
        ``valid`` may be None.
    options : SpeechTrainingOptions
    decode : callable
        Text of tokens.
    separator : int, optional
        Token between the texts of joined clips, such as the space.
    n_samples : int
        Texts that are reported.
    """

    kind = "speech CTC"
    better: ClassVar[Mapping[str, str]] = {"wer": "lower", "cer": "lower", "empty": "lower"}

    def __init__(
        self,
        model: nn.Module,
        front: Front,
        clips: ClipStore,
        valid: ClipStore | None,
        options: SpeechTrainingOptions,
        *,
        decode: Callable[[Sequence[int]], str],
        separator: int | None = None,
        n_samples: int = 3,
    ) -> None:
        super().__init__(model, front, clips, valid, options, separator)
        self._decode, self._n_samples = decode, n_samples

    def count(self, items: Sequence[Item]) -> int:
        """Return the number of tokens, and one for each clip, which may have none."""
        return sum(1 + sum(len(self.clips.targets[number]) for number in numbers_of(item)) for item in items)

    def loss(self, batch: ClipBatch, *, step: int, divisor: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the CTC loss, -log p of the targets, over ``divisor``, and its sum."""
        nll = self._nll(batch)
        return nll / divisor, precise(nll.detach())

    def _nll(self, batch: ClipBatch) -> torch.Tensor:
        logits, lengths = self.model(batch.features, batch.lengths)
        return ctc_loss(logits, lengths, batch.targets, batch.counts)

    @property
    def validation_units(self) -> int:
        """Tokens of the validation data, and one for each clip."""
        return 0 if self.valid is None else sum(1 + len(target) for target in self.valid.targets)

    def validate(self) -> Validated:
        """Return the loss, WER and CER of the validation clips, the share without text, and a few texts."""
        import jiwer

        assert self.valid is not None
        texts = [""] * len(self.valid)
        nll = 0.0
        for items, batch in self.valid_batches():
            logits, lengths = self.model(batch.features, batch.lengths)
            nll += float(ctc_loss(logits, lengths, batch.targets, batch.counts))
            for (number,), row, length in zip(items, logits.float().cpu().numpy(), lengths.tolist(), strict=True):
                texts[number] = self._decode(best_path(row[:length])[0].tolist())
        references = [self._decode(target.tolist()) for target in self.valid.targets]
        samples = zip(range(self._n_samples), texts, references, strict=False)
        words = jiwer.process_words(references, texts) if any(references) else None
        letters = jiwer.process_characters(references, texts) if any(references) else None
        return Validated(
            loss=nll / self.validation_units,
            metrics={
                "wer": 100 * words.wer if words else None,
                "cer": 100 * letters.cer if letters else None,
                "empty": 100 * sum(not text for text in texts) / len(texts),
            },
            samples=tuple(Heard(number=number, text=text, reference=ref) for number, text, ref in samples),
        )


def ctc_loss(logits: torch.Tensor, lengths: torch.Tensor, targets: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Return the sum of -log p of the targets (Graves et al. 2006); a clip too short for its target counts nothing.

    Parameters
    ----------
    logits : (n, frames, n_tokens) tensor
        Token 0 is the blank.
    lengths : (n,) int64 tensor
        Frames of each clip.
    targets : (total,) int64 tensor
        One clip after the other.
    counts : (n,) int64 tensor
        Tokens of each clip.
    """
    log_p = logits.float().log_softmax(2).transpose(0, 1)
    return F.ctc_loss(log_p, targets, lengths, counts, blank=0, reduction="sum", zero_infinity=True)


def frames_needed(target: np.ndarray) -> int:
    """Return the number of frames that CTC needs for a target: its tokens, and a blank between two equal ones.

    Examples
    --------
    >>> frames_needed(np.array([3, 3, 4]))
    4
    """
    return len(target) + int((target[1:] == target[:-1]).sum())
