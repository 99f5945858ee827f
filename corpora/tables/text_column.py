"""The column of a table that holds the text."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from nlpkit.corpora.tables.names import listed, looks_like_names, number_of
from nlpkit.corpora.tables.records import RecordTable, column_of
from nlpkit.corpora.values import TextValues
from nlpkit.errors import InputError, Notice

DEFAULT_NAME = "text"
"""Default field and column of the text."""


def text_column(table: RecordTable, wanted: str | None, default: str = DEFAULT_NAME) -> Any:
    """Settle a table, and return the index of the column of the text.

    Parameters
    ----------
    table : RecordTable
    wanted : str, optional
        A name or a number (from 1); default: the column ``default``, or the only one.
    default : str

    Raises
    ------
    InputError
        If there is no such column.
    """
    if wanted is None and default not in table.first and len(table.first) == 1:
        if table.names is None:
            table.settle(True)
            if table.names is not None and not looks_like_names(table.first, table.sample):
                _tell(table, f"the first line, {table.first[0]!r}, is taken as the name of the column")
        return 0
    if wanted is not None and number_of(wanted, len(table.first), table.first) is not None:
        if table.settle(None):
            _tell(table, f"the first line, {listed(table.first)}, is taken as the names of the columns")
        return column_of(table, wanted)
    table.settle(True)
    if wanted is None and table.names is not None and default not in table.names:
        raise InputError(
            f"{table.path}: there is no column {default!r}; set --column to a name or a number; the columns are "
            f"{listed(table.names)}"
        )
    return column_of(table, default if wanted is None else wanted)


def _tell(table: RecordTable, what: str) -> None:
    if len(what) > 200:
        what = what[:199] + "…"
    warnings.warn(f"{table.path}: {what}; --header no reads it as a text", Notice, stacklevel=2)


def as_texts(
    values: TextValues, table: RecordTable, numbers: Sequence[int], texts: list[Any], kept: list[list[Any]]
) -> list[list[Any]]:
    """Return the columns without the rows that are left out, and the cells of the first one as texts."""
    rows = []
    for number, cell, *others in zip(numbers, texts, *kept, strict=True):
        text = values.text(cell, "{}, {} {}: the text", table.path, table.unit, number)
        if text is not None:
            rows.append([text, *others])
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(1 + len(kept))]
