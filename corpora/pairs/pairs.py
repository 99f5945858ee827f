"""`Pairs`: sentences with their translations, from two parallel files or one file of pairs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from nlpkit.corpora.compressed import decompressed, strip_suffix
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.delimited import delimiter_of
from nlpkit.corpora.lines import read_lines
from nlpkit.corpora.pairs.aligned import read_aligned
from nlpkit.corpora.pairs.lines import read_pair_lines
from nlpkit.corpora.pairs.marked import for_records
from nlpkit.corpora.pairs.po import DECLARED, read_po
from nlpkit.corpora.pairs.run import UNDECODABLE, LeftOut, PairRun
from nlpkit.corpora.pairs.table import PairTable
from nlpkit.corpora.pairs.text_pieces import Peeked, declared
from nlpkit.corpora.pairs.tmx import read_tmx
from nlpkit.corpora.paths import Source, find_sources
from nlpkit.corpora.source_files import Rereadable
from nlpkit.errors import InputError, ParameterError

StrPath = str | os.PathLike[str]

KINDS = {
    ".tsv": "table",
    ".tab": "table",
    ".csv": "table",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".tmx": "tmx",
    ".po": "po",
    ".pot": "po",
}
"""Format of a file of pairs, by suffix."""


class Pair(NamedTuple):
    """A text and its translation, with the file name and the line number of their first line (from 1)."""

    source: str
    number: int
    src: str
    trg: str


class PairBlock(NamedTuple):
    """Consecutive pairs of one file, as sequences of the same length."""

    source: str
    numbers: Sequence[int]
    src: list[str]
    trg: list[str]


def holds_pairs(path: StrPath) -> bool:
    """Whether the suffix of ``path`` is that of a file of pairs.

    Examples
    --------
    >>> holds_pairs("memory.tmx.gz"), holds_pairs("news.en")
    (True, False)
    """
    return os.path.splitext(strip_suffix(os.fspath(path)))[1].lower() in KINDS


class Pairs(Rereadable):
    """Pairs of sentences, read again in every pass.

    Pairs are streamed: memory use does not depend on the size of the files. Texts are unchanged, empty ones included.

    Parameters
    ----------
    src, trg : str or path, optional
        Two parallel files; one may be ``-`` for standard input. Line n of one translates line n of the other.
    pairs : str or path, optional
        One file instead, or ``-``. The suffix determines the format: .tsv, .csv, .jsonl, .tmx, .po; a compression
        suffix may follow (.gz, .bz2, .xz, .zst). Other suffixes are read as TSV, or as JSON Lines with ``fields``.
    from_, to : str, optional
        Language codes, for a file with texts by language: TMX, JSON Lines (``{"translation": {"en": …, "de": …}}``),
        and tables with these column names.
    columns : "A,B" or (str or int, str or int), optional
        Columns of a table, two names or two numbers (from 1); default: ``src`` and ``trg``, or the only two.
    fields : "A,B" or (str, str), optional
        Fields of JSON Lines; default: ``src`` and ``trg``.
    delimiter : str, optional
        Delimiter of a table.
    encoding, decode_errors : str
        See `nlpkit.corpora.decoding.Decoding`; ``skip`` skips the pair. The encoding that a TMX or PO file declares is
        used unless ``encoding`` is not UTF-8.
    stdin : binary file, optional
        Replacement for the standard input of the process.

    Attributes
    ----------
    sources : list of Source
    left_out : dict of str to int
        Number of records that the current pass has skipped, by reason.
    bytes_read : int
        Bytes on disk that the current pass has read.

    Raises
    ------
    InputError, ParameterError
        If a file is missing, or options contradict each other. A pass raises InputError if a file has another format,
        and at its end if two files have different numbers of lines.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.tsv")
    ...     _ = path.write_text("one\\teins\\ntwo\\tzwei\\n")
    ...     [(pair.number, pair.src, pair.trg) for pair in Pairs(pairs=path)]
    [(1, 'one', 'eins'), (2, 'two', 'zwei')]
    """

    folders: tuple[str, ...] = ()

    def __init__(
        self,
        src: StrPath | None = None,
        trg: StrPath | None = None,
        pairs: StrPath | None = None,
        *,
        from_: str | None = None,
        to: str | None = None,
        columns: str | Sequence[str | int] | None = None,
        fields: str | Sequence[str] | None = None,
        delimiter: str | None = None,
        encoding: str = "utf-8",
        decode_errors: str = "strict",
        stdin: BinaryIO | None = None,
    ) -> None:
        if pairs is None and (src is None or trg is None):
            raise ParameterError("give the pairs as two files (src and trg), or as one (pairs)")
        if pairs is not None and (src is not None or trg is not None):
            raise ParameterError("give either two files (src and trg), or one (pairs), not both")
        if columns is not None and fields is not None:
            raise ParameterError("columns are for tables and fields for JSON Lines: give only one of them")
        self._columns = _two(columns, "columns")
        self._fields = _two(fields, "fields")
        self._languages = from_, to
        if pairs is None and (self._columns or self._fields or delimiter):
            raise ParameterError("columns, fields and delimiter need one file of pairs, but two files were given")
        self._delimiter = delimiter
        self._decoding = Decoding(encoding, decode_errors)
        super().__init__([_one_source(name) for name in (src, trg, pairs) if name is not None], stdin)
        if len(self.sources) == 2 and all(source.path is None for source in self.sources):
            raise ParameterError("standard input can be only one side: give a file for the other")
        self._kind = "aligned" if pairs is None else self._kind_of(self.sources[0])
        if delimiter is not None:
            if self._kind != "table":
                raise ParameterError(f"a delimiter needs a table, but {self.sources[0].name} is not one")
            delimiter_of(delimiter, "")
        self.left_out: dict[str, int] = {}

    def __iter__(self) -> Iterator[Pair]:
        for source, numbers, src, trg in self.blocks():
            yield from map(Pair, [source] * len(src), numbers, src, trg)

    def blocks(self) -> Iterator[PairBlock]:
        """Iterate over blocks of pairs with about 1 MiB of text each."""
        self._begin()
        left_out = LeftOut()
        self.left_out = left_out
        name = self.sources[0].name
        for run in self._aligned(left_out) if self._kind == "aligned" else self._one(left_out):
            yield PairBlock(name, *run)

    @property
    def skipped(self) -> int:
        """Undecodable pairs that the current pass has skipped."""
        return self.left_out.get(UNDECODABLE, 0)

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the pairs: names, sizes and times of the files, and the options."""
        return {
            **self._files.fingerprint(),
            "from": self._languages[0],
            "to": self._languages[1],
            "columns": self._columns and list(self._columns),
            "fields": self._fields and list(self._fields),
            "delimiter": self._delimiter,
            "encoding": self._decoding.encoding,
            "decode_errors": self._decoding.errors,
        }

    def _kind_of(self, source: Source) -> str:
        suffix = os.path.splitext(strip_suffix(source.path or ""))[1].lower()
        if suffix == ".parquet":
            raise InputError(f"{source.name}: Parquet is not supported for pairs; give .tsv, .csv, .jsonl, .tmx or .po")
        kind = KINDS.get(suffix, "json" if self._fields else "table")
        if self._columns and kind != "table":
            raise ParameterError(f"columns need a table, but {source.name} is not one: remove --columns")
        if self._fields and kind != "json":
            raise ParameterError(f"fields need JSON Lines, but {source.name} is another format: remove --fields")
        return kind

    def _aligned(self, left_out: LeftOut) -> Iterator[PairRun]:
        src, trg = self.sources
        decodings = tuple(Decoding(self._decoding.encoding, self._decoding.errors) for _ in self.sources)
        with self._open(0) as one, self._open(1) as other:
            sides = [
                read_lines(decompressed(stream, source.path or ""), source.name, decoding)
                for stream, source, decoding in zip((one, other), self.sources, decodings, strict=True)
            ]
            names = src.name, trg.name
            runs = read_aligned(*sides, names=names, decodings=(decodings[0], decodings[1]), left_out=left_out)
            yield from self._watched(runs, [one, other])

    def _one(self, left_out: LeftOut) -> Iterator[PairRun]:
        with self._open(0) as stream:
            yield from self._watched(self._read(stream, self.sources[0], left_out), [stream])

    def _read(self, stream: BinaryIO, source: Source, left_out: LeftOut) -> Iterator[PairRun]:
        path, name = source.path or "", source.name
        data = decompressed(stream, path)
        decoding = Decoding(self._decoding.encoding, self._decoding.errors)
        if self._kind == "tmx":
            yield from read_tmx(data, name, languages=self._languages, decoding=decoding, left_out=left_out)
            return
        if self._kind == "po":
            peeked = Peeked(data)
            decoding = for_records(declared(peeked.head, DECLARED, decoding))
            lines = read_lines(peeked, name, decoding)
            on_bad = "skip" if self._decoding.errors == "skip" else "error"
            yield from read_po(lines, name, encoding=decoding.encoding, left_out=left_out, on_bad=on_bad)
            return
        languages = None if None in self._languages else (str(self._languages[0]), str(self._languages[1]))
        if self._kind == "json":
            runs = read_pair_lines(
                read_lines(data, name, decoding), name, fields=self._fields, languages=languages, left_out=left_out
            )
        else:
            suffix = os.path.splitext(strip_suffix(path))[1].lower()
            delimiter = delimiter_of(self._delimiter, suffix if suffix in KINDS else ".tsv")
            table = PairTable(name, columns=self._columns, languages=languages, left_out=left_out)
            if delimiter == "\t":
                runs = table.read_tabs(read_lines(data, name, decoding))
            else:
                runs = table.read_csv(read_lines(data, name, for_records(decoding)), delimiter)
        yield from runs
        left_out.count(UNDECODABLE, decoding.skipped)

    def _open(self, index: int) -> BinaryIO:
        try:
            return self._files.open(index)
        except OSError as error:
            raise InputError(f"can't read {self.sources[index].name!r}: {error.strerror or error}") from error

    def _watched(self, runs: Iterable[PairRun], streams: list[BinaryIO]) -> Iterator[PairRun]:
        """Yield the runs, and update ``bytes_read``."""
        sizes = [self._files.size(index) for index in range(len(streams))]
        try:
            for run in runs:
                self.bytes_read = sum(
                    stream.tell() for stream, size in zip(streams, sizes, strict=True) if size is not None
                )
                yield run
        except OSError as error:
            names = " or ".join(repr(source.name) for source in self.sources)
            raise InputError(f"can't read {names}: {error.strerror or error}") from error
        self.bytes_read = sum(size or 0 for size in sizes)


def _two(names: str | Sequence[str | int] | None, what: str) -> tuple[str, str] | None:
    if names is None:
        return None
    parts = [part.strip() for part in names.split(",")] if isinstance(names, str) else [str(name) for name in names]
    if len(parts) != 2 or not all(parts):
        raise ParameterError(f"{what} is {names!r}: expected two, for source and translation, such as src,trg")
    return parts[0], parts[1]


def _one_source(name: StrPath) -> Source:
    if os.path.isdir(name):
        raise InputError(f"{os.fspath(name)!r} is a folder: give a file")
    sources = find_sources([name])
    if len(sources) != 1:
        raise InputError(f"{os.fspath(name)!r} matches {len(sources)} files: give one")
    return sources[0]
