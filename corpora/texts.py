"""`Texts`: the texts of any number of inputs of any kind."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from nlpkit.corpora.bad_records import UNDECODABLE, BadRecords, LeftOut
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.paths import find_sources
from nlpkit.corpora.reader import Reader
from nlpkit.corpora.selection import RECORD, Run, Selection
from nlpkit.corpora.source_files import Rereadable
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.text_column import DEFAULT_NAME
from nlpkit.errors import InputError, ParameterError

BLOCK_CHARACTERS = 1 << 22

_ROW_CHARACTERS = 64  # memory of a row in addition to its characters, in characters


class Row(NamedTuple):
    """A text and the name of its file."""

    source: str
    text: str


class Block(NamedTuple):
    """Consecutive rows, as lists of the same length: sources, texts, and the columns that are kept, by name.

    Whole records are the column `nlpkit.corpora.selection.RECORD`: a `nlpkit.corpora.tables.records.TableRow`, a value
    of JSON, or None for a line.
    """

    sources: list[str]
    texts: list[Any]
    kept: Mapping[str, list[Any]] = MappingProxyType({})

    def after(self, n: int) -> Block:
        """Return the block without its first ``n`` rows."""
        kept = {name: column[n:] for name, column in self.kept.items()}
        return Block(self.sources[n:], self.texts[n:], kept) if n else self


class Texts(Rereadable):
    """The texts of files, folders, globs and streams, read again in every pass.

    Texts are streamed: memory use does not depend on the size of the inputs.

    Parameters
    ----------
    inputs : iterable of str or path
        Files, folders, globs, or ``-`` for standard input. Content determines what a file is: text, a spreadsheet,
        Parquet, an archive (.zip, .tar), compressed (.gz, .bz2, .xz, .zst). Text is read by its suffix (.jsonl, .json,
        .csv, .tsv, else lines).
    per : {"line", "file"}, optional
        Whether a text is a line (or record) or a whole file; default: a line for files, a file for folders.
    field : str, optional
        JSON field of the text; ``data.text`` is a field within a field. Inputs with other suffixes are then read as
        JSON Lines.
    column : str, optional
        Column of the text: a name (``NAME#2`` is the second of that name), or a number from 1. Inputs with other
        suffixes are then read as CSV.
    delimiter, header, quoting, sheet : str, optional
        How tables are read; see `nlpkit.corpora.tables.options.TableOptions`.
    keep : str or sequence of str
        Columns or fields to keep beside the text: a list, or names separated by commas.
    label : str, optional
        The one of them that is the label; a text without it is treated like a text that is null.
    records : bool
        Whether whole records are kept instead, with all columns or fields.
    default : str
        Field or column that holds the text, if none is named.
    may_skip : bool
        Whether records may be skipped; if not, options that skip some are refused.
    numbers_as_text : bool
        Whether numbers of JSON and Parquet are texts, as they are written.
    nulls : {"error", "empty", "skip"}
        Treatment of a text that is null, absent, or an empty cell of a spreadsheet.
    on_bad : {"error", "skip"}
        Whether a record that cannot be read is an error, or is skipped and counted.
    encoding, decode_errors : str
        See `nlpkit.corpora.decoding.Decoding`.
    keep_ends : bool
        Whether lines of text keep their line ends.
    stdin : binary file, optional
        Replacement for the standard input of the process.

    Attributes
    ----------
    sources : list of Source
    folders : list of str
        The inputs that are folders.
    kept : tuple of str
        Names of the columns that are kept.
    left_out : dict of str to int
        Number of records that the current pass has skipped, by reason.
    bytes_read : int
        Bytes on disk that the current pass has read.

    Raises
    ------
    InputError, ParameterError
        If an input is missing, or options contradict each other.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("one\\ntwo\\n")
    ...     list(Texts([f"{folder}/*.txt"]).texts())
    ['one', 'two']
    """

    def __init__(
        self,
        inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        per: str | None = None,
        field: str | None = None,
        column: str | None = None,
        delimiter: str | None = None,
        header: str = "auto",
        quoting: str = "auto",
        sheet: str | None = None,
        keep: str | Sequence[str] = (),
        label: str | None = None,
        records: bool = False,
        default: str = DEFAULT_NAME,
        may_skip: bool = True,
        numbers_as_text: bool = False,
        nulls: str = "error",
        on_bad: str = "error",
        encoding: str = "utf-8",
        decode_errors: str = "strict",
        keep_ends: bool = False,
        stdin: BinaryIO | None = None,
    ) -> None:
        if per not in (None, "line", "file"):
            raise ParameterError(f"per is {per!r}: expected line or file")
        named_column = field is not None or column is not None
        if named_column and per == "file":
            raise ParameterError("a field or column needs per='line': remove it, or read per line")
        self._decoding = Decoding(encoding, decode_errors)
        if decode_errors == "skip" and not may_skip:
            raise ParameterError(
                "decode_errors is 'skip', but the lines of all files have to correspond: use 'replace'"
            )
        self._bad = BadRecords(LeftOut(), on_bad=on_bad, nulls=nulls, may_skip=may_skip)
        self.kept = (RECORD,) if records else _names(keep)
        self._selection = Selection(
            field=field,
            column=column,
            keep=self.kept,
            label=label,
            default=default,
            numbers_as_text=numbers_as_text,
            table=TableOptions(delimiter=delimiter, header=header, quoting=quoting, sheet=sheet),
        )
        self._reader = Reader(self._selection, self._decoding, self._bad, keep_ends=keep_ends)
        named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
        self.folders = [os.fspath(name) for name in named if os.path.isdir(name)]
        super().__init__(find_sources(named, per="line" if named_column else per), stdin)
        if delimiter is not None and not any(map(self._reader.may_be_table, self.sources)):
            raise ParameterError(
                f"a delimiter needs a table, but {self.sources[0].name} is not read as one: "
                "set --column too, or remove --delimiter"
            )

    def __iter__(self) -> Iterator[Row]:
        for run in self._runs():
            for text in run.texts:
                yield Row(run.source, text)

    def texts(self) -> Iterator[Any]:
        """Iterate over the texts without their sources; a list of tokens is a text that is cut already."""
        return chain.from_iterable(run.texts for run in self._runs())

    def blocks(self, n_characters: int = BLOCK_CHARACTERS) -> Iterator[Block]:
        """Iterate over blocks of rows with about ``n_characters`` of text each."""
        block = Block([], [], {name: [] for name in self.kept})
        characters = 0
        for run in self._runs():
            block.sources.extend([run.source] * len(run.texts))
            block.texts.extend(run.texts)
            for name in self.kept:
                block.kept[name].extend(run.kept[name] if run.kept else [None] * len(run.texts))
            characters += sum(map(len, run.texts)) + _ROW_CHARACTERS * len(run.texts)
            if characters >= n_characters:
                yield block
                block, characters = Block([], [], {name: [] for name in self.kept}), 0
        if block.texts:
            yield block

    @property
    def left_out(self) -> LeftOut:
        """Number of records that the current pass has skipped, by reason."""
        counts = LeftOut(self._bad.left_out)
        counts.count(UNDECODABLE, self._decoding.skipped)
        return counts

    @property
    def skipped(self) -> int:
        """Number of records that the current pass has skipped."""
        return sum(self.left_out.values())

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the texts: names, sizes and times of the inputs, and the options.

        A stream is identified by its content after `spool`, before that by its name.
        """
        chosen = self._selection
        options = {
            "field": chosen.field,
            "column": chosen.column,
            "delimiter": chosen.table.delimiter,
            "encoding": self._decoding.encoding,
            "decode_errors": self._decoding.errors,
        }
        others = {
            "header": chosen.table.header,
            "quoting": chosen.table.quoting,
            "sheet": chosen.table.sheet,
            "keep": list(chosen.keep),
            "default": None if chosen.default == DEFAULT_NAME else chosen.default,
            "numbers_as_text": chosen.numbers_as_text,
            "nulls": self._bad.nulls,
            "on_bad": self._bad.on_bad,
        }
        given = {name: value for name, value in others.items() if value not in (None, "auto", [], False, "error")}
        return {**self._files.fingerprint(), **options, **given}

    def _runs(self) -> Iterator[Run]:
        """Yield runs of texts with the name of their source."""
        self._begin()
        self._decoding.skipped = 0
        self._bad.left_out.clear()
        self._reader.not_found = {name for name in self.kept if name != RECORD}
        done = 0
        for index, source in enumerate(self.sources):
            size = self._files.size(index)
            try:
                with self._files.open(index) as stream:
                    for run in self._reader.read(stream, source, size):
                        self.bytes_read = done if size is None else done + stream.tell()
                        yield run
            except OSError as error:
                raise InputError(f"can't read {source.name!r}: {error.strerror or error}") from error
            done += size or 0
        self.bytes_read = done
        for name in sorted(self._reader.not_found):
            warnings.warn(f"no text has a field {name!r}, which is to be kept: it is null everywhere", stacklevel=2)


def _names(keep: str | Sequence[str]) -> tuple[str, ...]:
    names = [name.strip() for name in keep.split(",")] if isinstance(keep, str) else list(keep)
    if not all(names) or len(set(names)) < len(names):
        raise ParameterError(f"keep is {keep!r}: expected names of columns, each once, such as id,label")
    return tuple(names)
