"""Progress, notes and tables on a terminal; JSON Lines elsewhere."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from nlpkit.jobs.passes import EVALUATING, TRAINING, TRANSLATING

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

BAR_WIDTH = 12
SHIPPED_MODEL = 'spoken-digits, which ships with nlpkit, of English digits such as "seven four two"'

_LONGEST_TEXT = 400
_LEAST_BYTES = 1 << 22  # what is smaller is done before a bar is read
_LEAST = {TRAINING: 1 << 20, EVALUATING: 500}  # in the units of other stages


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout.isatty()


def tell_left_out(left_out: Mapping[str, int]) -> None:
    """Print how many texts and records were left out, by reason, on standard error."""
    for reason, number in left_out.items():
        note(f"left out, {reason}: {number:,}")


def print_json_lines(records: Iterable[Mapping[str, Any]]) -> None:
    """Write records to standard output, one JSON object a line; lone surrogates stand escaped."""
    encode = json.JSONEncoder(ensure_ascii=False).encode
    sys.stdout.flush()
    for record in records:
        sys.stdout.buffer.write((encode(record) + "\n").encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def note(message: str) -> None:
    """Print one line on standard error."""
    print(f"nlpkit: {message}", file=sys.stderr)


@contextmanager
def noted_if_slow(message: str, seconds: float, *, quiet: bool) -> Iterator[None]:
    """Print a note if what is done within takes longer than so many seconds of this process's own time.

    A busy machine alone brings no note.
    """
    done = threading.Event()

    def watch() -> None:
        end = time.process_time() + seconds
        while not done.wait(max(0.05, end - time.process_time())):
            if time.process_time() >= end:
                note(message)
                return

    if not quiet:
        threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


@contextmanager
def resumed_later(output: str | None, *, quiet: bool) -> Iterator[None]:
    """Say that a job that is stopped within can be resumed, if what it has finished is kept."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        from nlpkit.jobs.unfinished import unfinished_folder

        if not quiet and output not in (None, "-") and unfinished_folder(output or "").is_dir():
            note("stopped: the same command continues from here")
        raise


@contextmanager
def progress_bar(*, quiet: bool) -> Iterator[Callable[[str, int, int | None], None] | None]:
    """Yield a function that shows the progress of a job, or None where it would not be seen."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    class Amount(DownloadColumn):
        """Bytes, words of a training, texts, or recordings."""

        def render(self, task: Any) -> Text:
            column = self.others.get(task.description)
            return column.render(task) if column else super().render(task)

        others: ClassVar = {
            TRAINING: TextColumn("{task.completed:,}/{task.total:,} words", style="progress.download"),
            TRANSLATING: TextColumn("{task.completed:,} texts", style="progress.download"),
            EVALUATING: TextColumn("{task.completed:,}/{task.total:,} recordings", style="progress.download"),
        }

    columns = (TextColumn("{task.description}"), BarColumn(), Amount(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if total is not None and total < _LEAST.get(stage, _LEAST_BYTES):
                return
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)

        yield show


def new_table(*headers: tuple[str | Text, Mapping[str, Any]]) -> Table:
    """Return an empty table with a column for each header."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, expand=False)
    for header, style in headers:
        table.add_column(header, **style)
    return table


def print_table(table: Table) -> None:
    """Show a table on standard output."""
    from rich.console import Console

    Console().print(table)


def plain(text: str) -> Text:
    """Return the beginning of a text on one line, with nothing in it that would steer a terminal."""
    from rich.text import Text

    line = " ".join(text[:_LONGEST_TEXT].split())
    shown = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
    return Text(shown, no_wrap=True, overflow="ellipsis")


def bar(part: float, width: int = BAR_WIDTH) -> Text:
    """Return a bar of which ``part`` (0 to 1) is filled."""
    from rich.text import Text

    eighths = round(max(0.0, min(part, 1.0)) * width * 8)
    return Text("█" * (eighths // 8) + " ▏▎▍▌▋▊▉"[eighths % 8].strip(), style="cyan")


def counted(n: int, noun: str) -> str:
    """Return a number with a noun, whose plural ends in s.

    Examples
    --------
    >>> counted(1, "epoch"), counted(1200, "epoch")
    ('1 epoch', '1,200 epochs')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def number(value: float) -> str:
    """Return a number as a table shows it: counts whole, weights with three decimals.

    Examples
    --------
    >>> number(1200), number(0.25)
    ('1,200', '0.250')
    """
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
