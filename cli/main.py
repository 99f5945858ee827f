"""``nlpkit``: the commands, and what becomes of their errors."""

from __future__ import annotations

import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nlpkit import __version__
from nlpkit.cli.embed import embed
from nlpkit.cli.info import info
from nlpkit.cli.parameters import parameters, with_parameters
from nlpkit.cli.screen import note
from nlpkit.cli.search import search
from nlpkit.cli.terms import terms
from nlpkit.errors import NlpkitError

PLAIN: dict[str, Callable[..., None]] = {"terms": terms, "info": info}

WITH_PARAMETERS: dict[str, Callable[..., None]] = {"embed": embed, "search": search}
"""Commands that take every parameter of the estimators, which are imported only when such a command runs."""

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """The group of commands; one that runs gets its estimators' options then."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name in WITH_PARAMETERS:
            single = typer.Typer(add_completion=False, rich_markup_mode="rich")
            single.command(name, context_settings=_SETTINGS)(with_parameters(WITH_PARAMETERS[name], parameters()))
            command = typer.main.get_command(single)
        return name, command, rest


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings=_SETTINGS,
)
for _name, _function in WITH_PARAMETERS.items():
    app.command(_name)(with_parameters(_function, {}))
for _name, _function in PLAIN.items():
    app.command(_name, context_settings=_SETTINGS)(_function)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"nlpkit {__version__}")
        raise typer.Exit


@app.callback()
def nlpkit(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Text in; vectors, models and answers out.

    \b
    nlpkit embed "one cat" "two cats"
    nlpkit embed -i reviews.txt -o vectors.npz --save model
    nlpkit search "a good plot" -i reviews.txt
    """
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; what goes wrong becomes one line on standard error.

    Parameters
    ----------
    arguments : list of str, optional
        The process's own unless told.

    Returns
    -------
    int
        0, or 2 for a fault of the input, 130 after Ctrl-C.
    """
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: note(f"warning: {message}")
        try:
            with _stoppable():
                code = app(arguments, prog_name="nlpkit", standalone_mode=False)
        except (NlpkitError, OSError) as error:
            return _fail(str(error) or type(error).__name__)
        except re.error as error:
            return _fail(f"{error.pattern!r} is no regular expression: {error}")
        except UnicodeError as error:
            return _fail(f"a text can't be encoded or decoded ({error}): look for damaged characters in the input")
        except MemoryError as error:
            return _fail(f"there is not enough memory: {error or 'write a folder of shards, or set --max-features'}")
        except typer.Abort:
            return 130
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            return _fail(error.format_message())
    return code if isinstance(code, int) else 0


def _fail(message: str) -> int:
    note(" ".join(message.splitlines()))
    return 2


@contextmanager
def _stoppable() -> Iterator[None]:
    """End at SIGTERM as at Ctrl-C, so that nothing half-written is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, frame: object) -> None:
    sys.exit(128 + number)
