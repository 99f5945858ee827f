"""Manifests: tables and JSON Lines whose records describe files."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from nlpkit.corpora.bad_records import BadRecords
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_records import read_json
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.table import Table

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson")


def read_manifest(
    content: bytes, name: str, path: str, decoding: Decoding, bad: BadRecords
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the line and the fields of each record.

    Parameters
    ----------
    content : bytes
    name : str
        File name, of which the suffix counts: .csv, .tsv, .jsonl or .ndjson.
    path : str
        Its name in messages.
    decoding : Decoding
    bad : BadRecords
        What happens to records that cannot be read.

    Raises
    ------
    InputError
        If a record is bad, and bad records are errors.
    """
    if name.lower().endswith((".jsonl", ".ndjson")):
        for number, record in read_json(io.BytesIO(content), path, decoding=decoding, bad=bad):
            if isinstance(record, dict):
                yield number, record
            else:
                bad.record("not an object", f"{path}, line {number}: found JSON, expected an object")
        return
    own = "\t" if name.lower().endswith(".tsv") else ","
    table = Table(io.BytesIO(content), path, own=own, options=TableOptions(), decoding=decoding, bad=bad)
    table.settle(True)
    for numbers, columns in table.records(range(table.width)):
        for number, *cells in zip(numbers, *columns, strict=True):
            yield number, dict(zip(table.first, cells, strict=True))
