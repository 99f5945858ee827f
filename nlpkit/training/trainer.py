"""`train_task`: the training loop: a task in, its trained model out."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import asdict, replace
from typing import Any

import torch

from nlpkit.device import resolve_device, torch_threads

from .clock import TrainingClock
from .course import Course, threads_ahead
from .model_average import Ranking, mean_weights
from .options import LoopOptions
from .report import HistoryRow, TrainingProgress, TrainingResult, ValidationReport
from .schedules import learning_rate
from .state import Kept, TrainingFolder, TrainingState
from .task import Task, Validated
from .weights import has_buffers, load_weights

_FREE = ("epochs", "max_steps", "minutes", "patience", "checkpoint_minutes", "accumulate")
"""Options that may change when a training is resumed."""


def train_task(
    task: Task,
    options: LoopOptions,
    *,
    state_folder: str | os.PathLike[str] | None = None,
    resume: bool = True,
    progress: Callable[[TrainingProgress], None] | None = None,
    validated: Callable[[ValidationReport], None] | None = None,
    device: str | torch.device = "auto",
    devices: int = 1,
    threads: int | None = None,
    tensorboard: str | os.PathLike[str] | None = None,
    begun: float | None = None,
) -> TrainingResult:
    """Train the model of a task; afterwards it has its best weights.

    Parameters
    ----------
    task : Task
    options : LoopOptions
    state_folder : path, optional
        Folder of the state, which is kept at the end of each epoch and every five minutes. A state of the same training
        is resumed: the same batches follow. The caller removes the folder. Only one training may use it at a
        time, in one process or one per device.
    resume : bool, default=True
        False ignores a state that is there.
    progress, validated : callable, optional
        Called with a `TrainingProgress` about twice a second, and with a `ValidationReport` after each validation, in
        the main process.
    device : str or torch.device
        As in `nlpkit.device.resolve_device`.
    devices : int, default=1
        Number of devices. More than one start further processes that run the same command again, by DDP: in them
        ``is_main`` of the result is False, and nothing is to be written. Processes that ``torchrun`` started are used.
    threads : int, optional
        CPU threads; default: PyTorch's own choice.
    tensorboard : path, optional
        Folder for TensorBoard's logs.
    begun : float, optional
        Time from which ``options.minutes`` count, by ``time.monotonic``; default: now.

    Returns
    -------
    TrainingResult

    Raises
    ------
    ParameterError
        If the state in ``state_folder`` belongs to other data or other options.
    ArtifactError
        If the states there are damaged.
    DivergedError
        If the loss or a weight is not finite; the last good state stays.
    OutputError
        If the state cannot be written.
    KeyboardInterrupt, SystemExit
        At Ctrl-C and SIGTERM, after the current step and with its state kept.
    """
    place = resolve_device(device)
    options = replace(options, precision=_precision(options.precision, place))
    with ExitStack() as stack:
        stack.enter_context(torch_threads(threads))
        stack.enter_context(torch.random.fork_rng([place.index or 0] if place.type == "cuda" else []))
        folder = state_folder
        if folder is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nlpkit-"))
        keeps_state = state_folder is not None
        run = _Run(task, options, place, devices, folder, keeps_state=keeps_state, resume=resume)
        return run.train(progress, validated, tensorboard, begun)


class _Run:
    """One training, from the state that it resumes to the weights that are chosen."""

    def __init__(
        self,
        task: Task,
        options: LoopOptions,
        place: torch.device,
        devices: int,
        folder: str | os.PathLike[str],
        *,
        keeps_state: bool,
        resume: bool,
    ) -> None:
        from .lightning_trainer import launched_processes, process_rank

        self.task, self.options, self.place, self.devices = task, options, place, devices
        self.model = task.model
        self.keeps_state = keeps_state
        self.rank = process_rank()
        processes = max(devices, launched_processes())
        self.course = Course(task, options, processes, threads_ahead(place, processes))
        made_by = {name: value for name, value in asdict(options).items() if name not in _FREE}
        made_by["batches_per_step"] = self.course.batches_per_step
        made_by |= task.made_by
        made_by["model"] = {name: list(weight.shape) for name, weight in self.model.named_parameters()}
        self.folder = TrainingFolder(folder, task.kind, made_by, task.described)
        self.kept: Kept | None = self.folder.read() if keeps_state and resume else None
        self.state = self.kept.state if self.kept else TrainingState()

    def train(
        self,
        progress: Callable[[TrainingProgress], None] | None,
        validated: Callable[[ValidationReport], None] | None,
        tensorboard: str | os.PathLike[str] | None,
        begun: float | None,
    ) -> TrainingResult:
        """Train to the end, choose weights, and report."""
        from .watch import TrainingWatch

        state, home = self.state, next(self.model.parameters()).device
        clock = TrainingClock(self.options, before=state.seconds, begun=begun)
        watch = TrainingWatch(
            task=self.task,
            options=self.options,
            state=state,
            course=self.course,
            clock=clock,
            folder=self.folder,
            keeps_state=self.keeps_state,
            validate=self._validate if self.task.validation_units else None,
            progress=progress,
            validated=validated,
        )
        if self.kept:
            load_weights(self.model, self.kept.weights)
            self.task.restore(state.task)
        resumed_at = state.step if self.kept else None
        if not watch.ended_by:
            self._fit(watch, tensorboard)
        chosen: tuple[Sequence[int], HistoryRow | None] = ([], None)
        if self.rank == 0:
            self.model.to(self.place)
            chosen = self._choose(clock)
        self.model.to(home)
        steps, row = chosen
        return TrainingResult(
            history=tuple(state.history),
            chosen_steps=tuple(steps),
            valid_loss=row.valid_loss if row else None,
            metrics=row.metrics if row else dict.fromkeys(self.task.better),
            ended_by=watch.ended_by,
            steps=state.step,
            epochs=state.epoch,
            tokens=state.tokens,
            seconds=clock.seconds,
            tokens_per_second=watch.tokens_per_second,
            precision=self.options.precision,
            device=str(self.place),
            is_main=self.rank == 0,
            resumed_at=resumed_at,
            summary=self.task.summary,
        )

    def _fit(self, watch: Any, tensorboard: str | os.PathLike[str] | None) -> None:
        """Take steps until the watch ends the training.

        Raises an error that occurred between two steps, and the signal that stopped it.
        """
        from .lightning_trainer import make_trainer, quietly
        from .module import TrainingModule

        state, options = self.state, self.options

        def rate_of(step: int) -> float:
            share = max(self._share_of_steps(step), watch.clock.share)
            return learning_rate(options, step, share=share, width=self.task.width, plateaus=state.plateaus)

        module = TrainingModule(self.task, options, rate_of, self.kept.optimizer if self.kept else None)
        self.kept = None
        steps = self.course.steps(epoch=state.epoch, batch=state.batch, step=state.step, process=self.rank)
        try:
            with quietly(), closing(steps):
                trainer = make_trainer(
                    [watch],
                    device=self.place,
                    devices=self.devices,
                    precision=options.precision,
                    shares_buffers=has_buffers(self.model),
                    tensorboard=tensorboard,
                )
                self.model.train()
                trainer.fit(module, _Loader(steps))
        except SystemExit:
            if not watch.signals.received:
                raise
        finally:
            watch.signals.release()
            self.model.eval()
        if watch.failure is not None:
            raise watch.failure
        if watch.signals.received == signal.SIGINT and not watch.ended_by:
            raise KeyboardInterrupt
        if watch.signals.received and not watch.ended_by:
            raise SystemExit(128 + watch.signals.received)

    def _share_of_steps(self, step: int) -> float:
        """Return the share of the training before a step, by steps, or by epochs, whose sizes may differ."""
        options, state = self.options, self.state
        if options.max_steps:
            return (step - 1) / options.max_steps
        if not options.epochs:
            return 0.0
        return min(1.0, (state.epoch + state.batch / self.course.steps_in(state.epoch)) / options.epochs)

    @torch.inference_mode()
    def _validate(self) -> Validated:
        """Validate the model, which is left in the mode it was in."""
        was_training = self.model.training
        self.model.eval()
        try:
            with self._autocast():
                return self.task.validate()
        finally:
            self.model.train(was_training)

    def _choose(self, clock: TrainingClock) -> tuple[Sequence[int], HistoryRow | None]:
        """Load the best weights into the model: those of a validation, or the mean of several if it is better."""
        history, ranking = self.state.history, Ranking(self.options, self.task.better)
        rows = {row.step: row for row in history}
        there = [step for step in ranking.steps_to_keep(history) if self.folder.has_weights(step)]
        if not there:
            return [], None
        best = rows[there[0]]
        steps = ranking.steps_to_average(history)
        if self.task.validation_units and steps and clock.seconds_left > 1.1 * clock.last("validation"):
            mean, found_steps = mean_weights(self.folder, steps)
            if len(found_steps) > 1:
                load_weights(self.model, mean)
                self.task.renew()
                found = self._validate()
                row = replace(best, valid_loss=found.loss, metrics=found.metrics)
                if ranking.goodness(row) >= ranking.goodness(best):
                    return found_steps, row
        load_weights(self.model, self.folder.read_weights(best.step))
        return [best.step], best

    def _autocast(self) -> AbstractContextManager[object]:
        if self.options.precision == "float32":
            return nullcontext()
        return torch.autocast(self.place.type, dtype=torch.bfloat16)


class _Loader:
    """Iterable over the steps, as Lightning wants it."""

    def __init__(self, steps: Iterator[Any]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[Any]:
        return self._steps


def _precision(name: str, place: torch.device) -> str:
    """Resolve "auto": bfloat16 where the device supports it natively."""
    if name != "auto":
        return name
    if place.type == "cuda":
        with torch.cuda.device(place):
            fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        asked: Mapping[str, Callable[[], bool]] = {
            "cpu": getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False),
        }
        fast = asked.get(place.type, lambda: False)()
    return "bfloat16" if fast else "float32"
