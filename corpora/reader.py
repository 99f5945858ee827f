"""`Reader`: the texts of a source of any kind."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, BinaryIO

from nlpkit.corpora.archives import members
from nlpkit.corpora.bad_records import BadRecords
from nlpkit.corpora.compressed import ByteReader, strip_suffix
from nlpkit.corpora.content import Content, is_tmx
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_texts import JsonTexts
from nlpkit.corpora.lines import read_lines, read_whole
from nlpkit.corpora.opened import opened
from nlpkit.corpora.paths import Source
from nlpkit.corpora.selection import RECORD, Run, Selection
from nlpkit.corpora.tables.records import RecordTable, TableRow, check_empty, column_of
from nlpkit.corpora.tables.text_column import as_texts, text_column
from nlpkit.corpora.values import TextValues
from nlpkit.errors import InputError

NESTED = "archive in an archive"
NOT_TEXT = "member of an archive that is not text"
BAD_MEMBER = "member of an archive that cannot be read"

_KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "table",
    ".tsv": "table",
    ".tab": "table",
}
_NOT_LINES = {
    ".po": "a catalogue of messages (PO)",
    ".pot": "a catalogue of messages (PO)",
    ".tmx": "a translation memory (TMX)",
    ".xlf": "a translation file (XLIFF)",
    ".xliff": "a translation file (XLIFF)",
    ".srt": "a file of subtitles (SubRip)",
    ".vtt": "a file of subtitles (WebVTT)",
}
ARCHIVES = (".zip", ".tar", ".tgz", ".tbz2", ".txz")
_PAIRS = (".po", ".pot", ".tmx")


def kind_of(name: str, unknown: str = "lines") -> str:
    """Return how text in a file called ``name`` is read: jsonl, json, table or lines.

    Examples
    --------
    >>> kind_of("a.csv.gz"), kind_of("a.txt"), kind_of("a.txt", "table")
    ('table', 'lines', 'table')
    """
    return _KINDS.get(os.path.splitext(strip_suffix(name))[1].lower(), unknown)


def refusal_of_syntax(name: str, path: str, head: bytes = b"") -> tuple[str, InputError] | None:
    """Return what a file is whose lines are not texts, by its suffix or its content, and the exception that says so."""
    suffix = ".tmx" if is_tmx(head) else os.path.splitext(strip_suffix(path))[1].lower()
    if suffix not in _NOT_LINES:
        return None
    pairs = "corpus check, train translation and evaluate read its pairs with --pairs; " if suffix in _PAIRS else ""
    return _NOT_LINES[suffix], InputError(
        f"{name}: is {_NOT_LINES[suffix]}, whose lines are not texts: {pairs}"
        "extract its texts first, or rename it to .txt to read every line"
    )


class Reader:
    """Reads sources of any kind: content decides what a file is, and the suffix of text how it is read.

    Parameters
    ----------
    selection : Selection
    decoding : Decoding
    bad : BadRecords
    keep_ends : bool
        Whether lines of text keep their line ends.
    """

    def __init__(self, selection: Selection, decoding: Decoding, bad: BadRecords, *, keep_ends: bool = False) -> None:
        self.selection = selection
        self._keep_ends = keep_ends
        self._decoding = decoding
        self._bad = bad
        self._values = TextValues(bad, decoding, numbers=selection.numbers_as_text)
        self._cells = TextValues(bad, decoding, cells=True)
        self.not_found: set[str] = set()

    def kind(self, name: str) -> str:
        """Return how text in a file called ``name`` is read: jsonl, json, table or lines."""
        chosen = self.selection
        return kind_of(name, "jsonl" if chosen.field is not None else "table" if chosen.column is not None else "lines")

    def may_be_table(self, source: Source) -> bool:
        """Whether ``source`` may hold delimited text."""
        name = source.path or ""
        suffix = os.path.splitext(strip_suffix(name))[1].lower()
        return not source.whole and (self.kind(name) == "table" or suffix in ARCHIVES)

    def read(self, stream: BinaryIO, source: Source, size: int | None = None) -> Iterator[Run]:
        """Yield the texts of ``stream``, the bytes of ``source``, in runs; without a ``size`` it is not seekable.

        Raises
        ------
        InputError
            If it cannot be read as text.
        """
        return self._read(stream, source, source.name, source.path or "", size)

    def _read(
        self, stream: Any, source: Source, name: str, path: str, size: int | None, *, in_archive: bool = False
    ) -> Iterator[Run]:
        content, data = opened(stream, name, path, seekable=size is not None, in_memory=in_archive)
        if content.kind in ("zip", "tar"):
            if in_archive:
                self._bad.left_out.count(NESTED)
                return
            for member, file in members(data, name, content.kind, self._bad.left_out, size=size):
                try:
                    yield from self._read(file, source, f"{name}!{member}", member, None, in_archive=True)
                except InputError as error:
                    self._bad.record(BAD_MEMBER, error)
            return
        if content.kind == "closed":
            if in_archive:
                self._bad.left_out.count(NOT_TEXT)
            else:
                self._bad.record(content.name, content.refusal(name))
            return
        if content.kind in ("parquet", "sheet"):
            if source.whole:
                self._bad.record(content.kind, f"{name}: a whole {content.kind} file is not a text; use --per line")
                return
            try:
                table = self._opened(data, name, content)
            except InputError as error:
                self._bad.record(f"{content.kind} that cannot be read", error)
                return
            yield from self._of_table(table, self._values if content.kind == "parquet" else self._cells)
            return
        yield from self._of_text(data, source, name, path)

    def _opened(self, stream: BinaryIO, name: str, content: Content) -> RecordTable:
        if content.kind == "parquet":
            from nlpkit.corpora.tables.parquet import ParquetTable

            return ParquetTable(stream, name)
        from nlpkit.corpora.tables.sheet import Sheet

        return Sheet(stream, name, options=self.selection.table, bad=self._bad)

    def _of_text(self, data: ByteReader, source: Source, name: str, path: str) -> Iterator[Run]:
        kind = self.kind(path)
        head = getattr(data, "head", b"")
        refusal = None if source.whole else refusal_of_syntax(name, path, head if kind == "lines" else b"")
        if refusal is not None:
            self._bad.record(*refusal)
            return
        self._check_keep(name, "one text" if source.whole else kind)
        if source.whole:
            for texts in read_whole(data, name, self._decoding):
                yield Run(name, texts, {})
        elif kind == "lines":
            for _, texts in read_lines(data, name, self._decoding, keep_ends=self._keep_ends):
                yield Run(name, texts, {})
        elif kind == "table":
            from nlpkit.corpora.tables.table import Table

            own = "\t" if strip_suffix(path).lower().endswith((".tsv", ".tab")) else ","
            chosen = self.selection.table
            table = Table(data, name, own=own, options=chosen, decoding=self._decoding, bad=self._bad)
            yield from self._of_table(table, None)
        else:
            json = JsonTexts(self.selection, self._decoding, self._bad, self._values, self.not_found)
            yield from json.read(data, name, as_lines=kind == "jsonl")

    def _check_keep(self, name: str, kind: str) -> None:
        """Raise InputError if columns of a text that has none are to be kept."""
        wanted = [each for each in self.selection.keep if each != RECORD]
        if wanted and kind in ("lines", "one text"):
            raise InputError(
                f"{name}: is read as {kind}, without a column {wanted[0]!r} to keep; set --column or --field to read a "
                "table or JSON, or remove --keep"
            )

    def _of_table(self, table: RecordTable, values: TextValues | None) -> Iterator[Run]:
        """Yield the texts of a table; ``values`` takes its cells as texts if they are not."""
        if not table.first:
            check_empty(table)
            return
        chosen = self.selection
        column = text_column(table, chosen.column or chosen.field, chosen.default)
        keep = chosen.keep
        whole = list(keep) == [RECORD]
        options = {name: "--label" if name == chosen.label else "--keep" for name in keep}
        others = range(table.width) if whole else [column_of(table, name, option=options[name]) for name in keep]
        self.not_found.difference_update(keep)
        names = None if table.names is None else tuple(table.names)
        for records in table.records([column, *others]):
            numbers = records.numbers
            texts, *kept = records.columns
            if whole:
                kept = [[TableRow(names, cells) for cells in zip(*kept, strict=True)]]
            if values is not None:
                texts, numbers, *kept = as_texts(values, table, numbers, texts, [list(numbers), *kept])
            if chosen.label is not None:
                texts, *kept = self._labelled(table, numbers, texts, kept)
            if texts:
                yield Run(table.path, texts, dict(zip(keep, kept, strict=True)))

    def _labelled(
        self, table: RecordTable, numbers: Sequence[int], texts: list[Any], kept: list[list[Any]]
    ) -> list[list[Any]]:
        """Return the columns without the rows that are left out for want of a label."""
        labels = kept[list(self.selection.keep).index(str(self.selection.label))]
        if not any(label in (None, "") for label in labels):
            return [texts, *kept]
        where = f"{table.path}, {table.unit}"
        good = [
            label not in (None, "") or self._bad.null(f"{where} {number}: there is no label") is not None
            for number, label in zip(numbers, labels, strict=True)
        ]
        return [list(compress(column, good)) for column in (texts, *kept)]
