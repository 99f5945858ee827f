"""Cells: where they are, against the csv module and against a machine that reads one byte after the other."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.corpora.tables.cells import AFTER_QUOTE, NOT_CLOSED, Cells, split_cells

ROWS = st.lists(st.lists(st.text(st.sampled_from('ab,;"\n\r\té ')), min_size=1, max_size=4))
MESSY = st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "a", "b c", "\r"]), max_size=40).map("".join)


def rows_of(cells: Cells) -> list[list[str]]:
    return [
        cells.texts(np.arange(*cells.firsts[record : record + 2]), "utf-8")
        for record in range(len(cells))
        if record not in cells.bad
    ]


def machine(text: str) -> tuple[list[list[str]], list[str]]:
    """Rows and reasons of bad ones, by one step per character; a bad record is its first line."""
    rows: list[list[str]] = []
    reasons: list[str] = []
    begin = 0
    if text and not text.endswith("\n"):
        text += "\n"
    while begin < len(text):
        row, cell, state, at = [""], "", "start", begin
        reason = ""
        while True:
            if at == len(text):
                reason = NOT_CLOSED
                break
            here, following = text[at], text[at : at + 2]
            if state == "start" and here == '"':
                state = "quoted"
            elif state == "quoted":
                if following == '""':
                    cell += '"'
                    at += 1
                elif here == '"':
                    state = "closed"
                else:
                    cell += here
            elif here == "," or here == "\n" or following == "\r\n":
                row[-1] = cell
                cell, state = "", "start"
                if here != ",":
                    at += len(following) if following == "\r\n" else 1
                    break
                row.append("")
            elif state == "closed":
                reason = AFTER_QUOTE
                break
            else:
                cell += here
                state = "plain"
            at += 1
        if reason:
            reasons.append(reason)
            at = text.index("\n", begin) + 1
        else:
            rows.append(row)
        begin = at
    return rows, reasons


@given(
    ROWS,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes(rows: list[list[str]], delimiter: str, end: str, quoting: int) -> None:
    file = io.StringIO(newline="")
    if end == "\n":  # of a carriage return before it the module's own reader makes a line end
        rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    cells = split_cells(file.getvalue().encode(), ord(delimiter), quotes=True, final=True)
    assert rows_of(cells) == rows
    assert cells.size == len(cells.data)


@given(MESSY)
def test_any_text(text: str) -> None:
    cells = split_cells(text.encode(), ord(","), quotes=True, final=True)
    rows, reasons = machine(text)
    assert rows_of(cells) == rows
    assert list(cells.bad.values()) == reasons


@given(MESSY, st.integers(1, 12))
def test_blocks(text: str, size: int) -> None:
    """Records that a block does not complete are left to the next one, and lines are numbered through."""
    data = text.encode()
    whole = split_cells(data, ord(","), quotes=True, final=True)
    rows, lines, reasons = [], [], []
    waiting, line = b"", 0
    for begin in range(0, len(data) + 1, size):
        final = begin + size > len(data)
        block = waiting + data[begin : begin + size]
        cells = split_cells(block, ord(","), quotes=True, final=final)
        rows += rows_of(cells)
        lines += (cells.lines() + line).tolist() if len(cells) else []
        reasons += cells.bad.values()
        line += cells.newlines
        waiting = block[cells.size :]
    assert (rows, lines, reasons) == (rows_of(whole), whole.lines().tolist(), list(whole.bad.values()))


@given(st.text(st.sampled_from('ab\t"\n\r')))
def test_without_quotes(text: str) -> None:
    text += "\n"
    lines = text.replace("\r\n", "\n").split("\n")[:-1]
    cells = split_cells(text.encode(), ord("\t"), quotes=False, final=True)
    assert rows_of(cells) == [line.split("\t") for line in lines]
