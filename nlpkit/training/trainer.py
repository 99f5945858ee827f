"""`train_model`: a translation model and encoded pairs in, the trained model out."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import torch

from nlpkit.device import resolve_device, torch_threads
from nlpkit.errors import InputError
from nlpkit.translation.model import TranslationModel

from .clock import TrainingClock
from .course import Course
from .model_average import goodness, mean_weights, steps_to_average, steps_to_keep
from .options import TrainingOptions
from .report import HistoryRow, TrainingProgress, TrainingResult, ValidationReport
from .schedules import learning_rate
from .state import Kept, TrainingFolder, TrainingState
from .translation.encoded_pairs import EncodedPairs
from .translation.validation import Detokenise, Translate, Validation
from .weights import load_weights

_FREE = ("epochs", "max_steps", "minutes", "patience", "checkpoint_minutes", "accumulate")
"""Options that a training may be gone on with in another way."""


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
        Any; its weights are where the training begins.
    data, valid : EncodedPairs
        What to train on, and what to measure with. Without ``valid`` the loss of the training says what is best.
    options : TrainingOptions, optional
    state_folder : path, optional
        Where the state is kept, at the end of each epoch and every five minutes. If it has one of the same training,
        that is gone on with: the same batches follow. Whoever names the folder removes it. One process uses it at a
        time, and those of one training on several devices together.
    resume : bool
        Without, a state that is there isn't looked at.
    detokenise : callable, optional
        Turns a list of target ids into texts, for BLEU and samples.
    references : sequence of str, optional
        The targets of ``valid`` as texts.
    translate : callable, optional
        Turns a model and a list of sources, as lists of ids, into translations; greedy decoding unless told.
    samples : int
        How many translations a `ValidationReport` has.
    progress, validated : callable, optional
        Are given a `TrainingProgress` about twice a second, and a `ValidationReport` after each validation, in the
        main process.
    device : str or torch.device
        As in `nlpkit.device.resolve_device`.
    devices : int
        How many of them. More than one start further processes that run the same command again, by DDP: in them
        ``is_main`` of the result is False, and nothing is to be written. Processes that ``torchrun`` started are used
        as they are.
    threads : int, optional
        Of the CPU; as many as PyTorch takes by itself unless told.
    tensorboard : path, optional
        A folder for TensorBoard's logs.
    begun : float, optional
        When ``options.minutes`` began to run, by ``time.monotonic``; now unless told.

    Returns
    -------
    TrainingResult

    Raises
    ------
    InputError
        If there is no pair to train on.
    ParameterError
        If the state in ``state_folder`` is of other pairs or other options.
    ArtifactError
        If what is kept there is damaged.
    DivergedError
        If the loss or a weight is no number; the last good state stays.
    OutputError
        If the state can't be written.
    KeyboardInterrupt, SystemExit
        At Ctrl-C and SIGTERM, after the step under way and with its state kept.

    Examples
    --------
    >>> from nlpkit.translation.recurrent import RNNOptions, Seq2SeqRNN
    >>> pairs = EncodedPairs.from_lists([([4, 5], [5, 4]), ([6], [6])])
    >>> sizes = RNNOptions(src_size=8, trg_size=8, embedding_size=8, hidden_size=8)
    >>> result = train_model(Seq2SeqRNN(sizes), pairs, options=TrainingOptions(max_steps=3), device="cpu")
    >>> result.steps, result.ended_by
    (3, 'max_steps')
    """
    options = options or TrainingOptions()
    place = resolve_device(device)
    options = replace(options, precision=_precision(options.precision, place))
    left_out = len(data) + len(valid or ())
    data = data.within(options.max_length)
    if valid is not None and references is not None and len(references) != len(valid):
        raise InputError(f"{len(valid)} validation pairs and {len(references)} references: expected as many of each")
    valid, references = _short(valid, references, options.max_length)
    left_out -= len(data) + len(valid or ())
    if not len(data):
        raise InputError(f"there is no pair to train on ({left_out} are longer than max_length, {options.max_length})")
    with ExitStack() as stack:
        stack.enter_context(torch_threads(threads))
        stack.enter_context(torch.random.fork_rng([place.index or 0] if place.type == "cuda" else []))
        folder = state_folder
        if folder is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nlpkit-"))
        run = _Run(
            model, data, valid, options, place, devices, folder, keeps_state=state_folder is not None, resume=resume
        )
        validation = None
        if valid is not None:
            validation = Validation(
                valid,
                translate=translate,
                detokenise=detokenise,
                references=references,
                bleu_sentences=options.bleu_sentences,
                n_samples=samples,
            )
        return run.train(validation, progress, validated, tensorboard, begun, left_out)


class _Run:
    """One training, from the state that it is gone on from to the weights that are chosen."""

    def __init__(
        self,
        model: TranslationModel,
        data: EncodedPairs,
        valid: EncodedPairs | None,
        options: TrainingOptions,
        place: torch.device,
        devices: int,
        folder: str | os.PathLike[str],
        *,
        keeps_state: bool,
        resume: bool,
    ) -> None:
        from .lightning_trainer import launched_processes, process_rank

        self.model, self.options, self.place, self.devices = model, options, place, devices
        self.keeps_state = keeps_state
        self.rank = process_rank()
        self.course = Course(data, options, max(devices, launched_processes()))
        made_by = {name: value for name, value in asdict(options).items() if name not in _FREE}
        made_by["batches_per_step"] = self.course.batches_per_step
        made_by["pairs"] = data.fingerprint()
        made_by["valid_pairs"] = valid.fingerprint() if valid is not None else None
        made_by |= asdict(model.options)
        made_by["model"] = {name: list(weight.shape) for name, weight in model.named_parameters()}
        self.folder = TrainingFolder(folder, made_by)
        self.kept: Kept | None = self.folder.read() if keeps_state and resume else None
        self.state = self.kept.state if self.kept else TrainingState()

    def train(
        self,
        validation: Validation | None,
        progress: Callable[[TrainingProgress], None] | None,
        validated: Callable[[ValidationReport], None] | None,
        tensorboard: str | os.PathLike[str] | None,
        begun: float | None,
        left_out: int,
    ) -> TrainingResult:
        """Train to the end, choose weights, and tell."""
        from .watch import TrainingWatch

        state, home = self.state, self.model.device
        clock = TrainingClock(self.options, before=state.seconds, begun=begun)
        watch = TrainingWatch(
            options=self.options,
            state=state,
            course=self.course,
            clock=clock,
            folder=self.folder,
            keeps_state=self.keeps_state,
            validation=validation,
            precision=self._autocast,
            progress=progress,
            validated=validated,
        )
        if self.kept:
            load_weights(self.model, self.kept.weights)
        resumed_at = state.step if self.kept else None
        if not watch.ended_by:
            self._fit(watch, tensorboard)
        chosen: tuple[Sequence[int], HistoryRow | None] = ([], None)
        if self.rank == 0:
            self.model.to(self.place)
            chosen = self._choose(validation, clock)
        self.model.to(home)
        steps, row = chosen
        return TrainingResult(
            history=tuple(state.history),
            chosen_steps=tuple(steps),
            bleu=row.bleu if row else None,
            valid_loss=row.valid_loss if row else None,
            ended_by=watch.ended_by,
            steps=state.step,
            epochs=state.epoch,
            tokens=state.tokens,
            seconds=clock.seconds,
            tokens_per_second=watch.tokens_per_second,
            pairs=len(self.course.pairs),
            valid_pairs=len(validation.pairs) if validation else 0,
            left_out=left_out,
            padding=self.course.padding(),
            precision=self.options.precision,
            device=str(self.place),
            is_main=self.rank == 0,
            resumed_at=resumed_at,
        )

    def _fit(self, watch: Any, tensorboard: str | os.PathLike[str] | None) -> None:
        """Take steps until the watch ends it.

        Raises what went wrong between two steps, and what stopped it.
        """
        from .lightning_trainer import make_trainer, quietly
        from .module import TranslationModule

        state, options = self.state, self.options
        width = int(getattr(self.model.options, "d_model", getattr(self.model.options, "hidden_size", 512)))

        def rate_of(step: int) -> float:
            share = max(self._share_of_steps(step), watch.clock.share)
            return learning_rate(options, step, share=share, width=width, plateaus=state.plateaus)

        module = TranslationModule(self.model, options, rate_of, self.kept.optimizer if self.kept else None)
        self.kept = None
        try:
            with quietly():
                trainer = make_trainer(
                    [watch],
                    device=self.place,
                    devices=self.devices,
                    precision=options.precision,
                    tensorboard=tensorboard,
                )
                self.model.train()
                steps = self.course.steps(
                    self.model, epoch=state.epoch, batch=state.batch, step=state.step, process=self.rank
                )
                trainer.fit(module, _Loader(steps))
        except SystemExit:
            if not watch.signal:
                raise
        finally:
            watch.release_signals()
            self.model.eval()
        if watch.failure is not None:
            raise watch.failure
        if watch.signal == signal.SIGINT and not watch.ended_by:
            raise KeyboardInterrupt
        if watch.signal and not watch.ended_by:
            raise SystemExit(128 + watch.signal)

    def _share_of_steps(self, step: int) -> float:
        options = self.options
        most = options.max_steps or options.epochs * self.course.steps_in(0)
        return (step - 1) / most if most else 0.0

    def _choose(self, validation: Validation | None, clock: TrainingClock) -> tuple[Sequence[int], HistoryRow | None]:
        """Load the best weights into the model: those of a validation, or the mean of several if it is better."""
        state, options = self.state, self.options
        ranked = {row.step: row for row in state.history}
        there = [step for step in steps_to_keep(state.history, options) if self.folder.has_weights(step)]
        if not there:
            return [], None
        best = ranked[there[0]]
        steps = steps_to_average(state.history, options)
        if validation is not None and steps and clock.seconds_left > 1.1 * clock.last("validation"):
            mean, found_steps = mean_weights(self.folder, steps)
            if len(found_steps) > 1:
                load_weights(self.model, mean)
                found = validation.run(self.model, precision=self._autocast())
                row = replace(best, valid_loss=found.loss, bleu=found.bleu)
                if goodness(row, options.monitor) >= goodness(best, options.monitor):
                    return found_steps, row
        load_weights(self.model, self.folder.read_weights(best.step))
        return [best.step], best

    def _autocast(self) -> AbstractContextManager[object]:
        if self.options.precision == "float32":
            return nullcontext()
        return torch.autocast(self.place.type, dtype=torch.bfloat16)


class _Loader:
    """What Lightning goes over: anything that can be."""

    def __init__(self, steps: Iterator[Any]) -> None:
        self._steps = steps

    def __iter__(self) -> Iterator[Any]:
        return self._steps


def _short(
    valid: EncodedPairs | None, references: Sequence[str] | None, max_length: int
) -> tuple[EncodedPairs | None, Sequence[str] | None]:
    """Leave out validation pairs that are too long; none are left: no validation."""
    if valid is None:
        return None, None
    fits = np.flatnonzero(np.maximum(valid.src_lengths, valid.trg_lengths) <= max_length)
    if not len(fits):
        return None, None
    if len(fits) == len(valid):
        return valid, references
    return valid.take(fits), None if references is None else [references[int(number)] for number in fits]


def _precision(name: str, place: torch.device) -> str:
    """Say what "auto" is: bfloat16 where it is built in."""
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
