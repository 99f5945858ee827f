"""Layout of the rows of a text file, detected in its first lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nlpkit.errors import InputError

_DECIMAL = rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(_DECIMAL + rb"|[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_HEADER = re.compile(rb"[ \t]*([0-9]{1,18})[ \t]+([0-9]{1,18})[ \t\r]*")
_SAMPLE = 20
BOM = b"\xef\xbb\xbf"
MOST_NUMBERS = 1 << 24
"""In a row."""


@dataclass(frozen=True)
class Header:
    """The first line of a file: how many rows of how many numbers, and how many bytes the line has."""

    rows: int
    vector_size: int
    size: int


def is_number(field: bytes) -> bool:
    """Whether ``field`` is a decimal number, nan or infinity."""
    return _NUMBER.fullmatch(field) is not None


def header_of(head: bytes, path: Path) -> Header | None:
    """The header that a file's first bytes hold, None if the first line isn't two whole numbers.

    Raises
    ------
    InputError
        If the numbers can't be true.
    """
    line, end, _ = head[:100].partition(b"\n")
    match = _HEADER.fullmatch(line.removeprefix(BOM))
    if not match:
        return None
    rows, vector_size = int(match[1]), int(match[2])
    if not 1 <= vector_size <= MOST_NUMBERS:
        raise InputError(
            f"{path}: the header, line 1, promises rows of {vector_size:,} numbers: expected 1 to {MOST_NUMBERS:,}"
        )
    return Header(rows, vector_size, len(line) + len(end))


def sample_rows(head: bytes, whole: bool, start: int) -> list[list[bytes]]:
    """The fields of the first rows; an empty word is a field too. ``whole``: there is nothing behind ``head``."""
    lines = head[start:].split(b"\n", _SAMPLE)
    if len(lines) > _SAMPLE or not whole:
        lines.pop()
    rows = []
    for line in lines:
        if line.strip(b" \t\r"):
            rows.append(re.split(rb"[ \t]+", line.rstrip(b" \t\r")))
    return rows


def vector_size_of(rows: list[list[bytes]]) -> int:
    """How many numbers most of the ``rows`` end with; 0 if they end with words."""
    return Counter(map(_numbers_at_end, rows)).most_common(1)[0][0] if rows else 0


def check_vector_size(header: Header, rows: list[list[bytes]], path: Path) -> None:
    """Refuse a header whose vector size isn't that of the first rows.

    Raises
    ------
    InputError
    """
    if not rows or header.rows == 0:
        return
    found = vector_size_of(rows)
    longer = len(rows) > 1 and all(_numbers_at_end(row) == found for row in rows)
    if (found > header.vector_size and longer) or 0 < found < header.vector_size:
        raise InputError(
            f"{path}: the header, line 1, promises {header.vector_size:,} numbers a row and the rows have {found:,}:"
            " the file is damaged or no word2vec text"
        )


def _numbers_at_end(row: list[bytes]) -> int:
    count = 0
    for field in reversed(row[1:]):
        if not is_number(field):
            break
        count += 1
    return count
