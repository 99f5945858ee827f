"""Vectors as text, a row a line: ``word number number …``; the first line may say how many rows and columns there are.

A row is split from its last fields, so that words may have spaces in them. Fields are parted by spaces or tabs; a byte
order mark, carriage returns and white space at the ends of lines, and empty lines at the file's end are passed over. A
word that comes again is dropped with a warning; nan and infinite numbers are read, with a warning. Blocks of lines are
read by compiled code in threads.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import numpy as np

from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import InputError
from nlpkit.threads import available_threads, iter_batches

from .gathered_rows import GatheredRows
from .layout import BOM, Header, check_vector_size, header_of, sample_rows, vector_size_of
from .source import LONGEST_LINE, VectorFile
from .text_block import EMPTY_LINE, READ_ANYWAY, read_block, shown
from .words import WordReading

BLOCK = 1 << 22
_FIRST_BLOCK = 1 << 16


def read_text(path: str | os.PathLike[str], reading: WordReading, *, header: bool) -> WordTable:
    """Read the words and vectors of a text file.

    Parameters
    ----------
    path : str or path-like
        The file, plain or packed by gzip.
    header : bool
        Whether the first line says how many rows and columns there are.
    reading : WordReading

    Returns
    -------
    WordTable

    Raises
    ------
    InputError
        If a line isn't as it should be, a count is false or the file is truncated; the line is named.
    """
    with VectorFile(path) as source:
        counts, vector_size, line_size = _begin(source, header)
        rows = _read(source, counts, vector_size, line_size, reading)
    return rows.finish(reading)


def read_word2vec(path: str | os.PathLike[str], reading: WordReading) -> WordTable:
    """Read word2vec's text, whose first line holds the numbers of rows and columns; fastText's ``.vec`` is the same.

    Mikolov, Chen, Corrado, Dean (2013), "Efficient estimation of word representations in vector space"; the layout is
    that of their program. See `read_text`.
    """
    return read_text(path, reading, header=True)


def read_glove(path: str | os.PathLike[str], reading: WordReading) -> WordTable:
    """Read GloVe's text, which has no header: the first rows show how many numbers each row has.

    Pennington, Socher, Manning (2014), "GloVe: global vectors for word representation"; the layout is that of their
    published files. See `read_text`.
    """
    return read_text(path, reading, header=False)


def _begin(source: VectorFile, header: bool) -> tuple[Header | None, int, float]:
    """The header, if there is to be one, the vector size, and about how many bytes a line has.

    The source then stands before the first row.
    """
    head, whole = source.head(6)
    if not head:
        raise InputError(f"{source.path}: is empty: expected words and their vectors")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{source.path}: is UTF-16 text: save it as UTF-8")
    line_size = len(head) / max(1, head.count(b"\n"))
    first = head.partition(b"\n")[0].rstrip(b"\r")
    if b"\r" in first and b"\n" not in head:
        raise InputError(f"{source.path}: its lines end with carriage returns alone: save it with newlines")
    if header:
        counts = header_of(head, source.path)
        if counts is None:
            raise InputError(
                f"{source.path}, line 1: is {shown(first)}: expected the numbers of rows and columns; text"
                " without them is glove: name that format (--from or --format glove; format='glove')"
            )
        check_vector_size(counts, sample_rows(head, whole, counts.size), source.path)
        source.read(counts.size)
        return counts, counts.vector_size, line_size
    start = len(BOM) if head.startswith(BOM) else 0
    source.read(start)
    vector_size = vector_size_of(sample_rows(head, whole, start))
    if not vector_size:
        raise InputError(f"{source.path}, line 1: is {shown(first)}: expected a word and its numbers")
    return None, vector_size, line_size


def _read(
    source: VectorFile, header: Header | None, vector_size: int, line_size: float, reading: WordReading
) -> GatheredRows:
    least = 2 * vector_size + 1
    room = (source.size - source.position + 1) // least if source.size is not None else 0
    limit, skips = reading.limit, reading.on_bad == "skip"
    wanted = limit
    if header:
        wanted = header.rows if limit is None else min(limit, header.rows)
        if source.size is not None and wanted > room and not skips:
            raise InputError(
                f"{source.path}: the header, line 1, promises {header.rows:,} rows of {vector_size:,} numbers and"
                f" the file has {source.size:,} bytes: it is truncated, or the header is false; {READ_ANYWAY}"
            )
    expected = 0
    if source.size is not None:
        expected = min(int(1.05 * source.size / line_size) + 16, room) if wanted is None else min(wanted, room)
    rows = GatheredRows(source.path, vector_size, expected, "line", 2 if header else 1)
    lines = wanted if limit is not None and not skips else None
    blank = 0
    for block in iter_batches(
        lambda _, block: read_block(rows.place, vector_size, *block, skips=skips),
        range(_threads(source)),
        _blocks(source, lines),
    ):
        if blank and (len(block.lengths) or block.skipped):
            if not skips:
                raise InputError(f"{rows.where(rows.rows)}: {EMPTY_LINE}")
            block.skipped[:0] = [(0, "a line is empty")] * blank
            blank = 0
        rows.add(block.letters, block.lengths, block.vectors, skipped=block.skipped)
        blank += block.blank
        if skips and limit is not None and rows.rows >= limit:
            break
        if header and limit is None and rows.rows > header.rows and not skips:
            raise InputError(
                f"{rows.where(header.rows)}: is a row, and the header, line 1, promises {header.rows:,} only: mend"
                f" the header; {READ_ANYWAY}"
            )
    _check_count(rows, header, wanted, skips=skips)
    return rows


def _check_count(rows: GatheredRows, header: Header | None, wanted: int | None, *, skips: bool) -> None:
    """Compare the number of lines with the header's, which is false where rows are missing."""
    found = rows.rows + sum(map(len, rows.left_out.values()))
    if header is None or wanted is None or found >= wanted:
        return
    short = f"{rows.path}: ends after line {found + 1:,} with {found:,} rows, and the header, line 1, promises"
    if not skips:
        raise InputError(f"{short} {header.rows:,}: it is truncated, or the header is false; {READ_ANYWAY}")
    warnings.warn(f"{short} {header.rows:,}: read as they are", stacklevel=2)


def _threads(source: VectorFile) -> int:
    return 1 if source.size is not None and source.size < BLOCK else available_threads()


def _blocks(source: VectorFile, lines: int | None) -> Iterator[tuple[bytes, int]]:
    """Blocks of whole lines, each with the number of lines before it; no more than ``lines`` lines."""
    done = used = 0
    parts: list[bytes] = []
    while lines is None or done < lines:
        size = BLOCK
        if lines is not None:
            size = min(BLOCK, (lines - done) * used // done + 4096 if done else _FIRST_BLOCK)
        block = source.read(size)
        cut = block.rfind(b"\n") + 1
        if not block:
            rest = b"".join(parts)
            if rest:
                yield rest + b"\n", done
            return
        if not cut:
            parts.append(block)
            if sum(map(len, parts)) > LONGEST_LINE:
                raise InputError(
                    f"{source.path}: has a line of more than {LONGEST_LINE:,} bytes: it holds no vectors as text"
                )
            continue
        data = b"".join([*parts, block[:cut]])
        parts = [block[cut:]] if cut < len(block) else []
        n = data.count(b"\n")
        if lines is not None and done + n > lines:
            n = lines - done
            data = data[: int(np.flatnonzero(np.frombuffer(data, np.uint8) == 10)[n - 1]) + 1]
        yield data, done
        done += n
        used += len(data)
