"""`PairReader`: the pairs of one file of any kind."""

from __future__ import annotations

import dataclasses
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from nlpkit.corpora.archives import members
from nlpkit.corpora.bad_records import UNDECODABLE, BadRecords
from nlpkit.corpora.compressed import strip_suffix
from nlpkit.corpora.content import is_tmx
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_records import read_json
from nlpkit.corpora.lines import read_lines
from nlpkit.corpora.opened import opened
from nlpkit.corpora.pairs.lines import read_pair_records
from nlpkit.corpora.pairs.marked import for_records
from nlpkit.corpora.pairs.po import DECLARED, read_po
from nlpkit.corpora.pairs.run import PairRun
from nlpkit.corpora.pairs.table import read_pair_table
from nlpkit.corpora.pairs.text_pieces import Peeked, declared
from nlpkit.corpora.pairs.tmx import read_tmx
from nlpkit.corpora.paths import Source
from nlpkit.corpora.reader import BAD_MEMBER
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.records import RecordTable
from nlpkit.corpora.values import TextValues
from nlpkit.errors import InputError, ParameterError

KINDS = {
    ".tsv": "table",
    ".tab": "table",
    ".csv": "table",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".tmx": "tmx",
    ".po": "po",
    ".pot": "po",
    ".parquet": "table",
    ".xlsx": "table",
    ".xls": "table",
    ".ods": "table",
}
"""Format of a file of pairs, by suffix."""

NOT_PAIRS = "member of an archive that is no file of pairs"


def archives_pairs(path: str) -> bool:
    """Whether ``path`` is a zip or tar archive with a member whose suffix is that of a file of pairs."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return any(_suffix(name) in KINDS for name in archive.namelist())
        with tarfile.open(path) as tar:
            return any(_suffix(name) in KINDS for name in tar.getnames())
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error):
        return False


@dataclass(frozen=True, kw_only=True)
class PairSelection:
    """Which pairs are read, and how.

    Parameters
    ----------
    columns, fields : (str, str), optional
        Where the two sides are, in tables and in JSON.
    languages : (str or None, str or None)
        Codes of the two languages.
    keep_tags : bool
        Whether formatting codes of TMX are kept.
    numbers_as_text : bool
        Whether numbers of JSON and Parquet are texts.
    table : TableOptions
    """

    columns: tuple[str, str] | None = None
    fields: tuple[str, str] | None = None
    languages: tuple[str | None, str | None] = (None, None)
    keep_tags: bool = False
    numbers_as_text: bool = False
    table: TableOptions = dataclasses.field(default_factory=TableOptions)


class PairReader:
    """Reads files of pairs: content decides what a file is, and the suffix of text how it is read.

    Parameters
    ----------
    selection : PairSelection
    decoding : Decoding
    bad : BadRecords
    """

    def __init__(self, selection: PairSelection, decoding: Decoding, bad: BadRecords) -> None:
        self.selection = selection
        self._decoding = decoding
        self._bad = bad
        self._values = TextValues(bad, decoding, numbers=selection.numbers_as_text, tokens=False)
        self._cells = TextValues(bad, decoding, cells=True, tokens=False)
        languages = selection.languages
        self._languages = None if None in languages else (str(languages[0]), str(languages[1]))

    def kind(self, name: str) -> str:
        """Return how text in a file called ``name`` is read.

        Raises
        ------
        ParameterError
            If there are options for another kind of file.
        """
        chosen = self.selection
        kind = KINDS.get(_suffix(name), "jsonl" if chosen.fields else "table")
        if chosen.columns and kind != "table":
            raise ParameterError(f"columns need a table, but {name} is not one: remove --columns")
        if chosen.fields and not kind.startswith("json"):
            raise ParameterError(f"fields need JSON Lines, but {name} is another format: remove --fields")
        if chosen.table.delimiter is not None and kind != "table":
            raise ParameterError(f"a delimiter needs a table, but {name} is not one: remove --delimiter")
        return kind

    def read(self, stream: BinaryIO, source: Source, size: int | None) -> Iterator[tuple[str, PairRun]]:
        """Yield runs of pairs with the name of their file; without a ``size`` the stream is not seekable.

        Raises
        ------
        InputError
            If it holds no pairs.
        """
        name, path = source.name, source.path or ""
        content, data = opened(stream, name, path, seekable=size is not None)
        if content.kind not in ("zip", "tar"):
            for run in self._of(content, data, name, path):
                yield name, run
            return
        is_empty = True
        for member, file in members(data, name, content.kind, self._bad.left_out, size=size):
            if _suffix(member) not in KINDS:
                self._bad.left_out.count(NOT_PAIRS)
                continue
            is_empty = False
            inner = f"{name}!{member}"
            try:
                for run in self._of(*opened(file, inner, member, seekable=False, in_memory=True), inner, member):
                    yield inner, run
            except InputError as error:
                self._bad.record(BAD_MEMBER, error)
        if is_empty:
            raise InputError(
                f"{name}: the archive holds no file of pairs ({', '.join(KINDS)}); unpack it, and give its files"
            )

    def _of(self, content: Any, data: Any, name: str, path: str) -> Iterator[PairRun]:
        chosen = self.selection
        if content.kind == "closed":
            raise content.refusal(name)
        if content.kind == "parquet":
            from nlpkit.corpora.tables.parquet import ParquetTable

            yield from self._of_table(ParquetTable(data, name), self._values)
            return
        if content.kind == "sheet":
            from nlpkit.corpora.tables.sheet import Sheet

            yield from self._of_table(Sheet(data, name, options=chosen.table, bad=self._bad), self._cells)
            return
        kind = "tmx" if is_tmx(getattr(data, "head", b"")) else self.kind(path)
        on_bad = "skip" if self._decoding.errors == "skip" else self._bad.on_bad
        decoding = Decoding(self._decoding.encoding, self._decoding.errors)
        if kind == "tmx":
            yield from read_tmx(
                data,
                name,
                languages=chosen.languages,
                decoding=decoding,
                left_out=self._bad.left_out,
                on_bad=on_bad,
                keep_tags=chosen.keep_tags,
            )
        elif kind == "po":
            peeked = Peeked(data)
            decoding = for_records(declared(peeked.head, DECLARED, decoding))
            lines = read_lines(peeked, name, decoding)
            yield from read_po(lines, name, encoding=decoding.encoding, left_out=self._bad.left_out, on_bad=on_bad)
        elif kind == "table":
            from nlpkit.corpora.tables.table import Table

            own = "," if _suffix(path) == ".csv" else "\t"
            table = Table(data, name, own=own, options=chosen.table, decoding=decoding, bad=self._bad)
            yield from self._of_table(table, None)
        else:
            records = read_json(
                data,
                name,
                decoding=decoding,
                bad=self._bad,
                as_lines=kind == "jsonl",
                written_numbers=chosen.numbers_as_text,
            )
            yield from read_pair_records(
                records, name, fields=chosen.fields, languages=self._languages, values=self._values, bad=self._bad
            )
        self._bad.left_out.count(UNDECODABLE, decoding.skipped)

    def _of_table(self, table: RecordTable, values: TextValues | None) -> Iterator[PairRun]:
        return read_pair_table(table, columns=self.selection.columns, languages=self._languages, values=values)


def _suffix(name: str) -> str:
    return os.path.splitext(strip_suffix(name))[1].lower()
