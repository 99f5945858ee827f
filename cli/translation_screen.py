"""The training of a translation model on a terminal: how far it is, and what it translates by now."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nlpkit.cli.screen import plain

if TYPE_CHECKING:
    from rich.progress import Progress

    from nlpkit.jobs.train_translation import TranslationPlan
    from nlpkit.training.training_report import TrainingProgress, ValidationReport


@contextmanager
def translation_screen(*, quiet: bool) -> Iterator[TranslationScreen | None]:
    """Give a screen on standard error, or None where nobody would see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield TranslationScreen(progress)


class TranslationScreen:
    """What `nlpkit.jobs.train_translation` tells, shown."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None, said="")

    def reading(self, stage: str, done: int, total: int | None) -> None:
        """Show how many bytes were read."""
        said = f"{done / 1e6:,.1f} MB" + (f" of {total / 1e6:,.1f}" if total else "")
        self._progress.update(self._task, completed=done, total=total, said=said)

    def started(self, plan: TranslationPlan) -> None:
        """Begin to show the training."""
        self._progress.reset(self._task, description="training", total=None, said="")

    def progress(self, state: TrainingProgress) -> None:
        """Show the epoch, the speed, the loss and the time left."""
        of = f" of {state.epochs}" if state.epochs else ""
        bleu = "" if state.bleu is None else f", BLEU {state.bleu:.1f}"
        known = math.isfinite(state.seconds_left)
        left = f", {_clock(state.seconds_left)} left" if known else ""
        self._progress.update(
            self._task,
            completed=state.seconds,
            total=state.seconds + state.seconds_left if known else None,
            said=f"epoch {state.epoch}{of}, {state.tokens_per_second:,.0f} tokens/s, loss {state.loss:.3f}{bleu}{left}",
        )

    def validated(self, report: ValidationReport) -> None:
        """Say how good the model is, and show what it translates."""
        row = report.row
        bleu = "" if row.bleu is None else f", BLEU {row.bleu:.1f}"
        best = " *" if report.is_best else ""
        print_line = self._progress.console.print
        print_line(
            f"[bold]epoch {row.epoch}[/bold]  loss {row.train_loss:.3f}, validation {row.valid_loss:.3f}{bleu}{best}",
            highlight=False,
        )
        for sample in report.samples[:2]:
            print_line(plain(f"   {sample.translation}  ←  {sample.reference}"), style="dim", highlight=False)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(min(seconds, 359999)), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"
