"""Records of a table, in blocks of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from nlpkit.corpora.tables.names import find_column, number_of
from nlpkit.corpora.tables.options import shown
from nlpkit.errors import InputError


class Records(NamedTuple):
    """Consecutive records: the line or row on which each begins (from 1), and some columns."""

    numbers: Sequence[int]
    columns: list[list[Any]]


class TableRow(NamedTuple):
    """A whole record: the names of all columns, None if they have none, and the cells."""

    names: tuple[str, ...] | None
    cells: Sequence[Any]


class RecordTable(Protocol):
    """A table of any format.

    Attributes
    ----------
    path : str
        File name, for messages.
    unit : str
        Unit of the numbers of records: ``"line"`` or ``"row"``.
    delimiter : str or None
        Separator of the columns, if one character separates them.
    first : list of str
        The first record; empty if there is none.
    sample : list of list
        Some records after it.
    names : list of str or None
        Names of the columns, once `settle` has found some.
    """

    path: str
    unit: str
    delimiter: str | None
    first: list[str]
    sample: list[list[Any]]
    names: list[str] | None

    @property
    def width(self) -> int:
        """Number of columns."""

    def settle(self, are_names: bool | None) -> bool:
        """Decide whether the first record holds the names of the columns; see `nlpkit.corpora.tables.table.Table`."""

    def records(self, columns: Sequence[Any]) -> Iterator[Records]:
        """Yield the records in blocks, with the columns of these indices."""


def column_of(table: RecordTable, wanted: str, *, option: str = "--column") -> Any:
    """Return the index of a column of a table that is settled, by name or number (from 1).

    Raises
    ------
    InputError
        If there is no such column.
    ParameterError
        If the number is 0.
    """
    number = number_of(wanted, table.width, table.names)
    if number is not None:
        if number >= table.width:
            raise InputError(f"{table.path}: there is no column {wanted}; found {table.width}")
        return number
    within = getattr(table, "column_within", None)
    if within is not None and wanted not in table.first and within(wanted):
        return wanted
    if table.names is None:
        raise InputError(
            f"{table.path}: there is no column {wanted!r}, because the first line holds no names; "
            f"set {option} to a number, or --header yes"
        )
    try:
        return find_column(table.names, wanted, table.path, option=option)
    except InputError as error:
        if not table.delimiter:
            raise
        raise InputError(f"{error}, separated by {shown(table.delimiter)} (--delimiter)") from None


def check_empty(table: RecordTable) -> None:
    """Count the records of a table without a good one, or raise InputError."""
    for _ in table.records(()):
        pass
