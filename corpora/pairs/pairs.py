"""`Pairs`: sentences with their translations, from two files or from one of any kind."""

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
"""What a file of pairs holds, by its suffix."""


class Pair(NamedTuple):
    """A text and its translation, the file they stand in, and the line at which they begin there (from 1)."""

    source: str
    number: int
    src: str
    trg: str


class PairBlock(NamedTuple):
    """Consecutive pairs of one file, as sequences of one length."""

    source: str
    numbers: Sequence[int]
    src: list[str]
    trg: list[str]


def holds_pairs(path: StrPath) -> bool:
    """Say whether the suffix of ``path`` is that of a file of pairs.

    Examples
    --------
    >>> holds_pairs("memory.tmx.gz"), holds_pairs("news.en")
    (True, False)
    """
    return os.path.splitext(strip_suffix(os.fspath(path)))[1].lower() in KINDS


class Pairs(Rereadable):
    """Pairs of sentences, read again at every pass.

    Nothing is held: memory does not grow with the files. Texts are as the files have them; empty ones too.

    Parameters
    ----------
    src, trg : str or path, optional
        Two files, or ``-`` for standard input in place of one: line n of one translates line n of the other.
    pairs : str or path, optional
        One file instead, or ``-``: .tsv, .csv, .jsonl, .tmx, .po by its suffix, after one of a compression (.gz, .bz2,
        .xz, .zst). Another suffix is read as TSV, or as JSON Lines if ``fields`` are given.
    from_, to : str, optional
        Codes of the two languages, where one file holds texts by language: TMX, JSON Lines
        (``{"translation": {"en": …, "de": …}}``), and tables whose columns are called so.
    columns : "A,B" or (str or int, str or int), optional
        Columns of a table, two names or two numbers (from 1). Unless told: ``src`` and ``trg``, or the only two.
    fields : "A,B" or (str, str), optional
        Fields of JSON Lines. Unless told: ``src`` and ``trg``.
    delimiter : str, optional
        The character between the columns of a table.
    encoding, decode_errors : str
        As in `nlpkit.corpora.decoding.Decoding`; ``skip`` leaves out the pair. TMX and PO name their encoding
        themselves, which counts unless another than UTF-8 is given.
    stdin : binary file, optional
        What ``-`` reads, instead of the process's own standard input.

    Attributes
    ----------
    sources : list of Source
    left_out : dict of str to int
        How many records the present pass has left out, by the reason.
    bytes_read : int
        Bytes of the files, as they lie on disk, that the present pass has read.

    Raises
    ------
    InputError, ParameterError
        If a file is missing, or the options don't go together. A pass raises InputError where a file is no such
        file, and at its end if two files haven't the same number of lines.

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
            raise ParameterError("columns are of a table and fields of JSON Lines: give one or the other")
        self._columns = _two(columns, "columns")
        self._fields = _two(fields, "fields")
        self._languages = from_, to
        if pairs is None and (self._columns or self._fields or delimiter):
            raise ParameterError("columns, fields and a delimiter are about one file of pairs, and there are two files")
        self._delimiter = delimiter
        self._decoding = Decoding(encoding, decode_errors)
        super().__init__([_one_source(name) for name in (src, trg, pairs) if name is not None], stdin)
        if len(self.sources) == 2 and all(source.path is None for source in self.sources):
            raise ParameterError("standard input can be one side only: give a file for the other")
        self._kind = "aligned" if pairs is None else self._kind_of(self.sources[0])
        if delimiter is not None:
            if self._kind != "table":
                raise ParameterError(f"a delimiter parts the columns of a table, and {self.sources[0].name} is none")
            delimiter_of(delimiter, "")
        self.left_out: dict[str, int] = {}

    def __iter__(self) -> Iterator[Pair]:
        for source, numbers, src, trg in self.blocks():
            yield from map(Pair, [source] * len(src), numbers, src, trg)

    def blocks(self) -> Iterator[PairBlock]:
        """Iterate over blocks of pairs with about a mebibyte of text each."""
        self._begin()
        left_out = LeftOut()
        self.left_out = left_out
        name = self.sources[0].name
        for run in self._aligned(left_out) if self._kind == "aligned" else self._one(left_out):
            yield PairBlock(name, *run)

    @property
    def skipped(self) -> int:
        """Pairs that the present pass has left out because they can't be decoded."""
        return self.left_out.get(UNDECODABLE, 0)

    def fingerprint(self) -> dict[str, object]:
        """Return what tells these pairs from others: names, sizes, times of the files, and the options."""
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
            raise InputError(f"{source.name}: pairs aren't read from Parquet; give .tsv, .csv, .jsonl, .tmx or .po")
        kind = KINDS.get(suffix, "json" if self._fields else "table")
        if self._columns and kind != "table":
            raise ParameterError(f"columns are those of a table, and {source.name} is none: leave --columns out")
        if self._fields and kind != "json":
            raise ParameterError(f"fields are those of JSON Lines, and {source.name} holds none: leave --fields out")
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
            yield from read_po(lines, name, encoding=decoding.encoding, left_out=left_out)
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
        """Yield the runs, and keep ``bytes_read``."""
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
        raise ParameterError(f"{what} is {names!r}: give two, the source's and the translation's, such as src,trg")
    return parts[0], parts[1]


def _one_source(name: StrPath) -> Source:
    if os.path.isdir(name):
        raise InputError(f"{os.fspath(name)!r} is a folder: give a file")
    sources = find_sources([name])
    if len(sources) != 1:
        raise InputError(f"{os.fspath(name)!r} stands for {len(sources)} files: give one")
    return sources[0]
