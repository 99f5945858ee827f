"""``nlpkit``: runs a command line; an error becomes one line, also while the commands are imported."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from nlpkit.errors import NlpkitError, Notice


def __getattr__(name: str) -> Any:
    if name == "app":
        from nlpkit.cli.commands import app

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; an error becomes one line on standard error.

    Parameters
    ----------
    arguments : list of str, optional
        Default: the arguments of the process.

    Returns
    -------
    int
        0; 2 after an error in the input; 130 after Ctrl-C.
    """
    try:
        _open_streams()
        with warnings.catch_warnings():
            warnings.showwarning = partial(_show_warning, set())
            code = _run(arguments)
    except KeyboardInterrupt:
        code = 130
    return _flushed(code)


def _run(arguments: list[str] | None) -> int:
    try:
        with _stoppable():
            from nlpkit.cli.commands import app

            code = app(arguments, prog_name="nlpkit", standalone_mode=False)
    except OSError as error:
        return _fail(_of_standard_output(error) if error.filename is None else str(error))
    except NlpkitError as error:
        return _fail(str(error) or type(error).__name__)
    except re.error as error:
        return _fail(f"{error.pattern!r} is no regular expression: {error}")
    except UnicodeError as error:
        return _fail(f"a text can't be encoded or decoded ({error}): look for damaged characters in the input")
    except MemoryError as error:
        return _fail(f"there is not enough memory: {error or 'split the input, or choose smaller sizes'}")
    except Exception as error:
        if type(error).__name__ == "Abort":
            return 130
        if not hasattr(error, "format_message"):
            raise
        option = getattr(error, "option_name", "--")
        hint = "" if option.startswith("--") else "; a text that begins with - goes after --"
        return _fail(error.format_message() + hint)
    return code if isinstance(code, int) else 0


def _open_streams() -> None:
    """Let every character be printed, and replace closed streams."""
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")  # whatever is written fails
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (open as long as the process)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _flushed(code: int) -> int:
    """Return the exit code once standard output is flushed, 2 if that fails."""
    try:
        sys.stdout.flush()
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            return code or 1
        return code or _fail(_of_standard_output(error))
    return code


def _of_standard_output(error: OSError) -> str:
    from nlpkit.outputs.files import output_errors

    try:
        with output_errors("standard output"):
            raise error
    except (NlpkitError, BrokenPipeError) as named:
        return str(named)


def _show_warning(said: set[str], message: Warning | str, category: type[Warning], *_: object) -> None:
    """Print a warning, once: a file that is read twice is damaged once."""
    if str(message) in said:
        return
    said.add(str(message))
    _note(str(message) if issubclass(category, Notice) else f"warning: {message}")


def _note(message: str) -> None:
    print(f"nlpkit: {message}", file=sys.stderr)


def _fail(message: str) -> int:
    _note(" ".join(message.splitlines()))
    return 2


@contextmanager
def _stoppable() -> Iterator[None]:
    """End at SIGTERM as at Ctrl-C, which leaves nothing half-written."""
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
