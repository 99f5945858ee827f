"""Manifests: tables and JSON whose records describe files."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from nlpkit.corpora.bad_records import BadRecords
from nlpkit.corpora.content import Content
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_records import read_json
from nlpkit.corpora.opened import opened
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.records import RecordTable, check_empty
from nlpkit.corpora.tables.sheet import Sheet
from nlpkit.corpora.tables.table import Table
from nlpkit.errors import InputError

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".xlsx", ".xls", ".ods")


def read_manifest(
    content: bytes, name: str, path: str, decoding: Decoding, bad: BadRecords
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the line and the fields of each record.

    Parameters
    ----------
    content : bytes
    name : str
        File name, of which the suffix counts: one of `SUFFIXES`.
    path : str
        Its name in messages.
    decoding : Decoding
    bad : BadRecords
        Treatment of records that cannot be read.

    Raises
    ------
    InputError
        If a record is bad, and bad records are errors.
    """
    kind, data = opened(io.BytesIO(content), path, name, seekable=True)
    if kind.kind == "text" and name.lower().endswith((".jsonl", ".ndjson", ".json")):
        as_lines = not name.lower().endswith(".json")
        for number, record in read_json(data, path, decoding=decoding, bad=bad, as_lines=as_lines):
            if isinstance(record, dict):
                yield number, record
            else:
                bad.record("not an object", f"{path}, line {number}: found JSON, expected an object")
        return
    table = _table(kind, data, name, path, decoding, bad)
    if not table.first:
        check_empty(table)
        return
    table.settle(True)
    for numbers, columns in table.records(range(table.width)):
        for number, *cells in zip(numbers, *columns, strict=True):
            yield number, dict(zip(table.first, cells, strict=True))


def _table(kind: Content, data: Any, name: str, path: str, decoding: Decoding, bad: BadRecords) -> RecordTable:
    if kind.kind == "sheet":
        return Sheet(data, path, options=TableOptions(), bad=bad)
    if kind.kind != "text":
        raise InputError(f"{path}: a manifest is expected to be one of {', '.join(SUFFIXES)}")
    own = "\t" if name.lower().endswith(".tsv") else ","
    return Table(data, path, own=own, options=TableOptions(), decoding=decoding, bad=bad)
