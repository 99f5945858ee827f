"""JSON Lines: one object or string per line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from nlpkit.errors import InputError

DEFAULT_FIELD = "text"


def read_json_lines(lines: Iterable[tuple[int, list[str]]], path: str, field: str | None = None) -> Iterator[list[str]]:
    """Yield runs of texts from runs of numbered lines. Blank lines are skipped.

    Parameters
    ----------
    lines : iterable of (int, list of str)
        See `nlpkit.corpora.lines.read_lines`.
    path : str
        File name, for messages.
    field : str, optional
        Field of the text; default: ``text``. A line that is a JSON string is a text itself.

    Raises
    ------
    InputError
        If a line is not JSON, has no such field, or the field is not a string.
    """
    wanted = DEFAULT_FIELD if field is None else field
    decode = json.JSONDecoder().decode
    for first, run in lines:
        texts = []
        for number, line in enumerate(run, first):
            if not line or line.isspace():
                continue
            try:
                record = decode(line)
            except ValueError as error:
                raise not_json(path, number, line, error) from None
            except RecursionError:
                raise InputError(f"{path}, line {number}: the JSON is nested too deeply") from None
            if isinstance(record, dict) and isinstance(record.get(wanted), str):
                texts.append(record[wanted])
            elif isinstance(record, str) and field is None:
                texts.append(record)
            else:
                raise no_text(path, number, record, wanted)
        yield texts


def not_json(path: str, number: int, line: str, error: ValueError) -> InputError:
    """Return the exception for a line that is not JSON."""
    if number == 1 and line.lstrip().startswith("["):
        return InputError(f"{path}: found a JSON array, expected JSON Lines: one object per line")
    reason = getattr(error, "msg", str(error))
    column = getattr(error, "colno", None)
    where = f"{path}, line {number}" + (f", column {column}" if column else "")
    return InputError(f"{where}: not JSON ({reason[:1].lower()}{reason[1:]}); expected one object per line")


def no_text(path: str, number: int, record: Any, field: str, *, option: str = "--field") -> InputError:
    """Return the exception for a record without a text; ``option`` is the option that sets the field."""
    where = f"{path}, line {number}"
    if not isinstance(record, dict):
        found = "an array" if isinstance(record, list) else "a string" if isinstance(record, str) else "no object"
        return InputError(f"{where}: found {found}, expected an object with the field {field!r}")
    if field in record:
        kinds: dict[type, str] = {dict: "an object", list: "an array", type(None): "null", bool: "true or false"}
        found = kinds.get(type(record[field]), "a number")
        return InputError(f"{where}: the field {field!r} holds {found}, expected a string")
    names = ", ".join(map(repr, record)) or "none"
    return InputError(f"{where}: there is no field {field!r}; set {option}, the fields are {names}")
