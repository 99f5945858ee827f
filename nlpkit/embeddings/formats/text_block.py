"""TextBlock: the rows of some whole lines of vectors as text, and which lines hold none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nlpkit.errors import InputError

from .layout import is_number

LEAVE_OUT = "nlpkit convert --on-bad skip (on_bad='skip') leaves such rows out"
READ_ANYWAY = "nlpkit convert --on-bad skip (on_bad='skip') reads the rows that are there"
EMPTY_LINE = f"is empty, and lines follow: expected a word and its numbers; {LEAVE_OUT}"


@dataclass(kw_only=True)
class TextBlock:
    """Rows of a block of lines.

    Attributes
    ----------
    letters : (n_bytes,) uint8
        The words' bytes, one word after the other.
    lengths : (n,) int64
        How many bytes each word has.
    vectors : (n, d) float32
    skipped : list of (int, str)
        Lines that were left out: each the number of the row that it stands before, and the reason.
    blank : int
        How many empty lines end the block.
    """

    letters: np.ndarray
    lengths: np.ndarray
    vectors: np.ndarray
    skipped: list[tuple[int, str]]
    blank: int


def read_block(
    place: Callable[[int], str], vector_size: int, data: bytes, before: int, *, skips: bool = False
) -> TextBlock:
    """Read lines.

    Parameters
    ----------
    place : callable
        Place of a line, by its number from 0, in messages.
    vector_size : int
    data : bytes
        Whole lines, with the last one's end.
    before : int
        How many lines come before them.
    skips : bool
        Leave out lines that can't be read.

    Raises
    ------
    InputError
        If a line can't be read, unless ``skips``.
    """
    from . import _text_numba as compiled

    reasons = {
        compiled.TOO_FEW: "a line has too few numbers",
        compiled.STRAY_RETURN: "a line has a carriage return in it",
        compiled.BLANK: "a line is empty",
    }
    array = np.frombuffer(data, np.uint8)
    room = min(data.count(b"\n"), len(data) // (2 * vector_size + 1) + 1)
    words = np.empty((room, 2), np.int64)
    vectors = np.empty((room, vector_size), np.float32)
    doubts = np.empty((max(256, vector_size), 4), np.int64)
    gaps: list[tuple[int, str]] = []
    unread: set[int] = set()
    start = row = 0
    content: int | None = None
    while True:
        start, row, n_doubts, state = compiled.read_rows(array, start, row, words, vectors, doubts)
        for doubtful, column, begin, end in doubts[:n_doubts].tolist():
            field = data[begin:end]
            if is_number(field):
                with np.errstate(over="ignore"):
                    vectors[doubtful, column] = np.float32(float(field))
            elif skips:
                unread.add(doubtful)
            else:
                raise InputError(
                    f"{place(before + doubtful)}: {shown(field)} is no number: expected {vector_size:,} at the"
                    f" line's end; {LEAVE_OUT}"
                )
        if state == compiled.MANY_DOUBTS:
            continue
        if state == compiled.BLANK and content is None:
            content = len(data.rstrip())
        if state == compiled.DONE or (content is not None and start >= content):
            break
        end = data.index(b"\n", start)
        if not skips:
            raise InputError(f"{place(before + row)}: {_fault(state, data[start:end], vector_size)}")
        gaps.append((row, reasons[state]))
        start = end + 1
    words, vectors = words[:row], vectors[:row]
    if unread:
        gaps, kept = _without(gaps, unread, row)
        words, vectors = words[kept], vectors[kept]
    offsets = np.zeros(len(words) + 1, np.int64)
    letters = np.empty(int((words[:, 1] - words[:, 0]).sum()), np.uint8)
    compiled.gather(array, words, offsets, letters)
    return TextBlock(
        letters=letters, lengths=np.diff(offsets), vectors=vectors, skipped=gaps, blank=data.count(b"\n", start)
    )


def shown(text: bytes) -> str:
    """The beginning of ``text``, on one line."""
    found = repr(text[:40].decode("utf-8", "replace"))
    return f"{found}…" if len(text) > 40 else found


def _fault(state: int, line: bytes, vector_size: int) -> str:
    from . import _text_numba as compiled

    if state == compiled.TOO_FEW:
        return (
            f"has {len(line.split())} fields: expected a word and {vector_size:,} numbers; it is {shown(line)};"
            f" {LEAVE_OUT}"
        )
    if state == compiled.STRAY_RETURN:
        return f"has a carriage return within it: save the file with newlines at the ends; {LEAVE_OUT}"
    return EMPTY_LINE


def _without(gaps: list[tuple[int, str]], unread: set[int], rows: int) -> tuple[list[tuple[int, str]], np.ndarray]:
    """Count rows that hold no numbers among the gaps; returns these and which rows are left (rows,) bool."""
    kept = np.ones(rows, bool)
    kept[sorted(unread)] = False
    before = np.concatenate([[0], np.cumsum(kept)]).tolist()
    lines = [(row, 0, reason) for row, reason in gaps]
    events = sorted(lines + [(row, 1, "a field is no number") for row in unread], key=lambda event: event[:2])
    return [(before[row], reason) for row, _, reason in events], kept
