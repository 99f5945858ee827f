"""`Texts`: the texts of any number of inputs of any kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.paths import find_sources
from nlpkit.corpora.reader import Reader
from nlpkit.corpora.source_files import Rereadable
from nlpkit.errors import InputError, ParameterError

BLOCK_CHARACTERS = 1 << 22

_ROW_CHARACTERS = 64  # memory of a row in addition to its characters, in characters


class Row(NamedTuple):
    """A text and the name of its file."""

    source: str
    text: str


class Block(NamedTuple):
    """Consecutive rows, as two lists of the same length."""

    sources: list[str]
    texts: list[str]


class Texts(Rereadable):
    """The texts of files, folders, globs and streams, read again in every pass.

    Texts are streamed: memory use does not depend on the size of the inputs.

    Parameters
    ----------
    inputs : iterable of str or path
        Files, folders, globs, or ``-`` for standard input. The suffix determines the format (.jsonl, .csv, .tsv,
        .parquet, else lines); a compression suffix may follow (.gz, .bz2, .xz, .zst).
    per : {"line", "file"}, optional
        Whether a text is a line (or record) or a whole file; default: a line for files, a file for folders.
    field : str, optional
        JSON field of the text. Inputs with other suffixes are then read as JSON Lines.
    column : str, optional
        Column of the text: a name, or a number from 1 for tables without a header. Inputs with other suffixes are then
        read as CSV.
    delimiter : str, optional
        Delimiter of CSV and TSV; an error if no input is one.
    encoding, decode_errors : str
        See `nlpkit.corpora.decoding.Decoding`.
    stdin : binary file, optional
        Replacement for the standard input of the process.

    Attributes
    ----------
    sources : list of Source
    folders : list of str
        The inputs that are folders.
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
        encoding: str = "utf-8",
        decode_errors: str = "strict",
        stdin: BinaryIO | None = None,
    ) -> None:
        if per not in (None, "line", "file"):
            raise ParameterError(f"per is {per!r}: expected line or file")
        records = field is not None or column is not None
        if records and per == "file":
            raise ParameterError("a field or column needs per='line': remove it, or read per line")
        self._decoding = Decoding(encoding, decode_errors)
        self._reader = Reader(field=field, column=column, delimiter=delimiter, decoding=self._decoding)
        named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
        self.folders = [os.fspath(name) for name in named if os.path.isdir(name)]
        super().__init__(find_sources(named, per="line" if records else per), stdin)
        if delimiter is not None and not any(map(self._reader.reads_columns, self.sources)):
            raise ParameterError(
                f"a delimiter needs a table, but {self.sources[0].name} is not read as one: "
                "set --column too, or remove --delimiter"
            )

    def __iter__(self) -> Iterator[Row]:
        for source, run in self._runs():
            for text in run:
                yield Row(source, text)

    def texts(self) -> Iterator[str]:
        """Iterate over the texts without their sources."""
        for _, run in self._runs():
            yield from run

    def blocks(self, n_characters: int = BLOCK_CHARACTERS) -> Iterator[Block]:
        """Iterate over blocks of rows with about ``n_characters`` of text each."""
        sources: list[str] = []
        texts: list[str] = []
        characters = 0
        for source, run in self._runs():
            sources += [source] * len(run)
            texts += run
            characters += sum(map(len, run)) + _ROW_CHARACTERS * len(run)
            if characters >= n_characters:
                yield Block(sources, texts)
                sources, texts, characters = [], [], 0
        if texts:
            yield Block(sources, texts)

    @property
    def skipped(self) -> int:
        """Undecodable texts that the current pass has skipped."""
        return self._decoding.skipped

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the texts: names, sizes and times of the inputs, and the options.

        A stream is identified by its content after `spool`, before that by its name.
        """
        return {
            **self._files.fingerprint(),
            "field": self._reader.field,
            "column": self._reader.column,
            "delimiter": self._reader.delimiter,
            "encoding": self._decoding.encoding,
            "decode_errors": self._decoding.errors,
        }

    def _runs(self) -> Iterator[tuple[str, list[str]]]:
        """Yield runs of texts with the name of their source."""
        self._begin()
        self._decoding.skipped = 0
        done = 0
        for index, source in enumerate(self.sources):
            size = self._files.size(index)
            try:
                with self._files.open(index) as stream:
                    for run in self._reader.read(stream, source):
                        self.bytes_read = done if size is None else done + stream.tell()
                        yield source.name, run
            except OSError as error:
                raise InputError(f"can't read {source.name!r}: {error.strerror or error}") from error
            done += size or 0
        self.bytes_read = done
