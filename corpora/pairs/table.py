"""Tables: the two columns of a pair."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from nlpkit.corpora.pairs.run import PairRun
from nlpkit.corpora.tables.names import language_of, listed, number_of
from nlpkit.corpora.tables.options import shown
from nlpkit.corpora.tables.records import RecordTable, check_empty, column_of
from nlpkit.corpora.values import TextValues
from nlpkit.errors import InputError, Notice, ParameterError

NAMES = (("src", "trg"), ("source", "target"))
"""Default names of the two columns, in order of preference."""


def read_pair_table(
    table: RecordTable,
    *,
    columns: tuple[str, str] | None,
    languages: tuple[str, str] | None,
    values: TextValues | None,
) -> Iterator[PairRun]:
    """Yield runs of pairs.

    Parameters
    ----------
    table : RecordTable
    columns : (str, str), optional
        Names or numbers (from 1) of the columns. Default: the names in `NAMES`, or the two languages; without names the
        only two columns, or those of a download from Tatoeba (``id, text, id, translation``) or ManyThings.org
        (``text, translation, attribution``).
    languages : (str, str), optional
        Additional names of the columns; ``de`` is also ``German``.
    values : TextValues, optional
        Takes cells as texts, if they are other values.

    Raises
    ------
    InputError
        If the columns are not found, or a record is bad.
    """
    if not table.first:
        check_empty(table)
        return
    found = _told(table, columns) if columns else _found(table, languages)
    for numbers, (src, trg) in table.records(found):
        if values is None:
            yield PairRun(numbers, src, trg)
            continue
        rows: list[tuple[int, str, str]] = []
        for number, *sides in zip(numbers, src, trg, strict=True):
            where = "{}, {} {}: one side", table.path, table.unit, number
            one, other = (values.text(side, *where) for side in sides)
            if isinstance(one, str) and isinstance(other, str):
                rows.append((number, one, other))
        if rows:
            yield PairRun([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])


def looks_like_names(src: str, trg: str) -> bool:
    """Whether a pair at the start of a table of two columns would be taken for a header."""
    return any(name in (src, trg) for name in NAMES[0]) or {src, trg} == set(NAMES[1])


def _told(table: RecordTable, columns: tuple[str, str]) -> list[Any]:
    numbers = [number_of(column, len(table.first), table.first) for column in columns]
    if None not in numbers:
        _settle_by_looks(table)
    elif numbers[0] is numbers[1]:
        table.settle(True)
    else:
        raise ParameterError(f"the columns are {columns}: expected two names or two numbers")
    return [column_of(table, column, option="--columns") for column in columns]


def _found(table: RecordTable, languages: tuple[str, str] | None) -> list[int]:
    cells = table.first
    for src, trg in (*NAMES, *([languages] if languages else [])):
        if src in cells and trg in cells:
            table.settle(True)
            return [cells.index(src), cells.index(trg)]
    for name, other in (NAMES[0], NAMES[0][::-1]):
        if name in cells:
            raise InputError(
                f"{table.path}: found a column {name!r} but no column {other!r}; set --columns "
                f"(two names, or two numbers without a header), the first line is {listed(cells)}"
            )
    _settle_by_looks(table)
    if table.names is not None and languages:
        codes = [language_of(name) for name in table.names]
        if languages[0] in codes and languages[1] in codes:
            return [codes.index(languages[0]), codes.index(languages[1])]
    return _unnamed(table)


def _settle_by_looks(table: RecordTable) -> None:
    if table.settle(None):
        warnings.warn(
            f"{table.path}: the first line, {listed(table.first)}, is taken as the names of the columns; "
            "--header no reads it as a pair",
            Notice,
            stacklevel=2,
        )


def _unnamed(table: RecordTable) -> list[int]:
    cells = table.first
    if table.width == 2:
        return [0, 1]
    if table.names is None and len(cells) == 4 and cells[0].isdecimal() and cells[2].isdecimal():
        return [1, 3]
    if table.names is None and len(cells) == 3 and cells[2].startswith("CC-BY"):
        return [0, 1]
    if table.width == 1:
        character = shown(table.delimiter) if table.delimiter else "a tab or a comma"
        raise InputError(
            f"{table.path}: found one column, expected two separated by {character}, "
            "a source and its translation; name the file .csv or .tsv, or set --delimiter"
        )
    raise InputError(
        f"{table.path}: found {table.width} columns, and no header with the names src and trg; set --columns "
        f"(two names or two numbers, such as 1,2), the first line is {listed(cells)}"
    )
