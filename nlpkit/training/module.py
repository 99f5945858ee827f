"""TranslationModule: one step of the optimizer, as Lightning runs it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import lightning as L
import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from nlpkit.translation.model import TranslationModel

from .loss import smoothed_cross_entropy
from .optimizers import load_optimizer, make_optimizer
from .options import TrainingOptions
from .regularizers import Regularizers
from .translation.token_batches import Batch

_PLAIN_ATTENTION = 256
"""Up to this many positions attention's weights are held as a whole."""


@dataclass(frozen=True, kw_only=True)
class StepBatches:
    """What one step of the optimizer learns from.

    Attributes
    ----------
    batches : sequence of Batch
        This process's part.
    tokens : int
        Target tokens of all processes' parts.
    is_filling : bool
        Whether the part is another's, to be computed and not counted: there were too few batches for all processes.
    number : int
        The step's, from 1.
    """

    batches: Sequence[Batch]
    tokens: int
    is_filling: bool
    number: int


class TranslationModule(L.LightningModule):
    """A translation model, the optimizer, and a step of it over one or several batches.

    The gradient of a step is that of the loss's sum over all its batches, of all processes, divided by their number of
    target tokens. What is random in a step depends on the seed, the step and the process alone, not on what was drawn
    before: a training that is gone on with needs no state of a random generator.

    Parameters
    ----------
    model : TranslationModel
    options : TrainingOptions
    rate_of : callable
        Gives the learning rate of a step.
    optimizer_arrays : mapping, optional
        What the optimizer remembered.

    Attributes
    ----------
    nll : () tensor
        Σ -log p of this process's target tokens since it was last set to 0.
    rate : float
        The learning rate of the last step.
    """

    def __init__(
        self,
        model: TranslationModel,
        options: TrainingOptions,
        rate_of: Callable[[int], float],
        optimizer_arrays: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.model = model
        self._options = options
        self._optimizer_arrays = optimizer_arrays
        self._rate_of = rate_of
        self.nll: torch.Tensor | None = None
        self.rate = 0.0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        self._regularizers = Regularizers(self.model, self._options)
        self.optimizer = make_optimizer(self.model, self._options)
        if self._optimizer_arrays:
            load_optimizer(self.optimizer, self._optimizer_arrays)
        self._optimizer_arrays = None
        return self.optimizer

    def transfer_batch_to_device(
        self, batch: StepBatches, device: torch.device, dataloader_idx: int
    ) -> list[tuple[Batch, StepBatches]]:
        return [(part.to(device), batch) for part in batch.batches]

    def training_step(self, parts: list[tuple[Batch, StepBatches]], number: int) -> None:
        """Take one step."""
        step = parts[0][1]
        options = self._options
        self._seed(((options.seed * 1_000_003 + step.number) * 65_537 + self.global_rank) % (1 << 63))
        self.optimizer.zero_grad(set_to_none=True)
        for place, (batch, _) in enumerate(parts):
            last = place == len(parts) - 1
            with contextlib.nullcontext() if last else self._without_reducing():
                loss, nll = self._loss(batch, step)
                self.manual_backward(loss)
            self.nll = nll if self.nll is None else self.nll + nll
        self.rate = self._rate_of(step.number)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self._regularizers.before_step()
        self.optimizer.step()
        self._regularizers.after_step()

    def _seed(self, seed: int) -> None:
        """As ``torch.manual_seed``, which takes a millisecond and some memory for a GPU that isn't used."""
        torch.default_generator.manual_seed(seed)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)
        elif self.device.type == "mps":
            torch.mps.manual_seed(seed)

    def _loss(self, batch: Batch, step: StepBatches) -> tuple[torch.Tensor, torch.Tensor]:
        options, model = self._options, self.model
        sampling = options.scheduled_sampling
        if sampling and options.sampling_steps:
            sampling *= min(1.0, step.number / options.sampling_steps)
        with self._attention(batch):
            memory = model.encode(batch.src, batch.lengths)
            hidden = model.teach(memory, batch.trg_in, sampling=sampling)
        logits = model.logits(hidden.flatten(0, 1).index_select(0, batch.rows))  # none of padding
        # Lightning's gradients are the mean over the processes, and the sum is wanted
        divisor = step.tokens / self.trainer.world_size
        loss, nll = smoothed_cross_entropy(logits, batch.targets, smoothing=options.label_smoothing, divisor=divisor)
        return (loss * 0.0, nll * 0.0) if step.is_filling else (loss, nll)

    def _attention(self, batch: Batch) -> contextlib.AbstractContextManager[object]:
        """On a CPU and in bfloat16, PyTorch's fused attention takes seven times as long backwards as its plain one.

        On CUDA cuDNN's is left out, which prepares each new shape of a batch for as long as some steps take.
        """
        is_short = max(batch.src.shape[1], batch.trg_in.shape[1]) <= _PLAIN_ATTENTION
        if self.device.type == "cpu" and self._options.precision == "bfloat16" and is_short:
            return sdpa_kernel(SDPBackend.MATH)
        if self.device.type == "cuda":
            return sdpa_kernel([SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH])
        return contextlib.nullcontext()

    def _without_reducing(self) -> contextlib.AbstractContextManager[None]:
        """Where there are several processes: add the gradients up here, and exchange them at the last batch only."""
        strategy = self.trainer.strategy
        return getattr(strategy, "block_backward_sync", contextlib.nullcontext)()
