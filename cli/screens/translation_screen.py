"""The training of a translation model on a terminal: how far it is, and what it translates by now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nlpkit.cli.screens.screen import plain
from nlpkit.cli.screens.training_screen import TrainingScreen, clock

if TYPE_CHECKING:
    from nlpkit.jobs.train_translation import TranslationPlan
    from nlpkit.training.report import TrainingProgress, ValidationReport


class TranslationScreen(TrainingScreen):
    """What `nlpkit.jobs.train_translation` tells, shown."""

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
        """Say how good the model is, and show what it translates."""
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
