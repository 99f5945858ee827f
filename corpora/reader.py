"""`Reader`: the texts of a source of any kind."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from nlpkit.corpora.archives import members
from nlpkit.corpora.bad_records import BadRecords
from nlpkit.corpora.compressed import ByteReader, strip_suffix
from nlpkit.corpora.content import Content
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_records import field_of, read_json, without_field
from nlpkit.corpora.lines import read_lines, read_whole
from nlpkit.corpora.opened import opened
from nlpkit.corpora.paths import Source
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.records import RecordTable, TableRow, check_empty, column_of
from nlpkit.corpora.tables.text_column import DEFAULT_NAME, as_texts, text_column
from nlpkit.corpora.values import TextValues
from nlpkit.errors import InputError

NESTED = "archive in an archive"
NOT_TEXT = "member of an archive that is not text"

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
_RUN_TEXTS = 8192

RECORD = ""
"""Key of the whole records among the columns that are kept; no column can be kept by this name."""


class Run(NamedTuple):
    """Some texts of a source, and the values of the columns that are kept, by name."""

    source: str
    texts: list[Any]
    kept: dict[str, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which texts are read, and how.

    Parameters
    ----------
    field, column : str, optional
        Where the text is, in JSON and in tables.
    keep : sequence of str
        Fields or columns to keep beside the text; `RECORD` is the whole record.
    default : str
        Name of the field or column, if none is given.
    numbers_as_text : bool
        Whether numbers of JSON and Parquet are texts.
    table : TableOptions
    """

    field: str | None = None
    column: str | None = None
    keep: Sequence[str] = ()
    default: str = DEFAULT_NAME
    numbers_as_text: bool = False
    table: TableOptions = dataclasses.field(default_factory=TableOptions)


def kind_of(name: str, unknown: str = "lines") -> str:
    """Return how text in a file called ``name`` is read: jsonl, json, table or lines.

    Examples
    --------
    >>> kind_of("a.csv.gz"), kind_of("a.txt"), kind_of("a.txt", "table")
    ('table', 'lines', 'table')
    """
    return _KINDS.get(os.path.splitext(strip_suffix(name))[1].lower(), unknown)


def refusal_of_syntax(name: str, path: str) -> tuple[str, InputError] | None:
    """Return what a file is whose lines are not texts, by its suffix, and the exception that says so."""
    suffix = os.path.splitext(strip_suffix(path))[1].lower()
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
    """

    def __init__(self, selection: Selection, decoding: Decoding, bad: BadRecords) -> None:
        self.selection = selection
        self._decoding = decoding
        self._bad = bad
        self._values = TextValues(bad, decoding, numbers=selection.numbers_as_text)
        self._cells = TextValues(bad, decoding, numbers=True)

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
                yield from self._read(file, source, f"{name}!{member}", member, None, in_archive=True)
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
            yield from self._of_table(self._opened(data, name, content), self._values_of(content))
            return
        yield from self._of_text(data, source, name, path)

    def _opened(self, stream: BinaryIO, name: str, content: Content) -> RecordTable:
        if content.kind == "parquet":
            from nlpkit.corpora.tables.parquet import ParquetTable

            return ParquetTable(stream, name)
        from nlpkit.corpora.tables.sheet import Sheet

        return Sheet(stream, name, options=self.selection.table, bad=self._bad)

    def _values_of(self, content: Content) -> TextValues:
        return self._values if content.kind == "parquet" else self._cells

    def _of_text(self, data: ByteReader, source: Source, name: str, path: str) -> Iterator[Run]:
        kind = self.kind(path)
        refusal = None if source.whole else refusal_of_syntax(name, path)
        if refusal is not None:
            self._bad.record(*refusal)
            return
        self._check_keep(name, "one text" if source.whole else kind)
        if source.whole:
            for texts in read_whole(data, name, self._decoding):
                yield Run(name, texts, {})
        elif kind == "lines":
            for _, texts in read_lines(data, name, self._decoding):
                yield Run(name, texts, {})
        elif kind == "table":
            from nlpkit.corpora.tables.table import Table

            own = "\t" if strip_suffix(path).lower().endswith((".tsv", ".tab")) else ","
            chosen = self.selection.table
            table = Table(data, name, own=own, options=chosen, decoding=self._decoding, bad=self._bad)
            yield from self._of_table(table, None)
        else:
            yield from self._of_json(data, name, as_lines=kind == "jsonl")

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
        others = range(table.width) if whole else [column_of(table, name, option="--keep") for name in keep]
        names = None if table.names is None else tuple(table.names)
        for records in table.records([column, *others]):
            texts, *kept = records.columns
            if whole:
                kept = [[TableRow(names, cells) for cells in zip(*kept, strict=True)]]
            if values is not None:
                texts, *kept = as_texts(values, table, records.numbers, texts, kept)
            if texts:
                yield Run(table.path, texts, dict(zip(keep, kept, strict=True)))

    def _of_json(self, data: ByteReader, name: str, *, as_lines: bool) -> Iterator[Run]:
        chosen = self.selection
        wanted = chosen.field or chosen.column
        field_name = chosen.default if wanted is None else wanted
        records = read_json(
            data,
            name,
            decoding=self._decoding,
            bad=self._bad,
            as_lines=as_lines,
            written_numbers=chosen.numbers_as_text,
        )
        texts: list[Any] = []
        kept: dict[str, list[Any]] = {each: [] for each in chosen.keep}
        for number, record in records:
            value = record
            if isinstance(record, dict):
                value = record.get(field_name)
                if value is None:
                    value = self._nested(record, field_name, name, number)
                    if value is None:
                        continue
            elif wanted is not None or not isinstance(record, str | list):
                self._bad.record("not an object", without_field(name, number, record, field_name))
                continue
            if not isinstance(value, str) or self._decoding.errors == "skip":
                value = self._values.text(value, "{}, line {}: the field {!r}", name, number, field_name)
                if value is None:
                    continue
            texts.append(value)
            for each, column in kept.items():
                column.append(_kept(record, each))
            if len(texts) >= _RUN_TEXTS:
                yield Run(name, texts, kept)
                texts, kept = [], {each: [] for each in chosen.keep}
        if texts:
            yield Run(name, texts, kept)

    def _nested(self, record: dict[str, Any], field_name: str, name: str, number: int) -> Any:
        """Return the value of a field within a field; or what stands for null, or for a field that is absent."""
        try:
            value = field_of(record, field_name)
        except KeyError:
            return self._bad.null(without_field(name, number, record, field_name))
        if value is None:
            return self._bad.null(f"{name}, line {number}: the field {field_name!r} holds null, expected a string")
        return value


def _kept(record: Any, name: str) -> Any:
    if name == RECORD:
        return record
    try:
        return field_of(record, name)
    except KeyError:
        return None
