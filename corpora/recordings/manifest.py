"""Manifests: tables and JSON whose records describe recordings, read as other tables and JSON are."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

from nlpkit.corpora.bad_records import BadRecords, LeftOut
from nlpkit.corpora.compressed import strip_suffix
from nlpkit.corpora.content import Content
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_records import read_json
from nlpkit.corpora.opened import opened
from nlpkit.corpora.recordings.entry import EmbeddedSound, Entry, entry_of
from nlpkit.corpora.recordings.layout_input import LayoutInput
from nlpkit.corpora.recordings.place import folder_of
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.corpora.recordings.span import BadEntry
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.records import RecordTable, check_empty
from nlpkit.corpora.values import TextValues
from nlpkit.errors import InputError

SUFFIXES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json", ".xlsx", ".xls", ".ods", ".parquet")
_JSON = (".jsonl", ".ndjson", ".json")


class Record(NamedTuple):
    """A record of a manifest: its place, such as ``line 3``, and its values by the names of columns or fields."""

    where: str
    values: Mapping[str, Any]


def is_manifest(name: str) -> bool:
    """Whether a file has the suffix of a manifest, also before that of a compressed file.

    Examples
    --------
    >>> is_manifest("train.jsonl.gz"), is_manifest("a.wav")
    (True, False)
    """
    return strip_suffix(name).lower().endswith(SUFFIXES)


def manifest_recordings(given: LayoutInput, name: str, folders: Sequence[str] = ("",)) -> Iterator[Recording]:
    """Yield the recordings of a manifest.

    Parameters
    ----------
    given : LayoutInput
    name : str
        The manifest.
    folders : sequence of str
        Folders of its files, relative to its own.

    Raises
    ------
    InputError
        If a record is bad, and bad records are errors.
    """
    path = given.called(name)
    texts = TextValues(given.bad, given.decoding, numbers=True, cells=True, tokens=False)
    beside = [folder_of(name) + folder for folder in folders]
    with given.place.open_table(name) as stream:
        for place, values in read_manifest(stream, name, path, given.options, given.decoding, given.bad):
            where = f"{path}, {place}"
            try:
                entry = entry_of(values)
            except BadEntry as error:
                given.bad.record(error.reason, error.at(where))
                continue
            text = entry.text
            if text is not None or given.takes_nulls:
                text = texts.text(text, "{}: the text", where)
                if text is None:
                    continue
            found = entry.audio if not isinstance(entry.audio, str) else given.find(entry.audio, beside, where)
            if found is not None and given.is_new(entry.id, where):
                yield _recording(given, entry, text, found, where)


def read_manifest(
    stream: BinaryIO, name: str, path: str, options: TableOptions, decoding: Decoding, bad: BadRecords
) -> Iterator[Record]:
    """Yield the records.

    Parameters
    ----------
    stream : binary file
        A seekable file.
    name : str
        File name, of which the suffix counts: one of `SUFFIXES`.
    path : str
        Its name in messages.
    options : TableOptions
    decoding : Decoding
    bad : BadRecords
        Treatment of records that cannot be read.

    Raises
    ------
    InputError
        If a record is bad, and bad records are errors.
    """
    kind, data = opened(stream, path, name, seekable=True)
    if kind.kind == "text" and strip_suffix(name).lower().endswith(_JSON):
        as_lines = not strip_suffix(name).lower().endswith(".json")
        for number, record in read_json(data, path, decoding=decoding, bad=bad, as_lines=as_lines):
            if isinstance(record, dict):
                yield Record(f"line {number}", record)
            else:
                bad.record("not an object", f"{path}, line {number}: found JSON, expected an object")
        return
    table = _table(kind, data, name, path, options, decoding, bad)
    if not table.first:
        check_empty(table)
        return
    table.settle(True)
    if table.names is None:
        raise InputError(f"{path}: a manifest needs the names of its columns; set --header yes")
    names = [each or f"column {number}" for number, each in enumerate(table.names, 1)]
    twice = [each for each in names if names.count(each) > 1]
    if twice:
        raise InputError(f"{path}: {names.count(twice[0])} columns have the name {twice[0]!r}: rename all but one")
    for numbers, columns in table.records(range(min(table.width, len(names)))):
        for number, *cells in zip(numbers, *columns, strict=True):
            yield Record(f"{table.unit} {number}", dict(zip(names, cells, strict=False)))


def names_of(stream: BinaryIO, name: str, path: str, options: TableOptions, decoding: Decoding) -> list[str]:
    """Return the names of the columns of a manifest, or of the fields of its first record; none if it is damaged."""
    bad = BadRecords(LeftOut(), on_bad="skip")
    with suppress(InputError), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what there is to say is said when it is read
        kind, data = opened(stream, path, name, seekable=True)
        if kind.kind != "text" or not strip_suffix(name).lower().endswith(_JSON):
            return _table(kind, data, name, path, options, decoding, bad).first
        for _, record in read_json(data, path, decoding=decoding, bad=bad, as_lines=False):
            return list(record) if isinstance(record, dict) else []
    return []


def _table(
    kind: Content, data: Any, name: str, path: str, options: TableOptions, decoding: Decoding, bad: BadRecords
) -> RecordTable:
    if kind.kind == "sheet":
        from nlpkit.corpora.tables.sheet import Sheet

        return Sheet(data, path, options=options, bad=bad)
    if kind.kind == "parquet":
        from nlpkit.corpora.tables.parquet import ParquetTable

        return ParquetTable(data, path)
    if kind.kind != "text":
        raise InputError(f"{path}: a manifest is expected to be one of {', '.join(SUFFIXES)}")
    from nlpkit.corpora.tables.table import Table

    own = "\t" if strip_suffix(name).lower().endswith((".tsv", ".tab")) else ","
    return Table(data, path, own=own, options=options, decoding=decoding, bad=bad)


def _recording(given: LayoutInput, entry: Entry, text: Any, found: str | EmbeddedSound, where: str) -> Recording:
    known: dict[str, Any] = {
        "id": entry.id,
        "text": text,
        "label": entry.label,
        "speaker": entry.speaker,
        "start": entry.span.start,
        "end": entry.span.end,
        "stated": entry.span.stated,
        "channel": entry.channel,
        "fields": entry.fields,
    }
    if isinstance(found, str):
        return given.recording(found, where, **known)
    name = f"{where.rpartition(', ')[0]}/{found.path}" if found.path else where
    return Recording(name=name, path=None, where=where, opened=lambda: io.BytesIO(found.content), **known)
