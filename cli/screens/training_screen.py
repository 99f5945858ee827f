"""Screens of trainings on a terminal: the progress of the reading, then of the training."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from nlpkit.cli.screens.screen import note, plain
from nlpkit.jobs.unfinished import is_unfinished

if TYPE_CHECKING:
    from rich.progress import Progress

    from nlpkit.embeddings.word_training.progress import WordTrainingPlan, WordTrainingProgress
    from nlpkit.jobs.speech_plan import SpeechPlan
    from nlpkit.jobs.train_translation import TranslationPlan
    from nlpkit.training.report import TrainingProgress, ValidationReport

AnyScreen = TypeVar("AnyScreen", bound="TrainingScreen")


class TrainingScreen:
    """Progress of the reading; a class derived from it shows the training."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None, said="")

    def reading(self, stage: str, done: int, total: int | None) -> None:
        """Show the number of bytes read."""
        said = f"{done / 1e6:,.1f} MB" + (f" of {total / 1e6:,.1f}" if total else "")
        self._progress.update(self._task, completed=done, total=total, said=said)


class WordScreen(TrainingScreen):
    """Progress of `nlpkit.jobs.train_files`."""

    def started(self, plan: WordTrainingPlan) -> None:
        """Print what was read, and the memory that the training takes."""
        from nlpkit.outputs.room import available_memory

        ngrams = f" and {plan.ngrams:,} of their parts" if plan.ngrams else ""
        free = available_memory()
        of = f" ({_size(free)} free)" if free != float("inf") else ""
        self._progress.console.print(
            f"nlpkit: {plan.texts:,} texts, {plan.tokens:,} words; {plan.vocabulary:,} different ones{ngrams} to train;"
            f" about {_size(plan.memory)} of memory{of}",
            highlight=False,
            soft_wrap=True,
        )
        self._progress.reset(self._task, description="training", total=plan.words * plan.epochs, said="")

    def progress(self, state: WordTrainingProgress) -> None:
        """Show the epoch, the speed, the loss and the time left."""
        self._progress.update(
            self._task,
            completed=state.words,
            total=state.total_words,
            said=f"epoch {state.epoch} of {state.epochs}, {state.words_per_second:,.0f} words/s,"
            f" loss {state.loss:.3f}, {clock(state.seconds_left)} left",
        )


class TranslationScreen(TrainingScreen):
    """Progress of `nlpkit.jobs.train_translation`."""

    def started(self, plan: TranslationPlan) -> None:
        """Begin to show the training."""
        self._progress.reset(self._task, description="training", total=None, said="")

    def progress(self, state: TrainingProgress) -> None:
        """Show the epoch, the speed, the loss and the time left."""
        of = f" of {state.epochs}" if state.epochs else ""
        bleu = "" if state.bleu is None else f", BLEU {state.bleu:.1f}"
        known = math.isfinite(state.seconds_left)
        left = f", {clock(state.seconds_left)} left" if known else ""
        self._progress.update(
            self._task,
            completed=state.seconds,
            total=state.seconds + state.seconds_left if known else None,
            said=f"epoch {state.epoch}{of}, {state.tokens_per_second:,.0f} tokens/s, loss {state.loss:.3f}{bleu}{left}",
        )

    def validated(self, report: ValidationReport) -> None:
        """Print the quality of the model, and some translations."""
        row = report.row
        bleu = "" if row.bleu is None else f", BLEU {row.bleu:.1f}"
        best = " *" if report.is_best else ""
        loss = "" if row.valid_loss is None else f", validation {row.valid_loss:.3f}"
        print_line = self._progress.console.print
        print_line(
            f"[bold]epoch {row.epoch}[/bold]  loss {row.train_loss:.3f}{loss}{bleu}{best}",
            highlight=False,
        )
        for sample in report.samples[:2]:
            print_line(plain(f"   {sample.translation}  ←  {sample.reference}"), style="dim", highlight=False)


class SpeechScreen(TrainingScreen):
    """Progress of `nlpkit.jobs.train_speech`."""

    def reading(self, stage: str, done: int, total: int | None) -> None:
        """Show the number of recordings read."""
        self._progress.update(self._task, completed=done, total=total, said=f"{done:,} of {total:,} recordings")

    def started(self, plan: SpeechPlan) -> None:
        """Begin to show the training."""
        self._progress.reset(self._task, description="training", total=None, said="")

    def progress(self, state: TrainingProgress) -> None:
        """Show the epoch, the loss and the time left."""
        of = f" of {state.epochs}" if state.epochs else ""
        known = math.isfinite(state.seconds_left)
        left = f", {clock(state.seconds_left)} left" if known else ""
        self._progress.update(
            self._task,
            completed=state.seconds,
            total=state.seconds + state.seconds_left if known else None,
            said=f"epoch {state.epoch}{of}, loss {state.loss:.3f}{left}",
        )

    def validated(self, report: ValidationReport) -> None:
        """Print the quality of the model, and some texts."""
        row = report.row
        best = " *" if report.is_best else ""
        loss = "" if row.valid_loss is None else f", validation {row.valid_loss:.3f}"
        found = "".join(f", {name} {value:.1f} %" for name, value in row.metrics.items() if value is not None)
        print_line = self._progress.console.print
        print_line(f"[bold]epoch {row.epoch}[/bold]  loss {row.train_loss:.3f}{loss}{found}{best}", highlight=False)
        for sample in report.samples[:2]:
            print_line(plain(f"   {sample.text}  ←  {sample.reference}"), style="dim", highlight=False)


@contextmanager
def training_screen(kind: Callable[[Progress], AnyScreen], *, quiet: bool) -> Iterator[AnyScreen | None]:
    """Yield a screen of this kind on standard error, or None where it would not be seen."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield kind(progress)


@contextmanager
def resumable(output: str, *, quiet: bool) -> Iterator[None]:
    """Print how to resume a training that is stopped within."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        if not quiet:
            kept = is_unfinished(output)
            note(
                "stopped: the same command with --resume continues from here"
                if kept
                else "stopped before there was anything to keep"
            )
        raise


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds.

    Examples
    --------
    >>> clock(62.4), clock(3723)
    ('1:02', '1:02:03')
    """
    minutes, rest = divmod(round(min(seconds, 359999)), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def _size(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{max(1, round(n_bytes / 1e6)):,} MB"
