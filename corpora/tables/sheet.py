"""`Sheet`: the records of a sheet of a spreadsheet (.xlsx, .xls, .ods)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from nlpkit.corpora.bad_records import RAGGED, BadRecords
from nlpkit.corpora.tables.formulas import without_value
from nlpkit.corpora.tables.names import listed, looks_like_names
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.records import Records
from nlpkit.corpora.values import written
from nlpkit.errors import InputError, MissingDependencyError

NO_VALUE = "formula without a value"
MOST_BYTES = 1 << 31
"""A spreadsheet is held in memory; this is the most that its content may expand to."""

_BLOCK_ROWS = 8192
_SAMPLE_ROWS = 100


class Sheet:
    """A sheet as a table, with the interface of `nlpkit.corpora.tables.table.Table`.

    Numbers are int if they are whole; an empty cell is None. Empty rows are skipped.

    Parameters
    ----------
    stream : binary file
        A seekable file.
    path : str
        File name, for messages.
    options : TableOptions
    bad : BadRecords
        Treatment of rows with a formula whose value is not stored.

    Raises
    ------
    InputError
        If the file is not a spreadsheet, or has several sheets with content and none is chosen.
    MissingDependencyError
        If python-calamine is not installed.
    """

    unit = "row"
    delimiter: str | None = None

    def __init__(self, stream: BinaryIO, path: str, *, options: TableOptions, bad: BadRecords) -> None:
        try:
            import python_calamine
        except ImportError:
            raise MissingDependencyError(
                f"{path}: a spreadsheet needs python-calamine: pip install 'nlpkit[tables]', or save it as CSV"
            ) from None
        self.path = path
        self.names: list[str] | None = None
        self._header = options.header
        self._n_names = 0
        self._bad = bad
        _check_size(stream, path)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(stream)
            index, rows = _chosen(book, options.sheet, path)
        except python_calamine.PasswordError:
            raise InputError(f"{path}: the spreadsheet is encrypted; save it without a password") from None
        except (python_calamine.CalamineError, OSError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            reason = " ".join(str(error).split()) or type(error).__name__
            raise InputError(
                f"{path}: not a spreadsheet, or damaged ({reason}); save an old Office document as text or CSV"
            ) from None
        self._rows = [
            (number, [_value(cell) for cell in row])
            for number, row in enumerate(rows, 1)
            if any(cell not in ("", None) for cell in row)
        ]
        self._without_value = without_value(stream, index)
        self.first = ["" if cell is None else written(cell) for cell in self._rows[0][1]] if self._rows else []
        self.sample = [
            ["" if cell is None else written(cell) for cell in row] for _, row in self._rows[1 : _SAMPLE_ROWS + 1]
        ]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.first)

    def settle(self, are_names: bool | None) -> bool:
        """Decide whether the first row holds the names of the columns; see `nlpkit.corpora.tables.table.Table`."""
        by_looks = self._header == "auto" and are_names is None
        if self._header != "auto":
            are_names = self._header == "yes"
        elif are_names is None:
            are_names = looks_like_names(self.first, self.sample)
        if are_names and self.first:
            self.names = self.first
            self._n_names = max(index for index, name in enumerate(self.first, 1) if name or index == 1)
        return bool(by_looks and self.names)

    def records(self, columns: Sequence[int]) -> Iterator[Records]:
        """Yield the rows after the names, in blocks; a cell is a str, int, float, bool, date or None."""
        rows = self._rows[1:] if self.names is not None else self._rows
        for begin in range(0, len(rows), _BLOCK_ROWS):
            block = [row for row in rows[begin : begin + _BLOCK_ROWS] if self._is_good(*row, columns)]
            if block:
                yield Records(
                    [number for number, _ in block], [[cells[column] for _, cells in block] for column in columns]
                )

    def _is_good(self, number: int, cells: list[Any], columns: Sequence[int]) -> bool:
        if self._n_names and any(cell is not None for cell in cells[self._n_names :]):
            self._bad.record(
                RAGGED,
                f"{self.path}, row {number}: found a cell beyond the {self._n_names} columns that have names: "
                "name the column, or remove the cell",
            )
            return False
        for column in columns:
            if (number - 1, column) in self._without_value:
                self._bad.record(
                    NO_VALUE,
                    f"{self.path}, row {number}: column {column + 1} holds a formula without its value; "
                    "open the file in a spreadsheet program and save it",
                )
                return False
        return True


def _check_size(stream: BinaryIO, path: str) -> None:
    if zipfile.is_zipfile(stream):
        stream.seek(0)
        try:
            size = sum(member.file_size for member in zipfile.ZipFile(stream).infolist())
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise InputError(f"{path}: not a spreadsheet, or damaged ({error})") from None
        if size > MOST_BYTES:
            raise InputError(f"{path}: expands to {size:,} bytes, expected at most {MOST_BYTES:,}; save it as CSV")
    stream.seek(0)


def _chosen(book: Any, sheet: str | None, path: str) -> tuple[int, list[list[Any]]]:
    """Return the index and the rows of the chosen sheet, or of the only one that is not empty."""
    names = book.sheet_names
    if sheet is not None:
        if sheet in names:
            index = names.index(sheet)
        elif sheet.isdecimal() and 0 < int(sheet) <= len(names):
            index = int(sheet) - 1
        else:
            raise InputError(f"{path}: there is no sheet {sheet!r}; set --sheet, there are {listed(names)}")
        return index, _rows(book, index)
    filled = [index for index in range(len(names)) if book.get_sheet_by_index(index).height]
    if len(filled) > 1:
        raise InputError(f"{path}: found {len(filled)} sheets; set --sheet, there are {listed(names)}")
    index = filled[0] if filled else 0
    return index, _rows(book, index)


def _rows(book: Any, index: int) -> list[list[Any]]:
    return book.get_sheet_by_index(index).to_python(skip_empty_area=False)


def _value(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell
