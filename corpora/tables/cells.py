"""Cells of delimited text: where each record and each cell is in a block of bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

QUOTE, NEWLINE, RETURN = b'"\n\r'
NOT_CLOSED = "a quote is not closed"
AFTER_QUOTE = "there is text after a closing quote"
NOT_EVEN = "a quoted cell of several lines ends in a record of another number of columns"


@dataclass(frozen=True)
class Cells:
    """The cells of complete records, in file order.

    Attributes
    ----------
    data : bytes
        The block.
    starts, ends : (n_cells,) int64
        Where each cell begins and ends, quotes included.
    firsts : (n_records + 1,) int64
        The first cell of each record, and the number of cells.
    size : int
        Bytes of the block that the records take.
    quotes : bool
        Whether quotes are syntax, and the block has some.
    bad : dict of int to str
        Records that are not well-formed, with the reason; their only cell is their first line.
    newlines : int
        Number of line ends in the records.
    mark : bytes
        Delimiter that the byte 0xFF replaces in the data, if not empty.
    """

    data: bytes
    starts: np.ndarray
    ends: np.ndarray
    firsts: np.ndarray
    size: int
    quotes: bool = False
    newlines: int = 0
    bad: dict[int, str] = field(default_factory=dict)
    mark: bytes = b""

    def __len__(self) -> int:
        return len(self.firsts) - 1

    @property
    def widths(self) -> np.ndarray:
        """Number of cells of each record."""
        return np.diff(self.firsts)

    def lines(self) -> np.ndarray:
        """Return the line on which each record begins, counted from 0."""
        begins = self.starts[self.firsts[:-1]]
        if self.newlines == len(self):
            return np.arange(len(self))
        ends = np.flatnonzero(np.frombuffer(self.data, np.uint8, self.size) == NEWLINE)
        return np.searchsorted(ends, begins)

    def raw(self, record: int) -> list[bytes]:
        """Return the cells of a record as they are written, with their quotes."""
        first, last = self.firsts[record : record + 2]
        pairs = zip(self.starts[first:last].tolist(), self.ends[first:last].tolist(), strict=True)
        return [self.data[start:end] for start, end in pairs]

    def texts(self, cells: np.ndarray, codec: str, errors: str = "strict") -> list[str]:
        """Return the texts of the cells with these numbers; raises UnicodeDecodeError at undecodable bytes."""
        starts, ends = self.starts[cells], self.ends[cells]
        quoted = None
        if self.quotes:
            block = np.frombuffer(self.data, np.uint8)
            quoted = (block[np.minimum(starts, len(block) - 1)] == QUOTE) & (starts < ends)
            starts, ends = starts + quoted, ends - quoted
        data = self.data
        parts = map(slice, starts.tolist(), ends.tolist())
        if data.isascii():
            texts = list(map(data.decode("ascii").__getitem__, parts))
        else:
            pieces = list(map(data.__getitem__, parts))
            if self.mark:
                pieces = [piece.replace(b"\xff", self.mark) for piece in pieces]
            texts = _decoded(pieces, codec, errors)
        if quoted is not None and b'""' in data:
            if quoted.all():
                return [text.replace('""', '"') if '"' in text else text for text in texts]
            for index in np.flatnonzero(quoted).tolist():
                texts[index] = texts[index].replace('""', '"')
        return texts


def _decoded(pieces: list[bytes], codec: str, errors: str) -> list[str]:
    """Return the texts of some bytes, decoded as one where that is possible."""
    if codec != "utf-8" or errors == "strict":
        joined = b"\0".join(pieces)
        if joined.count(b"\0") == len(pieces) - 1:
            return joined.decode(codec, errors).split("\0")
    return [piece.decode(codec, errors) for piece in pieces]


def split_cells(data: bytes, delimiter: int | None, *, quotes: bool, final: bool, width: int | None = None) -> Cells:
    r"""Split a block that begins with a record.

    A quoted cell begins and ends with a quote, and each quote within is doubled (RFC 4180). In other cells quotes are
    ordinary characters. Only ``\n`` and ``\r\n`` end a record.

    Parameters
    ----------
    data : bytes
        ASCII-compatible text.
    delimiter : int or None
        A byte; None if every record has one cell.
    quotes : bool
        Whether quotes are syntax.
    final : bool
        Whether the data end with the block; else records that are not complete are left to the next one.
    width : int, optional
        Number of cells of a good record: of a longer or shorter one that has several lines, only the first line is bad,
        and the next line begins a record, so that a quote that was not closed hides no other record.
    """
    if final and data and not data.endswith(b"\n"):
        data += b"\n"
    block = np.frombuffer(data, np.uint8)
    wanted = block == NEWLINE
    if delimiter is not None:
        wanted |= block == delimiter
    quotes = quotes and QUOTE in data
    if quotes:
        bounds = _unquoted(block, wanted, delimiter)
        if bounds is None:
            return _scan(data, delimiter, final=final, width=width)
    else:
        bounds = np.flatnonzero(wanted)
    last = np.flatnonzero(block[bounds] == NEWLINE)
    if not len(last):
        if final and len(data):  # the last quote is not closed
            return _scan(data, delimiter, final=final, width=width)
        return Cells(data, bounds[:0], bounds[:0], np.zeros(1, np.int64), 0)
    bounds = bounds[: last[-1] + 1]
    size = int(bounds[-1]) + 1
    if final and size < len(data):
        return _scan(data, delimiter, final=final, width=width)
    newlines = data.count(b"\n", 0, size) if quotes else len(last)
    if width is not None and len(last) < newlines and not (np.diff(last, prepend=-1) == width).all():
        return _scan(data, delimiter, final=final, width=width)
    starts = np.empty_like(bounds)
    starts[0], starts[1:] = 0, bounds[:-1] + 1
    firsts = np.zeros(len(last) + 1, np.int64)
    firsts[1:] = last + 1
    if b"\r" in data:
        line_ends = bounds[last]
        bounds[last] -= (block[line_ends - 1] == RETURN) & (line_ends > starts[last])
    return Cells(data, starts, bounds, firsts, size, quotes, newlines)


def _unquoted(block: np.ndarray, wanted: np.ndarray, delimiter: int | None) -> np.ndarray | None:
    """Return the delimiters and line ends outside quotes, or None if the quotes need `_scan`."""
    places = np.flatnonzero(wanted | (block == QUOTE))
    is_quote = block[places] == QUOTE
    quotes = places[is_quote]
    before = block[np.maximum(quotes - 1, 0)]
    after = block[np.minimum(quotes + 1, len(block) - 1)]
    opens = (before == NEWLINE) | (quotes == 0)
    closes = (after == NEWLINE) | (quotes == len(block) - 1)
    beyond = quotes + 2
    closes |= (after == RETURN) & ((beyond >= len(block)) | (block[np.minimum(beyond, len(block) - 1)] == NEWLINE))
    if delimiter is not None:
        opens |= before == delimiter
        closes |= after == delimiter
    opens[1:] |= quotes[1:] == quotes[:-1] + 1
    closes[:-1] |= quotes[1:] == quotes[:-1] + 1
    if not (opens[::2].all() and closes[1::2].all()):
        return None
    inside = np.cumsum(is_quote) & 1
    return places[(inside == 0) & ~is_quote]


def _scan(data: bytes, delimiter: int | None, *, final: bool, width: int | None) -> Cells:
    """`split_cells` one cell after the other, for blocks with quotes in other places."""
    end_of_cell = re.compile(b"\n" if delimiter is None else b"[\n" + re.escape(bytes([delimiter])) + b"]")
    starts: list[int] = []
    ends: list[int] = []
    firsts = [0]
    bad: dict[int, str] = {}
    begin = 0  # of the record
    while begin < len(data):
        at, reason = begin, None
        n_cells = len(starts)
        while True:
            if at == len(data):
                reason = NOT_CLOSED
                break
            if data[at] == QUOTE:
                close = _closing(data, at)
                end = close + 1
                stop = end + (data[end : end + 2] == b"\r\n")
                if not close or (not final and (stop == len(data) or data[end:] == b"\r")):
                    reason = NOT_CLOSED
                    break
                if data[stop] not in (NEWLINE, delimiter):
                    reason = AFTER_QUOTE
                    break
            else:
                found = end_of_cell.search(data, at)
                if found is None:
                    reason = NOT_CLOSED
                    break
                stop = end = found.start()
                if data[stop] == NEWLINE and stop > at and data[stop - 1] == RETURN:
                    end -= 1
            starts.append(at)
            ends.append(end)
            at = stop + 1
            if data[stop] == NEWLINE:
                break
        if reason is None and width is not None and len(starts) - n_cells != width:
            lines = data.count(b"\n", begin, at)
            if lines > 1 and (len(starts) - n_cells < width or starts[n_cells + width :] != ends[n_cells + width :]):
                reason = NOT_EVEN
        if reason is not None:
            del starts[n_cells:], ends[n_cells:]
            if not final and (reason == NOT_CLOSED or b"\n" not in data[begin:]):
                break
            bad[len(firsts) - 1] = reason
            at = data.index(b"\n", begin) + 1
            starts.append(begin)
            ends.append(at - 1)
        firsts.append(len(starts))
        begin = at
    whole = np.array(firsts, np.int64)
    newlines = data.count(b"\n", 0, begin)
    return Cells(data, np.array(starts, np.int64), np.array(ends, np.int64), whole, begin, True, newlines, bad)


def _closing(data: bytes, opening: int) -> int:
    """Return the place of the quote that closes a cell, or 0."""
    place = data.find(b'"', opening + 1)
    while place >= 0 and data[place + 1 : place + 2] == b'"':
        place = data.find(b'"', place + 2)
    return max(place, 0)
