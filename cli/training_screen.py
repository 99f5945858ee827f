"""A training on a terminal: the reading, what is to be trained, then how far it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from nlpkit.embeddings.word_training import TrainingPlan, TrainingProgress


@contextmanager
def training_screen(*, quiet: bool) -> Iterator[TrainingScreen | None]:
    """Give a screen on standard error, or None where nobody would see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield TrainingScreen(progress)


class TrainingScreen:
    """What `nlpkit.jobs.train_files` tells, shown."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None, said="")

    def reading(self, stage: str, done: int, total: int | None) -> None:
        """Show how many bytes were read."""
        said = f"{done / 1e6:,.0f} MB" + (f" of {total / 1e6:,.0f}" if total else "")
        self._progress.update(self._task, completed=done, total=total, said=said)

    def started(self, plan: TrainingPlan) -> None:
        """Say what was read, and how much memory the training takes."""
        from nlpkit.matrix_rows import available_memory

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

    def progress(self, state: TrainingProgress) -> None:
        """Show the epoch, the speed, the loss and the time left."""
        minutes, seconds = divmod(round(min(state.seconds_left, 359999)), 60)
        left = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"
        self._progress.update(
            self._task,
            completed=state.words,
            total=state.total_words,
            said=f"epoch {state.epoch} of {state.epochs}, {state.words_per_second:,.0f} words/s,"
            f" loss {state.loss:.3f}, {left} left",
        )


def _size(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{max(1, round(n_bytes / 1e6)):,} MB"
