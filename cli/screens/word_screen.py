"""The training of word vectors on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.cli.screens.training_screen import TrainingScreen, clock

if TYPE_CHECKING:
    from nlpkit.embeddings.word_training import TrainingPlan, TrainingProgress


class WordScreen(TrainingScreen):
    """What `nlpkit.jobs.train_files` tells, shown."""

    def started(self, plan: TrainingPlan) -> None:
        """Say what was read, and how much memory the training takes."""
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

    def progress(self, state: TrainingProgress) -> None:
        """Show the epoch, the speed, the loss and the time left."""
        self._progress.update(
            self._task,
            completed=state.words,
            total=state.total_words,
            said=f"epoch {state.epoch} of {state.epochs}, {state.words_per_second:,.0f} words/s,"
            f" loss {state.loss:.3f}, {clock(state.seconds_left)} left",
        )


def _size(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{max(1, round(n_bytes / 1e6)):,} MB"
