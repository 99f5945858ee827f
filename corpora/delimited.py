"""CSV and TSV: the texts of one column."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from nlpkit.errors import InputError, ParameterError

DEFAULT_COLUMN = "text"

_RUN_CHARACTERS = 1 << 20
_LONGEST_FIELD = 2**31 - 1
_NAMED_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|"}


def delimiter_of(name: str | None, path: str) -> str:
    """Return the delimiter of the file ``path``.

    Parameters
    ----------
    name : str, optional
        One character, or ``tab``, ``comma``, ``semicolon``, ``space`` or ``pipe``; default: by the suffix.
    path : str
        File name without a compression suffix.

    Raises
    ------
    ParameterError
        If ``name`` is not one character or one of these names.
    """
    if name is None:
        return "\t" if path.lower().endswith((".tsv", ".tab")) else ","
    delimiter = _NAMED_DELIMITERS.get(name, name)
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ParameterError(f"delimiter is {name!r}: expected one character, or a name such as tab or semicolon")
    return delimiter


def read_delimited(
    lines: Iterable[tuple[int, list[str]]], path: str, *, column: str | None = None, delimiter: str = ","
) -> Iterator[list[str]]:
    """Yield runs of texts from runs of numbered lines. Blank lines are skipped.

    Quotes follow RFC 4180: a quoted text may contain line ends and delimiters. Tab-separated text has no quoting.

    Parameters
    ----------
    lines : iterable of (int, list of str)
        See `nlpkit.corpora.lines.read_lines`.
    path : str
        File name, for messages.
    column : str, optional
        A name in the header, or a number counted from 1 if the file has no header. A number larger than the number of
        columns is a name. Default: the column ``text``, or the only column.
    delimiter : str
        Delimiter of the columns.

    Raises
    ------
    InputError
        If the column does not exist, the header was skipped, a record has too few columns, or a quote is not closed.
    """
    csv.field_size_limit(_LONGEST_FIELD)  # global; not restored, because another thread may be reading
    records = _Lines(lines)
    if delimiter == "\t":
        rows = csv.reader(iter(records), delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        rows = csv.reader(iter(records), delimiter=delimiter, strict=True)
    run: list[str] = []
    characters = 0
    try:
        first = next(filter(None, rows), None)
        if first is None:
            return
        index = find_number(first, column)
        if index is None:
            if records.number != rows.line_num:
                raise InputError(f"{path}: the header cannot be decoded; set --encoding")
            index = _find_column(first, column, path)
            first = []
        for row in chain([first], rows):
            try:
                text = row[index]
            except IndexError:
                if not row:
                    continue
                raise InputError(
                    f"{path}, line {records.number}: found {len(row)} columns, expected at least {index + 1}"
                ) from None
            run.append(text)
            characters += len(text)
            if characters > _RUN_CHARACTERS or len(run) > 20_000:
                yield run
                run, characters = [], 0
    except csv.Error as error:
        reason = "a quote is not closed" if "end of data" in str(error) else str(error)
        raise InputError(f"{path}, line {records.number}: not well-formed CSV: {reason}") from None
    yield run


class _Lines:
    """Lines with line ends, and the number of the current line; some lines may have been skipped."""

    def __init__(self, runs: Iterable[tuple[int, list[str]]]) -> None:
        self._runs = runs
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        for first, run in self._runs:
            for self.number, line in enumerate(run, first):
                yield line + "\n"


def find_number(first: list[str], column: str | None) -> int | None:
    """Return the index of a column given by number, or None if ``column`` is a name."""
    if column is None or not column.isdecimal() or (column in first and not 0 < int(column) <= len(first)):
        return None
    if int(column) == 0:
        raise ParameterError("column is 0: expected a number from 1, or a name")
    return int(column) - 1


def _find_column(header: list[str], column: str | None, path: str) -> int:
    wanted = DEFAULT_COLUMN if column is None else column
    if wanted in header:
        return header.index(wanted)
    if column is None and len(header) == 1:
        return 0
    names = ", ".join(repr(name) for name in header[:20])
    more = f" and {len(header) - 20} more" if len(header) > 20 else ""
    raise InputError(
        f"{path}: there is no column {wanted!r}; give --column (a name or a number), there are {names}{more}"
    )
