"""`Table`: the records of CSV and TSV, in blocks of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from nlpkit.corpora.bad_records import BLANK, RAGGED, UNDECODABLE, BadRecords
from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.tables.cells import Cells, split_cells
from nlpkit.corpora.tables.layout import SAMPLE_RECORDS, find_layout
from nlpkit.corpora.tables.names import looks_like_names
from nlpkit.corpora.tables.options import TableOptions, shown
from nlpkit.corpora.tables.records import Records
from nlpkit.corpora.text_bytes import TextBytes
from nlpkit.errors import InputError

BLOCK_BYTES = 1 << 20

NOT_WELL_FORMED = "not well-formed"


class Table:
    """A table of delimited text.

    Parameters
    ----------
    stream : ByteReader
    path : str
        File name, for messages.
    own : str
        The usual delimiter of such a file.
    options : TableOptions
    decoding : Decoding
    bad : BadRecords

    Attributes
    ----------
    delimiter : str or None
        Separator of the columns; None if there is only one.
    first : list of str
        The first record; empty if there is none.
    sample : list of list of str
        The records after it, at most 100.
    names : list of str or None
        Names of the columns, once `settle` has found some.

    Raises
    ------
    InputError
        If the separator of the columns is not clear.
    """

    unit = "line"

    def __init__(
        self, stream: ByteReader, path: str, *, own: str, options: TableOptions, decoding: Decoding, bad: BadRecords
    ) -> None:
        self.path = path
        self.header = options.header
        self.names: list[str] | None = None
        self._decoding = decoding
        self._bad = bad
        self._data = TextBytes(stream, path, decoding)
        head = self._data.head()
        final = len(head) < BLOCK_BYTES
        layout = find_layout(head, path, options, own=own, final=final)
        self.delimiter = layout.delimiter
        self._quotes = layout.quotes
        self._begin = layout.begin
        self._width = 0
        self.first_is_undecodable = False
        self._bad_before: tuple[str, int] | None = None
        self.first, self.sample, self._first_record = self._sampled(head[layout.begin :], final=final)

    def _sampled(self, head: bytes, *, final: bool) -> tuple[list[str], list[list[str]], int]:
        """Return the first record, those after it, and the number of blank or bad ones before."""
        cells, _ = self._split(head, final=final)
        chosen: list[int] = []
        first_record = 0
        for record in range(min(len(cells), SAMPLE_RECORDS + 1)):
            if record in cells.bad or cells.raw(record) == [b""]:
                if record in cells.bad and not chosen and self._bad_before is None:
                    self._bad_before = cells.bad[record], int(cells.lines()[record]) + 1
                first_record += not chosen
            else:
                chosen.append(record)
        numbers = [np.arange(*cells.firsts[record : record + 2]) for record in chosen]
        if not numbers:
            return [], [], first_record
        try:
            texts = cells.texts(np.concatenate(numbers), self._data.codec)
        except UnicodeDecodeError:
            self.first_is_undecodable = not self._is_decodable(cells, numbers[0])
            texts = cells.texts(np.concatenate(numbers), self._data.codec, "replace")
        rest = iter(texts)
        rows = [list(islice(rest, len(each))) for each in numbers]
        return rows[0], rows[1:], first_record

    def _is_decodable(self, cells: Cells, numbers: np.ndarray) -> bool:
        try:
            cells.texts(numbers, self._data.codec)
        except UnicodeDecodeError:
            return False
        return True

    def settle(self, are_names: bool | None) -> bool:
        """Decide whether the first record holds the names of the columns.

        Parameters
        ----------
        are_names : bool or None
            None to decide by the look of the first record. The option ``header`` takes precedence.

        Returns
        -------
        bool
            Whether it was recognised by its looks alone.

        Raises
        ------
        InputError
            If the names cannot be decoded.
        """
        if self._bad_before is not None and self._bad.on_bad == "error":
            self._refuse(*self._bad_before)
        by_looks = self.header == "auto" and are_names is None
        if self.header != "auto":
            are_names = self.header == "yes"
        elif are_names is None:
            are_names = looks_like_names(self.first, self.sample)
        if are_names and self.first:
            if self.first_is_undecodable and self._decoding.errors != "replace":
                raise InputError(f"{self.path}: the header cannot be decoded; set --encoding")
            self.names = self.first
            self._width = len(self.first)
        else:
            self._width = _most_frequent([len(row) for row in [self.first, *self.sample] if row])
        return bool(by_looks and self.names)

    @property
    def width(self) -> int:
        """Number of columns."""
        return self._width

    def records(self, columns: Sequence[int]) -> Iterator[Records]:
        """Yield the records after the names, in blocks; bad ones raise InputError or are counted.

        Parameters
        ----------
        columns : sequence of int
            Indices of the columns to read.
        """
        if self.first and max(columns, default=0) >= self.width:
            raise InputError(f"{self.path}: there is no column {max(columns) + 1}; found {self.width}")
        line, offset = 1 + self._data.read(self._begin).count(b"\n"), self._data.offset + self._begin
        drop = self._first_record + 1 if self.names is not None else 0
        waiting, size = b"", BLOCK_BYTES
        width = self.width if self._bad.on_bad == "skip" else None
        while True:
            piece = self._data.read(size)
            block = waiting + piece
            cells, taken = self._split(block, final=not piece, width=width)
            if len(cells):
                firsts, lines = self._good(cells, cells.lines() + line, columns, drop)
                drop = max(0, drop - len(cells))
                if len(firsts):
                    yield from self._decoded(cells, firsts, lines, columns, offset)
            elif piece:
                size = max(size, len(block))  # a long record: read as much again
            line += cells.newlines
            offset += taken
            waiting = block[taken:]
            if not piece:
                return

    def _split(self, block: bytes, *, final: bool, width: int | None = None) -> tuple[Cells, int]:
        """Return the cells of the complete records, and their bytes."""
        delimiter = self.delimiter.encode(self._data.codec) if self.delimiter else b""
        if len(delimiter) > 1:  # in its place stands a byte that no UTF-8 has
            if b"\xff" in block:
                raise InputError(f"{self.path}: the delimiter {self.delimiter!r} needs text in UTF-8; set --encoding")
            marked = block.replace(delimiter, b"\xff")
            cells = split_cells(marked, 0xFF, quotes=self._quotes, final=final, width=width)
            n = cells.data.count(b"\xff", 0, cells.size)
            return replace(cells, mark=delimiter), min(len(block), cells.size + n * (len(delimiter) - 1))
        byte = delimiter[0] if delimiter else None
        cells = split_cells(block, byte, quotes=self._quotes, final=final, width=width)
        return cells, min(len(block), cells.size)

    def _good(
        self, cells: Cells, lines: np.ndarray, columns: Sequence[int], drop: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the first cell and the line of each good record, after the first ``drop`` records."""
        firsts = cells.firsts[:-1]
        good = cells.widths == self.width
        good[list(cells.bad)] = False
        if self.width == 1:
            good &= cells.ends[firsts] > cells.starts[firsts]
        for record in np.flatnonzero(~good).tolist():
            if record >= drop or record in cells.bad:
                good[record] = self._is_good(cells, record, int(lines[record]), columns)
        good[:drop] = False
        return firsts[good], lines[good]

    def _is_good(self, cells: Cells, record: int, line: int, columns: Sequence[int]) -> bool:
        """Whether a record that has more or fewer cells can be read; if not, it is counted."""
        where = f"{self.path}, line {line}"
        if record in cells.bad:
            self._refuse(cells.bad[record], line)
            return False
        raw = cells.raw(record)
        if raw == [b""]:
            self._bad.left_out.count(BLANK)
            return False
        n = len(raw)
        if n > self.width and not any(raw[self.width :]):
            return True
        if n < self.width and self.names and not any(self.names[n:]) and max(columns, default=0) < n:
            return True
        hint = f"look for {shown(self.delimiter)} within a cell" if self.delimiter else "see --delimiter"
        found = f"found {n} column{'' if n == 1 else 's'}, expected {self.width}"
        self._bad.record(RAGGED, f"{where}: {found}: {hint}, or for a line end")
        return False

    def _refuse(self, reason: str, line: int) -> None:
        self._bad.record(
            NOT_WELL_FORMED,
            f"{self.path}, line {line}: {reason}; double the quotes within a quoted cell, or set --quoting none",
        )

    def _decoded(
        self, cells: Cells, firsts: np.ndarray, lines: np.ndarray, columns: Sequence[int], offset: int
    ) -> Iterator[Records]:
        codec = self._data.codec
        try:
            yield Records(lines.tolist(), [cells.texts(firsts + column, codec) for column in columns])
            return
        except UnicodeDecodeError:
            pass
        numbers = []
        texts: list[list[str]] = [[] for _ in columns]
        for first, line in zip(firsts.tolist(), lines.tolist(), strict=True):
            try:
                row = [self._text(cells, first + column, line, offset) for column in columns]
            except _Undecodable:
                self._bad.left_out.count(UNDECODABLE)
                continue
            numbers.append(line)
            for column, text in zip(texts, row, strict=True):
                column.append(text)
        if numbers:
            yield Records(numbers, texts)

    def _text(self, cells: Cells, cell: int, line: int, offset: int) -> str:
        codec = self._data.codec
        try:
            return cells.texts(np.array([cell]), codec)[0]
        except UnicodeDecodeError as error:
            if self._decoding.errors == "skip":
                raise _Undecodable from None
            if self._decoding.errors == "replace":
                return cells.texts(np.array([cell]), codec, "replace")[0]
            start = int(cells.starts[cell])
            start += cells.quotes and cells.data[start : start + 1] == b'"'
            line += cells.data.count(b"\n", start, start + error.start)
            raise self._decoding.refuse(error, self.path, line=line, offset=offset + start) from None


class _Undecodable(Exception):
    """A record is to be skipped."""


def _most_frequent(widths: list[int]) -> int:
    return max(widths, key=widths.count, default=0)
