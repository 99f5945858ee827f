"""What every training shows on a terminal: how far the reading is, then the training; and how to go on with it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from nlpkit.cli.screens.screen import note
from nlpkit.jobs.unfinished import is_unfinished

if TYPE_CHECKING:
    from rich.progress import Progress

AnyScreen = TypeVar("AnyScreen", bound="TrainingScreen")


class TrainingScreen:
    """The reading of a corpus, shown; what is trained comes with the class that is made from this one."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=None, said="")

    def reading(self, stage: str, done: int, total: int | None) -> None:
        """Show how many bytes were read."""
        said = f"{done / 1e6:,.1f} MB" + (f" of {total / 1e6:,.1f}" if total else "")
        self._progress.update(self._task, completed=done, total=total, said=said)


@contextmanager
def training_screen(kind: Callable[[Progress], AnyScreen], *, quiet: bool) -> Iterator[AnyScreen | None]:
    """Give a screen of this kind on standard error, or None where nobody would see it."""
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
    """Where the training within is stopped, say how to go on with it."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        if not quiet:
            kept = is_unfinished(output)
            note(
                "stopped: the same command with --resume goes on from here"
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
