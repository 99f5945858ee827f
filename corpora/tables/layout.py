"""Layout of delimited text: what separates the cells, and whether quotes are syntax."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import numpy as np

from nlpkit.corpora.tables.cells import Cells, split_cells
from nlpkit.corpora.tables.options import TableOptions, character, shown
from nlpkit.errors import InputError, Notice

SAMPLE_RECORDS = 100

_CANDIDATES = (",", ";", "\t", "|")
_SEP_LINE = re.compile(rb'\A\s*"?sep=(.)"?\r?\n')
_LONGEST_OPEN = 1 << 16
_SAMPLE_BYTES = 1 << 17
_BROKEN_CELL = re.compile(rb'(?:\A|[\t\n])"(?:[^"]|"")*"[^\t\n\r"]')
"""A cell of tab-separated text that opens with a quote, and does not end where it is closed."""


@dataclass(frozen=True)
class Layout:
    """How the cells of a text are separated.

    Attributes
    ----------
    delimiter : str or None
        None if every record has one cell.
    quotes : bool
        Whether quotes around a cell are syntax.
    begin : int
        Where the first record begins.
    """

    delimiter: str | None
    quotes: bool
    begin: int = 0


def find_layout(head: bytes, path: str, options: TableOptions, *, own: str, final: bool) -> Layout:
    """Find how the cells of a text are separated.

    Parameters
    ----------
    head : bytes
        The beginning of the text.
    path : str
        File name, for messages.
    options : TableOptions
    own : str
        The usual delimiter of such a file.
    final : bool
        Whether the text ends with ``head``.

    Raises
    ------
    InputError
        If several delimiters fit, or none but the first line holds one.
    """
    found = _SEP_LINE.match(head)
    begin = found.end() if found else 0
    head = head[begin:]
    if options.delimiter is not None:
        delimiter: str | None = character(options.delimiter)
    elif found:
        delimiter = found[1].decode("latin-1")
    else:
        delimiter = _fitting(head, path, options, own, final=final)
    return Layout(delimiter, _has_quotes(head, delimiter, options.quoting, final=final), begin)


def _fitting(head: bytes, path: str, options: TableOptions, own: str, *, final: bool) -> str | None:
    names = next((line for line in head[:_SAMPLE_BYTES].splitlines() if line.strip()), b"")
    sample = head[:_SAMPLE_BYTES] if b"\n" in head[:_SAMPLE_BYTES] else head
    ends = final and len(sample) == len(head)
    others = [
        each
        for each in _CANDIDATES
        if each != own and (each.encode() in names or b'"' in names) and _fits(sample, each, options, final=ends)
    ]
    if _fits(sample, own, options, final=ends):
        if others:
            warnings.warn(
                f"{path}: the columns are separated by {shown(own)}, and {shown(others[0])} fits too: see --delimiter",
                Notice,
                stacklevel=2,
            )
        return own
    if len(others) == 1:
        warnings.warn(
            f"{path}: the columns are separated by {shown(others[0])}; --delimiter sets another one",
            Notice,
            stacklevel=2,
        )
        return others[0]
    if others:
        either = " or ".join(map(shown, others))
        raise InputError(f"{path}: the columns can be separated by {either}; set --delimiter")
    if own.encode() in names or (not final and b"\n" not in head):
        return own
    for other in _CANDIDATES:
        if other.encode() in names:
            raise InputError(
                f"{path}: the first line holds {shown(other)}, but not all records have as many cells; set --delimiter"
            )
    return None


def _fits(head: bytes, delimiter: str, options: TableOptions, *, final: bool) -> bool:
    """Whether the first records all have the same number of cells, 2 or more."""
    quotes = _has_quotes(head, delimiter, options.quoting, final=final)
    return _is_even(split_cells(head, ord(delimiter), quotes=quotes, final=final))


def _is_even(cells: Cells) -> bool:
    if any(record < SAMPLE_RECORDS for record in cells.bad):
        return False
    widths = cells.widths[:SAMPLE_RECORDS]
    firsts = cells.firsts[: len(widths)]
    widths = widths[(widths > 1) | (cells.ends[firsts] > cells.starts[firsts])]  # blank lines do not count
    if not len(widths) or widths[0] < 2:
        return False
    if (widths == widths[0]).all():
        return True
    wider = np.flatnonzero(cells.widths[:SAMPLE_RECORDS] > widths[0])
    return bool((widths >= widths[0]).all()) and not any(
        any(cells.raw(record)[widths[0] :]) for record in wider.tolist()
    )


def _has_quotes(head: bytes, delimiter: str | None, quoting: str, *, final: bool) -> bool:
    if quoting != "auto":
        return quoting == "all"
    if delimiter != "\t":
        return True
    if b'"' not in head or _BROKEN_CELL.search(head):
        return False
    cells = split_cells(head, ord(delimiter), quotes=True, final=final)
    rest = len(head) - cells.size
    if cells.bad or not len(cells) or (rest > _LONGEST_OPEN and head.count(b"\n", cells.size) > 1):
        return False
    if not _is_even(cells) and _is_even(split_cells(head, ord(delimiter), quotes=False, final=final)):
        return False
    if all(cell.startswith(b'"') for cell in cells.raw(0)):
        return True
    return any(
        cell.startswith(b'"') and (b'""' in cell[1:-1] or b"\t" in cell or b"\n" in cell)
        for record in range(len(cells))
        for cell in cells.raw(record)
    )
