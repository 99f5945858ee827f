"""Selection of the reader for a source, by suffix or by option."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from nlpkit.corpora.compressed import decompressed, strip_suffix
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.delimited import delimiter_of, read_delimited
from nlpkit.corpora.json_lines import read_json_lines
from nlpkit.corpora.lines import read_lines, read_whole
from nlpkit.corpora.parquet import read_parquet
from nlpkit.corpora.paths import Source
from nlpkit.errors import InputError

_KINDS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".parquet": "parquet",
}


class Reader:
    """Reads a source of any kind as runs of texts. The parameters are those of `nlpkit.corpora.Texts`."""

    def __init__(self, *, field: str | None, column: str | None, delimiter: str | None, decoding: Decoding) -> None:
        if delimiter is not None:
            delimiter_of(delimiter, "")
        self.field = field
        self.column = column
        self.delimiter = delimiter
        self.decoding = decoding

    def kind(self, name: str) -> str:
        """Return the format of a file called ``name``: jsonl, csv, parquet or lines."""
        unknown = "jsonl" if self.field is not None else "csv" if self.column is not None else "lines"
        return _KINDS.get(os.path.splitext(name)[1].lower(), unknown)

    def reads_columns(self, source: Source) -> bool:
        """Whether ``source`` is read as CSV or TSV."""
        return not source.whole and self.kind(strip_suffix(source.path or "")) == "csv"

    def read(self, stream: BinaryIO, source: Source) -> Iterator[list[str]]:
        """Yield the texts of ``stream``, the bytes of ``source``, in runs."""
        path = source.path or ""
        name = strip_suffix(path)
        kind = self.kind(name)
        if kind == "parquet":
            if source.whole:
                raise InputError(f"{source.name}: a whole Parquet file is not a text; use --per line")
            return read_parquet(stream, source.name, self.column or self.field)
        data = decompressed(stream, path)
        if source.whole:
            return read_whole(data, source.name, self.decoding)
        lines = read_lines(data, source.name, self.decoding)
        if kind == "jsonl":
            return read_json_lines(lines, source.name, self.field or self.column)
        if kind == "csv":
            delimiter = delimiter_of(self.delimiter, name)
            column = self.column or self.field
            return read_delimited(lines, source.name, column=column, delimiter=delimiter)
        return (run for _, run in lines)
