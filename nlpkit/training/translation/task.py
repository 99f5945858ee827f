"""Translation as a task of the training loop, and `train_model`, which trains it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from nlpkit.errors import InputError
from nlpkit.training.loss import smoothed_cross_entropy
from nlpkit.training.report import TrainingProgress, TrainingResult, ValidationReport
from nlpkit.training.task import Validated
from nlpkit.training.trainer import train_task
from nlpkit.translation.model import TranslationModel

from .encoded_pairs import EncodedPairs
from .options import TrainingOptions
from .token_batches import Batch, collate, padding_share, plan_epoch
from .validation import Detokenise, Translate, Validation

_PLAIN_ATTENTION = 256
"""Largest number of positions for which attention's weights are held in memory as a whole."""


def train_model(
    model: TranslationModel,
    data: EncodedPairs,
    valid: EncodedPairs | None = None,
    options: TrainingOptions | None = None,
    *,
    state_folder: str | os.PathLike[str] | None = None,
    resume: bool = True,
    detokenise: Detokenise | None = None,
    references: Sequence[str] | None = None,
    translate: Translate | None = None,
    language: str | None = None,
    samples: int = 3,
    progress: Callable[[TrainingProgress], None] | None = None,
    validated: Callable[[ValidationReport], None] | None = None,
    device: str | torch.device = "auto",
    devices: int = 1,
    threads: int | None = None,
    tensorboard: str | os.PathLike[str] | None = None,
    begun: float | None = None,
) -> TrainingResult:
    """Train a translation model, which has its best weights afterwards.

    Parameters
    ----------
    model : TranslationModel
        The training begins with its weights.
    data, valid : EncodedPairs
        Pairs for training and for validation. Without ``valid`` the training loss decides which weights are best.
    options : TrainingOptions, optional
    detokenise : callable, optional
        Turns a list of target ids into texts, for BLEU and samples.
    references : sequence of str, optional
        Targets of ``valid`` as texts.
    translate : callable, optional
        Turns a model and a list of sources, as lists of ids, into translations; default: greedy decoding.
    language : str, optional
        Code of the target language, for BLEU's tokenizer; default: the script of the references decides.
    samples : int, default=3
        Number of translations in a `ValidationReport`.
    state_folder, resume, progress, validated, device, devices, threads, tensorboard, begun
        As in `nlpkit.training.trainer.train_task`.

    Returns
    -------
    TrainingResult

    Raises
    ------
    InputError
        If there is no pair to train on.
    ParameterError, ArtifactError, DivergedError, OutputError, KeyboardInterrupt, SystemExit
        As `nlpkit.training.trainer.train_task`.

    Examples
    --------
    >>> from nlpkit.translation import RNNOptions, Seq2SeqRNN
    >>> pairs = EncodedPairs.from_lists([([4, 5], [5, 4]), ([6], [6])])
    >>> sizes = RNNOptions(src_size=8, trg_size=8, embedding_size=8, hidden_size=8)
    >>> result = train_model(Seq2SeqRNN(sizes), pairs, options=TrainingOptions(max_steps=3), device="cpu")
    >>> result.steps, result.ended_by
    (3, 'max_steps')
    """
    options = options or TrainingOptions()
    left_out = len(data) + len(valid or ())
    data = data.within(options.max_length)
    if valid is not None and references is not None and len(references) != len(valid):
        raise InputError(
            f"{len(valid)} validation pairs and {len(references)} references: expected the same number of each"
        )
    valid, references = _short(valid, references, options.max_length)
    left_out -= len(data) + len(valid or ())
    if not len(data):
        raise InputError(f"there is no pair to train on ({left_out} are longer than max_length, {options.max_length})")
    validation = None
    if valid is not None:
        validation = Validation(
            valid,
            translate=translate,
            detokenise=detokenise,
            references=references,
            bleu_sentences=options.bleu_sentences,
            n_samples=samples,
            language=language,
        )
    return train_task(
        TranslationTask(model, data, validation, options, left_out=left_out),
        options,
        state_folder=state_folder,
        resume=resume,
        progress=progress,
        validated=validated,
        device=device,
        devices=devices,
        threads=threads,
        tensorboard=tensorboard,
        begun=begun,
    )


class TranslationTask:
    """A translation model and its pairs: see `nlpkit.training.task.Task`.

    Parameters
    ----------
    model : TranslationModel
    pairs : EncodedPairs
    validation : Validation or None
    options : TrainingOptions
    left_out : int
        Pairs that were too long, for the summary.
    """

    kind = "translation"
    better: Mapping[str, str] = {"bleu": "higher"}
    described: Mapping[str, str] = {"pairs": "pairs", "valid_pairs": "validation pairs"}

    def __init__(
        self,
        model: TranslationModel,
        pairs: EncodedPairs,
        validation: Validation | None,
        options: TrainingOptions,
        *,
        left_out: int = 0,
    ) -> None:
        self.model = model
        self.pairs = pairs
        self._validation = validation
        self._options = options
        self._left_out = left_out
        self._lengths = pairs.src_lengths, pairs.trg_lengths
        self._ids = {"pad_id": model.pad_id, "start_id": model.start_id, "eos_id": model.eos_id}

    @property
    def width(self) -> int:
        """Width of the Transformer, or size of the recurrent state."""
        options = self.model.options
        return int(getattr(options, "d_model", getattr(options, "hidden_size", 512)))

    @property
    def made_by(self) -> dict[str, Any]:
        """Fingerprints of the pairs, and the model's options."""
        valid = self._validation.pairs.fingerprint() if self._validation else None
        return {"pairs": self.pairs.fingerprint(), "valid_pairs": valid, **asdict(self.model.options)}

    @property
    def summary(self) -> dict[str, Any]:
        """Numbers of pairs, the share of padding in the first epoch's batches, and how BLEU was computed."""
        return {
            "pairs": len(self.pairs),
            "valid_pairs": len(self._validation.pairs) if self._validation else 0,
            "left_out": self._left_out,
            "padding": padding_share(self.pairs, self.plan(0)),
            **({"bleu_signature": self._validation.signature} if self._validation else {}),
        }

    def plan(self, epoch: int) -> Sequence[np.ndarray]:
        """Return the batches of an epoch, as numbers of pairs."""
        options = self._options
        return plan_epoch(*self._lengths, batch_tokens=options.batch_tokens, seed=options.seed, epoch=epoch)

    def count(self, items: np.ndarray) -> int:
        """Return the number of target tokens, ends included."""
        return int(self._lengths[1][items].sum()) + len(items)

    def collate(self, items: np.ndarray, seed: int) -> Batch:
        """Lay out pairs as a batch; nothing in it is random."""
        return collate(self.pairs, items, **self._ids)

    def loss(self, batch: Batch, *, step: int, divisor: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the smoothed cross entropy over ``divisor``, and the sum of -log p of the targets."""
        options, model = self._options, self.model
        sampling = options.scheduled_sampling
        if sampling and options.sampling_steps:
            sampling *= min(1.0, step / options.sampling_steps)
        with _attention(batch):
            memory = model.encode(batch.src, batch.lengths)
            hidden = model.teach(memory, batch.trg_in, sampling=sampling)
        logits = model.logits(hidden.flatten(0, 1).index_select(0, batch.rows))  # no padding among them
        return smoothed_cross_entropy(logits, batch.targets, smoothing=options.label_smoothing, divisor=divisor)

    @property
    def validation_units(self) -> int:
        """Target tokens of the validation data."""
        return max(1, len(self._validation.pairs.trg)) if self._validation else 0

    def validate(self) -> Validated:
        """Return the loss, BLEU and some translations of the validation pairs."""
        assert self._validation is not None
        return self._validation.run(self.model)

    def renew(self) -> None:
        """Do nothing: a translation model has weights alone."""

    def state(self) -> dict[str, Any]:
        """Return nothing: the model and the step say it all."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Do nothing."""


def _attention(batch: Batch) -> contextlib.AbstractContextManager[object]:
    """Choose the fastest kernels of attention for a batch.

    On a CPU and in bfloat16, the backward pass of PyTorch's fused attention takes seven times as long as that of its
    plain one. On CUDA cuDNN's is left out, which prepares each new shape of a batch for as long as some steps take.
    """
    device = batch.src.device.type
    is_short = max(batch.src.shape[1], batch.trg_in.shape[1]) <= _PLAIN_ATTENTION
    if device == "cpu" and torch.is_autocast_enabled("cpu") and is_short:
        return sdpa_kernel(SDPBackend.MATH)
    if device == "cuda":
        return sdpa_kernel([SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH])
    return contextlib.nullcontext()


def _short(
    valid: EncodedPairs | None, references: Sequence[str] | None, max_length: int
) -> tuple[EncodedPairs | None, Sequence[str] | None]:
    """Leave out validation pairs that are too long; if none are left, there is no validation."""
    if valid is None:
        return None, None
    fits = np.flatnonzero(np.maximum(valid.src_lengths, valid.trg_lengths) <= max_length)
    if not len(fits):
        return None, None
    if len(fits) == len(valid):
        return valid, references
    return valid.take(fits), None if references is None else [references[int(number)] for number in fits]
