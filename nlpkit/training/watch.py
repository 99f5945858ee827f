"""TrainingWatch: validations, checkpoints, progress and the end of a training, between its steps."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import lightning as L
import numpy as np

from nlpkit.errors import DivergedError

from .clock import TrainingClock
from .course import Course, StepBatches
from .model_average import Ranking
from .module import TrainingModule
from .optimizers import optimizer_arrays
from .options import LoopOptions
from .report import HistoryRow, TrainingProgress, ValidationReport
from .state import TrainingFolder, TrainingState
from .stop_signals import StopSignals
from .task import Task, Validated
from .weights import weights_of

PROGRESS_SECONDS = 0.5
AGREED_STEPS = 10
"""Steps after which processes agree on what the clock and signals ask for."""


class TrainingWatch(L.Callback):
    """Validates, keeps checkpoints, reports and ends a training, step by step.

    Parameters
    ----------
    task : Task
    options : LoopOptions
    state : TrainingState
        State of the training at its begin; it is updated.
    course : Course
    clock : TrainingClock
    folder : TrainingFolder
    keeps_state : bool
        Whether checkpoints are kept; the weights of validations always are.
    validate : callable or None
        Validates the model and returns `Validated`; None without validation data.
    progress, validated : callable or None

    Attributes
    ----------
    ended_by : str
        Why the training ended; empty while it runs, or if it was stopped.
    failure : BaseException or None
        Error between two steps.
    signals : StopSignals
    """

    def __init__(
        self,
        *,
        task: Task,
        options: LoopOptions,
        state: TrainingState,
        course: Course,
        clock: TrainingClock,
        folder: TrainingFolder,
        keeps_state: bool,
        validate: Callable[[], Validated] | None,
        progress: Callable[[TrainingProgress], None] | None,
        validated: Callable[[ValidationReport], None] | None,
    ) -> None:
        self.task, self.options, self.state, self.course, self.clock = task, options, state, course, clock
        self.ranking = Ranking(options, task.better)
        self.folder, self.keeps_state = folder, keeps_state
        self.validate = validate
        self.progress, self.validated = progress, validated
        self.ended_by = self.end()
        self.failure: BaseException | None = None
        self.signals = StopSignals()
        self._steps = self._tokens = 0
        self._reported = self._saved = time.monotonic()
        self._kept: set[int] | None = None

    @property
    def tokens_per_second(self) -> float:
        """Speed of this run, without validations and checkpoints."""
        seconds = self.clock.trained_seconds
        return self._tokens / seconds if seconds > 0 and self._tokens else 0.0

    def end(self) -> str:
        """Return why the training ends here, or ``""`` if it does not; the clock is not consulted."""
        options, state = self.options, self.state
        if options.max_steps and state.step >= options.max_steps:
            return "max_steps"
        if options.epochs and state.epoch >= options.epochs:
            return "epochs"
        if options.patience and state.bad >= options.patience:
            return "patience"
        return ""

    # Lightning's hooks

    def on_train_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self.signals.catch()
        self.clock.begin()
        self._reported = self._saved = time.monotonic()

    def on_train_batch_end(
        self, trainer: L.Trainer, pl_module: L.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        assert isinstance(pl_module, TrainingModule)
        try:
            self._after_step(trainer, pl_module, batch[0][1])
        except BaseException as error:
            self.failure = error
            trainer.should_stop = True
            if trainer.world_size > 1:  # the other processes would wait for this one
                raise
        if trainer.should_stop:
            self.signals.release()

    # Between two steps

    def _after_step(self, trainer: L.Trainer, module: TrainingModule, step: StepBatches) -> None:
        state, options = self.state, self.options
        state.step += 1
        state.batch += 1
        state.tokens += step.tokens
        state.nll_tokens += step.tokens
        self._steps += 1
        self._tokens += step.tokens
        epoch_ends = state.batch >= self.course.steps_in(state.epoch)
        if epoch_ends:
            state.epoch, state.batch = state.epoch + 1, 0
        wish = self._wish(trainer)
        due = epoch_ends if not options.validate_every else state.step % options.validate_every == 0
        ending = "minutes" if wish == "minutes" else self.end()
        if due or (ending and wish != "signal"):
            self._validate(trainer, module)
            ending = ending or self.end()
        if (epoch_ends or wish or ending) and self.keeps_state:
            self._checkpoint(trainer, module)
        if ending or wish == "signal":
            self.ended_by = "" if wish == "signal" else ending
            trainer.should_stop = True
        self._report_progress(module, trainer.should_stop)

    def _wish(self, trainer: L.Trainer) -> str:
        """Return what the clock or a signal asks for; all processes get the main one's answer."""
        alone = trainer.world_size == 1
        if not alone and self.state.step % AGREED_STEPS:
            return ""
        wish = ""
        if self.signals.received:
            wish = "signal"
        elif self.clock.is_ending(step_seconds=self._step_seconds(), guess=self._validation_guess()):
            wish = "minutes"
        elif time.monotonic() - self._saved >= 60 * self.options.checkpoint_minutes:
            wish = "checkpoint"
        return wish if alone else trainer.strategy.broadcast(wish)

    def _step_seconds(self) -> float:
        return self.clock.trained_seconds / max(1, self._steps)

    def _validation_guess(self) -> float:
        units = self.task.validation_units
        return 1.0 + 5 * units / self.tokens_per_second if units and self.tokens_per_second else 0.0

    def _settle(self, trainer: L.Trainer, module: TrainingModule) -> None:
        """Add the processes' losses since the last call to the state."""
        if module.nll is None:
            return
        nll = trainer.strategy.reduce(module.nll, reduce_op="sum") if trainer.world_size > 1 else module.nll
        module.nll = None
        self.state.nll += float(nll)
        if not math.isfinite(self.state.nll):
            raise self._diverged(self.state.nll)

    def _diverged(self, nll: float) -> DivergedError:
        return DivergedError(
            f"the training diverged in step {self.state.step}, its loss is {nll}: lower learning_rate, which is"
            f" {self.options.learning_rate:g}, or raise warmup, which is {self.options.warmup}"
        )

    def _validate(self, trainer: L.Trainer, module: TrainingModule) -> None:
        state, options = self.state, self.options
        if state.history and state.history[-1].step == state.step:
            return
        self._settle(trainer, module)
        with self.clock.aside("validation"):
            found = self._found(trainer)
        train_loss = state.nll / max(1, state.nll_tokens)
        state.nll, state.nll_tokens = 0.0, 0
        row = HistoryRow(
            step=state.step,
            epoch=state.epoch,
            tokens=state.tokens,
            seconds=self.clock.seconds,
            train_loss=train_loss,
            valid_loss=found.loss if found else None,
            metrics={name: found.metrics.get(name) if found else None for name in self.task.better},
            learning_rate=module.rate,
            tokens_per_second=self.tokens_per_second,
        )
        best = self.ranking.is_better(row, self.ranking.best(state.history))
        hopeful = best or row.loss < 0.99 * min(before.loss for before in state.history)
        state.history.append(row)
        state.bad = 0 if hopeful else state.bad + 1
        state.plateau_bad = 0 if hopeful else state.plateau_bad + 1
        if options.schedule == "plateau" and state.plateau_bad > options.plateau_patience:
            state.plateaus, state.plateau_bad = state.plateaus + 1, 0
        if trainer.is_global_zero:
            with self.clock.aside("weights"):
                if state.step in self.ranking.steps_to_keep(state.history):
                    self.folder.write_weights(state.step, weights_of(module.model))
                if not self.keeps_state:
                    self.folder.forget_weights(but=self.ranking.steps_to_keep(state.history))
            for logger in trainer.loggers:
                logger.log_metrics(_metrics(row), step=row.step)
            if self.validated is not None:
                self.validated(ValidationReport(row=row, is_best=best, samples=found.samples if found else ()))

    def _found(self, trainer: L.Trainer) -> Validated | None:
        if self.validate is None:
            return None
        found = self.validate() if trainer.is_global_zero else None
        return found if trainer.world_size == 1 else trainer.strategy.broadcast(found)

    def _checkpoint(self, trainer: L.Trainer, module: TrainingModule) -> None:
        self._settle(trainer, module)
        self._saved = time.monotonic()
        if not trainer.is_global_zero:
            return
        with self.clock.aside("checkpoint"):
            weights = weights_of(module.model)
            self._check_finite(weights)
            self.state.seconds = self.clock.seconds
            self.state.task = self.task.state()
            self.folder.write(self.state, weights, optimizer_arrays(module.optimizer))
            now = set(self.ranking.steps_to_keep(self.state.history))
            if self._kept is not None:  # the state before this one may be needed
                self.folder.forget_weights(but=now | self._kept)
            self._kept = now

    def _check_finite(self, weights: Mapping[str, np.ndarray]) -> None:
        if not all(np.isfinite(array).all() for array in weights.values()):
            raise self._diverged(math.nan)

    def _report_progress(self, module: TrainingModule, is_last: bool) -> None:
        now = time.monotonic()
        if self.progress is None or (now - self._reported < PROGRESS_SECONDS and not is_last):
            return
        self._reported = now
        state, options = self.state, self.options
        fresh = float(module.nll) * module.trainer.world_size if module.nll is not None else 0.0
        if not math.isfinite(fresh):
            raise self._diverged(fresh)
        rows = state.history
        steps_in = self.course.steps_in(state.epoch)
        loss = (state.nll + fresh) / state.nll_tokens if state.nll_tokens else rows[-1].train_loss if rows else 0.0
        self.progress(
            TrainingProgress(
                step=state.step,
                epoch=state.epoch + 1 if not is_last else max(1, state.epoch),
                epochs=options.epochs,
                epoch_share=state.batch / steps_in,
                tokens=state.tokens,
                loss=loss,
                learning_rate=module.rate,
                tokens_per_second=self.tokens_per_second,
                seconds=self.clock.seconds,
                seconds_left=0.0 if is_last else self._seconds_left(steps_in),
                valid_loss=rows[-1].valid_loss if rows else None,
                metrics=rows[-1].metrics if rows else dict.fromkeys(self.task.better),
            )
        )

    def _seconds_left(self, steps_in: int) -> float:
        options, state = self.options, self.state
        per_step = self.clock.seconds / max(1, state.step)
        left = [self.clock.seconds_left]
        if options.max_steps:
            left.append((options.max_steps - state.step) * per_step)
        if options.epochs:
            left.append(((options.epochs - state.epoch) * steps_in - state.batch) * per_step)
        return max(0.0, min(left))


def _metrics(row: HistoryRow) -> dict[str, float]:
    names = ("train_loss", "valid_loss", *row.metrics, "learning_rate", "tokens_per_second")
    return {name: getattr(row, name) for name in names if getattr(row, name) is not None}
