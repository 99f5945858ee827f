"""TSV and CSV: the two columns of a pair."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from nlpkit.corpora.delimited import find_number
from nlpkit.corpora.pairs.marked import MARK
from nlpkit.corpora.pairs.run import BLANK, UNDECODABLE, LeftOut, PairRun, PairRuns
from nlpkit.errors import InputError, ParameterError

NAMES = (("src", "trg"), ("source", "target"))
"""Default names of the two columns, in order of preference."""

_LONGEST_FIELD = 2**31 - 1


class PairTable:
    """Finds the two columns of a table, and reads them.

    Parameters
    ----------
    path : str
        File name, for messages.
    columns : (str, str), optional
        Names in the header, or numbers (from 1) if there is none. Default: the names in `NAMES`, or the two languages;
        without a header the only two columns, or those of a download from Tatoeba (``id, text, id, translation``) or
        ManyThings.org (``text, translation, attribution``).
    languages : (str, str), optional
        Additional names of the columns.
    left_out : LeftOut
        Counter of skipped records.
    """

    def __init__(
        self, path: str, *, columns: tuple[str, str] | None, languages: tuple[str, str] | None, left_out: LeftOut
    ) -> None:
        self._path = path
        self._columns = columns
        self._languages = languages
        self._left_out = left_out
        self._src = self._trg = 0
        self._width: int | None = None

    def read_tabs(self, lines: Iterable[tuple[int, list[str]]]) -> Iterator[PairRun]:
        """Yield runs of pairs from runs of numbered lines. Quotes are ordinary characters.

        Raises
        ------
        InputError
            If the columns are not found, or a line has too few.
        """
        begun = False
        for first, run in lines:
            pairs = PairRuns()
            for number, line in enumerate(run, first):
                if not line:
                    self._left_out.count(BLANK)
                    continue
                cells = line.split("\t")
                if not begun:
                    begun = True
                    if self._is_header(cells, first=number, delimiter="\t"):
                        continue
                self._add(pairs, number, cells)
            yield from pairs.rest()

    def read_csv(self, lines: Iterable[tuple[int, list[str]]], delimiter: str) -> Iterator[PairRun]:
        """Yield runs of pairs from runs of numbered lines, quoted according to RFC 4180.

        Raises
        ------
        InputError
            If the columns are not found, a record has too few, or a quote is not closed.
        """
        csv.field_size_limit(_LONGEST_FIELD)
        records = _Records(lines)
        rows = csv.reader(iter(records), delimiter=delimiter, strict=True)
        pairs = PairRuns()
        begun = False
        try:
            for cells in rows:
                number, marked = records.end()
                if not cells:
                    self._left_out.count(BLANK)
                elif not begun and not marked and self._is_header(cells, first=number, delimiter=delimiter):
                    begun = True
                elif marked:
                    self._left_out.count(UNDECODABLE)
                else:
                    begun = True
                    self._add(pairs, number, cells)
                yield from pairs.full()
        except csv.Error as error:
            reason = "a quote is not closed" if "end of data" in str(error) else str(error)
            number, _ = records.end()
            raise InputError(
                f"{self._path}, line {number}: not well-formed CSV: {reason}; "
                "double the quotes in a quoted text, or rename the file to .tsv"
            ) from None
        yield from pairs.rest()

    def _add(self, pairs: PairRuns, number: int, cells: list[str]) -> None:
        try:
            src, trg = cells[self._src], cells[self._trg]
        except IndexError:
            src = None
        if src is None or (self._width is not None and len(cells) != self._width):
            found = f"{len(cells)} column{'' if len(cells) == 1 else 's'}"
            expected = self._width or f"at least {max(self._src, self._trg) + 1}"
            hint = "" if self._width is None else ": a source and its translation; look for a stray delimiter"
            raise InputError(f"{self._path}, line {number}: found {found}, expected {expected}{hint}")
        pairs.add(number, src, trg)

    def _is_header(self, cells: list[str], *, first: int, delimiter: str) -> bool:
        """Find the columns by the first record, and return whether it is a header."""
        found = self._find_told(cells, first) if self._columns else self._find_names(cells)
        if found is not None:
            self._src, self._trg = found
            return True
        if self._columns:
            return False
        self._src, self._trg = self._find_unnamed(cells, delimiter)
        return False

    def _find_told(self, cells: list[str], first: int) -> tuple[int, int] | None:
        assert self._columns
        src, trg = (find_number(cells, column) for column in self._columns)
        if src is not None and trg is not None:
            self._src, self._trg = src, trg
            return None
        if src is not None or trg is not None:
            raise ParameterError(f"the columns are {self._columns}: expected two names or two numbers")
        if first != 1 + self._left_out.get(BLANK, 0):
            raise InputError(f"{self._path}: the header cannot be decoded; set --encoding")
        for column in self._columns:
            if column not in cells:
                raise InputError(f"{self._path}: there is no column {column!r}; the columns are {_listed(cells)}")
        return cells.index(self._columns[0]), cells.index(self._columns[1])

    def _find_names(self, cells: Sequence[str]) -> tuple[int, int] | None:
        for src, trg in (*NAMES, *([self._languages] if self._languages else [])):
            if src in cells and trg in cells:
                return cells.index(src), cells.index(trg)
        return None

    def _find_unnamed(self, cells: list[str], delimiter: str) -> tuple[int, int]:
        for name, other in (NAMES[0], NAMES[0][::-1]):
            if name in cells:
                raise InputError(
                    f"{self._path}: found a column {name!r} but no column {other!r}; set --columns "
                    f"(two names, or two numbers without a header), the first line is {_listed(cells)}"
                )
        if len(cells) == 2:
            self._width = 2
            return 0, 1
        if len(cells) == 4 and cells[0].isdecimal() and cells[2].isdecimal():
            return 1, 3
        if len(cells) == 3 and cells[2].startswith("CC-BY"):
            return 0, 1
        if len(cells) == 1:
            character = "a tab" if delimiter == "\t" else repr(delimiter)
            raise InputError(
                f"{self._path}: found one column, expected two separated by {character}, "
                "a source and its translation; name the file .csv or .tsv, or set --delimiter"
            )
        raise InputError(
            f"{self._path}: found {len(cells)} columns, and no header with the names src and trg; set --columns "
            f"(two names or two numbers, such as 1,2), the first line is {_listed(cells)}"
        )


def looks_like_names(src: str, trg: str) -> bool:
    """Whether a pair at the start of a table of two columns would be taken for a header."""
    return any(name in (src, trg) for name in NAMES[0]) or {src, trg} == set(NAMES[1])


def _listed(cells: Sequence[str]) -> str:
    names = ", ".join(repr(cell[:40]) for cell in cells[:20])
    return names + (f" and {len(cells) - 20} more" if len(cells) > 20 else "")


class _Records:
    """Lines with line ends, and the first line of the current record."""

    def __init__(self, runs: Iterable[tuple[int, list[str]]]) -> None:
        self._runs = runs
        self._begin: int | None = None
        self._marked = False

    def __iter__(self) -> Iterator[str]:
        for first, run in self._runs:
            for number, line in enumerate(run, first):
                if self._begin is None:
                    self._begin = number
                self._marked = self._marked or MARK in line
                yield line + "\n"

    def end(self) -> tuple[int, bool]:
        """End a record; return its first line, and whether it is undecodable."""
        record = self._begin or 1, self._marked
        self._begin, self._marked = None, False
        return record
