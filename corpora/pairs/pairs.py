"""`Pairs`: sentences with their translations, from two parallel files or one file of pairs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from nlpkit.corpora.bad_records import BadRecords, LeftOut
from nlpkit.corpora.compressed import strip_suffix
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.lines import read_lines
from nlpkit.corpora.pairs.aligned import lines_of, read_aligned
from nlpkit.corpora.pairs.po import DECLARED
from nlpkit.corpora.pairs.reader import KINDS, PairReader, PairSelection, archives_pairs
from nlpkit.corpora.pairs.run import UNDECODABLE, PairRun
from nlpkit.corpora.paths import Source, find_sources
from nlpkit.corpora.reader import ARCHIVES
from nlpkit.corpora.source_files import Rereadable
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.errors import InputError, ParameterError

__all__ = ["DECLARED", "KINDS", "UNDECODABLE", "Pair", "PairBlock", "Pairs", "holds_pairs"]

StrPath = str | os.PathLike[str]
Paths = StrPath | Sequence[StrPath]


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
    """Whether the suffix of ``path``, or of a member of an archive, is that of a file of pairs.

    Examples
    --------
    >>> holds_pairs("memory.tmx.gz"), holds_pairs("news.en")
    (True, False)
    """
    name = os.fspath(path)
    suffix = os.path.splitext(strip_suffix(name))[1].lower()
    return suffix in KINDS or (suffix in ARCHIVES and archives_pairs(name))


class Pairs(Rereadable):
    """Pairs of sentences, read again in every pass.

    Pairs are streamed: memory use does not depend on the size of the files. Texts are unchanged, empty ones included.

    Parameters
    ----------
    src, trg : path or sequence of paths, optional
        Two parallel files; one may be ``-`` for standard input. Line n of one translates line n of the other. Several
        files are read one after the other.
    pairs : path or sequence of paths, optional
        Files that hold both sides instead, or ``-``. Content determines what a file is: text, a spreadsheet, Parquet,
        an archive (.zip, .tar), compressed (.gz, .bz2, .xz, .zst). The suffix of text determines its format: .tsv,
        .csv, .jsonl, .json, .tmx, .po. Other suffixes are read as TSV, or as JSON Lines with ``fields``.
    from_, to : str, optional
        Language codes, for a file with texts by language: TMX, JSON Lines (``{"translation": {"en": …, "de": …}}``),
        and tables with these column names.
    columns : "A,B" or (str or int, str or int), optional
        Columns of a table, two names or two numbers (from 1); default: ``src`` and ``trg``, or the only two.
    fields : "A,B" or (str, str), optional
        Fields of JSON; default: ``src`` and ``trg``. ``data.src`` is a field within a field.
    delimiter, header, quoting, sheet : str, optional
        How tables are read; see `nlpkit.corpora.tables.options.TableOptions`.
    keep_tags : bool
        Whether formatting codes of TMX are kept.
    numbers_as_text : bool
        Whether numbers of JSON and Parquet are texts, as they are written.
    nulls : {"error", "empty", "skip"}
        Treatment of a side that is null, absent, or an empty cell of a spreadsheet.
    on_bad : {"error", "skip"}
        Whether a record that cannot be read is an error, or is skipped and counted.
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
        src: Paths | None = None,
        trg: Paths | None = None,
        pairs: Paths | None = None,
        *,
        from_: str | None = None,
        to: str | None = None,
        columns: str | Sequence[str | int] | None = None,
        fields: str | Sequence[str] | None = None,
        delimiter: str | None = None,
        header: str = "auto",
        quoting: str = "auto",
        sheet: str | None = None,
        keep_tags: bool = False,
        numbers_as_text: bool = False,
        nulls: str = "error",
        on_bad: str = "error",
        encoding: str = "utf-8",
        decode_errors: str = "strict",
        stdin: BinaryIO | None = None,
    ) -> None:
        one, other, both = _several(src), _several(trg), _several(pairs)
        if not both and not (one and other):
            raise ParameterError("give the pairs as two files (src and trg), or as one (pairs)")
        if both and (one or other):
            raise ParameterError("give either two files (src and trg), or one (pairs), not both")
        if len(one) != len(other):
            raise ParameterError(f"found {len(one)} src and {len(other)} trg: expected as many of one as of the other")
        if columns is not None and fields is not None:
            raise ParameterError("columns are for tables and fields for JSON Lines: give only one of them")
        self._selection = PairSelection(
            columns=_two(columns, "columns"),
            fields=_two(fields, "fields"),
            languages=(from_, to),
            keep_tags=keep_tags,
            numbers_as_text=numbers_as_text,
            table=TableOptions(delimiter=delimiter, header=header, quoting=quoting, sheet=sheet),
        )
        if one and (columns or fields or delimiter):
            raise ParameterError("columns, fields and delimiter need one file of pairs, but two files were given")
        self._decoding = Decoding(encoding, decode_errors)
        self._bad = BadRecords(LeftOut(), on_bad=on_bad, nulls=nulls)
        self._reader = PairReader(self._selection, self._decoding, self._bad)
        self._is_aligned = bool(one)
        named = [name for two in zip(one, other, strict=True) for name in two] if one else both
        super().__init__([_one_source(name) for name in named], stdin)
        if sum(source.path is None for source in self.sources) > 1:
            raise ParameterError("standard input can be given only once: give a file for the other")
        if both:
            for source in self.sources:
                self._reader.kind(source.path or "")

    def __iter__(self) -> Iterator[Pair]:
        for source, numbers, src, trg in self.blocks():
            yield from map(Pair, [source] * len(src), numbers, src, trg)

    def blocks(self) -> Iterator[PairBlock]:
        """Iterate over blocks of pairs with about 1 MiB of text each."""
        self._begin()
        self._bad.left_out.clear()
        done = 0
        step = 2 if self._is_aligned else 1
        for index in range(0, len(self.sources), step):
            sizes = [self._files.size(part) or 0 for part in range(index, index + step)]
            for name, run in self._aligned(index, done) if self._is_aligned else self._one(index, done):
                yield PairBlock(name, *run)
            done += sum(sizes)
        self.bytes_read = done

    @property
    def left_out(self) -> LeftOut:
        """Number of records that the current pass has skipped, by reason."""
        return self._bad.left_out

    @property
    def skipped(self) -> int:
        """Undecodable pairs that the current pass has skipped."""
        return self.left_out.get(UNDECODABLE, 0)

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the pairs: names, sizes and times of the files, and the options."""
        chosen = self._selection
        others = {
            "header": chosen.table.header,
            "quoting": chosen.table.quoting,
            "sheet": chosen.table.sheet,
            "keep_tags": chosen.keep_tags,
            "numbers_as_text": chosen.numbers_as_text,
            "nulls": self._bad.nulls,
            "on_bad": self._bad.on_bad,
        }
        return {
            **self._files.fingerprint(),
            "from": chosen.languages[0],
            "to": chosen.languages[1],
            "columns": chosen.columns and list(chosen.columns),
            "fields": chosen.fields and list(chosen.fields),
            "delimiter": chosen.table.delimiter,
            "encoding": self._decoding.encoding,
            "decode_errors": self._decoding.errors,
            **{name: value for name, value in others.items() if value not in (None, "auto", False, "error")},
        }

    def _aligned(self, index: int, done: int) -> Iterator[tuple[str, PairRun]]:
        sources = self.sources[index : index + 2]
        decodings = Decoding(*self._told), Decoding(*self._told)
        with self._open(index) as one, self._open(index + 1) as other:
            sides = [
                read_lines(lines_of(stream, source), source.name, decoding)
                for stream, source, decoding in zip((one, other), sources, decodings, strict=True)
            ]
            names = sources[0].name, sources[1].name
            runs = read_aligned(*sides, names=names, decodings=decodings, left_out=self._bad.left_out)
            yield from self._watched(((names[0], run) for run in runs), [one, other], index, done)

    @property
    def _told(self) -> tuple[str, str]:
        return self._decoding.encoding, self._decoding.errors

    def _one(self, index: int, done: int) -> Iterator[tuple[str, PairRun]]:
        with self._open(index) as stream:
            runs = self._reader.read(stream, self.sources[index], self._files.size(index))
            yield from self._watched(runs, [stream], index, done)

    def _open(self, index: int) -> BinaryIO:
        try:
            return self._files.open(index)
        except OSError as error:
            raise InputError(f"can't read {self.sources[index].name!r}: {error.strerror or error}") from error

    def _watched(
        self, runs: Iterable[tuple[str, PairRun]], streams: list[BinaryIO], index: int, done: int
    ) -> Iterator[tuple[str, PairRun]]:
        """Yield the runs, and update ``bytes_read``."""
        sizes = [self._files.size(index + part) for part in range(len(streams))]
        try:
            for run in runs:
                self.bytes_read = done + sum(
                    stream.tell() for stream, size in zip(streams, sizes, strict=True) if size is not None
                )
                yield run
        except OSError as error:
            names = " or ".join(repr(source.name) for source in self.sources[index : index + len(streams)])
            raise InputError(f"can't read {names}: {error.strerror or error}") from error


def _several(names: Paths | None) -> list[StrPath]:
    if names is None:
        return []
    return [names] if isinstance(names, str | os.PathLike) else list(names)


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
