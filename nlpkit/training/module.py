"""TrainingModule: one step of the optimizer, as Lightning runs it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import lightning as L
import numpy as np
import torch

from .course import StepBatches
from .optimizers import load_optimizer, make_optimizer
from .options import LoopOptions
from .regularizers import Regularizers
from .task import Task, seed_of


class TrainingModule(L.LightningModule):
    """A task's model, the optimizer, and a step over one or several batches.

    The gradient of a step is that of the loss's sum over all its batches, of all processes, divided by their number of
    tokens. Random numbers of a step depend on the seed, the step and the process alone, not on earlier draws: a resumed
    training needs no state of a random generator.

    Parameters
    ----------
    task : Task
    options : LoopOptions
    rate_of : callable
        Returns the learning rate of a step.
    optimizer_arrays : mapping, optional
        State of the optimizer.

    Attributes
    ----------
    nll : () tensor
        Loss of this process's tokens since it was last set to None, summed.
    rate : float
        Learning rate of the last step.
    """

    def __init__(
        self,
        task: Task,
        options: LoopOptions,
        rate_of: Callable[[int], float],
        optimizer_arrays: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.model = task.model
        self._training_task = task
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
    ) -> list[tuple[Any, StepBatches]]:
        return [(part.to(device), batch) for part in batch.batches]

    def training_step(self, parts: list[tuple[Any, StepBatches]], number: int) -> None:
        """Take one step."""
        step = parts[0][1]
        self._seed(seed_of(self._options.seed, step.number, self.global_rank))
        divisor = step.tokens / self.trainer.world_size  # Lightning's gradients are the mean over the processes
        self.optimizer.zero_grad(set_to_none=True)
        for place, (batch, _) in enumerate(parts):
            last = place == len(parts) - 1
            with contextlib.nullcontext() if last else self._without_reducing():
                loss, nll = self._training_task.loss(batch, step=step.number, divisor=divisor)
                if step.is_filling:
                    loss, nll = loss * 0.0, nll * 0.0
                self.manual_backward(loss)
            self.nll = nll if self.nll is None else self.nll + nll
        self.rate = self._rate_of(step.number)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate
        self._regularizers.before_step()
        self.optimizer.step()
        self._regularizers.after_step()

    def _seed(self, seed: int) -> None:
        """Seed like ``torch.manual_seed``, which takes a millisecond and some memory for a GPU that is not used."""
        torch.default_generator.manual_seed(seed)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)
        elif self.device.type == "mps":
            torch.mps.manual_seed(seed)

    def _without_reducing(self) -> contextlib.AbstractContextManager[None]:
        """Add up gradients in this process; several processes exchange them at the last batch only."""
        strategy = self.trainer.strategy
        return getattr(strategy, "block_backward_sync", contextlib.nullcontext)()
