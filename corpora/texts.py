"""`Texts`: the texts of any number of inputs, of any kind, in a row."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple, cast

from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.paths import find_sources
from nlpkit.corpora.reader import Reader
from nlpkit.errors import InputError, ParameterError

BLOCK_CHARACTERS = 1 << 22

_PIECE_BYTES = 1 << 20
_ROW_CHARACTERS = 64  # what a row costs in memory beside its characters


class Row(NamedTuple):
    """A text and the name of the file it stands in."""

    source: str
    text: str


class Block(NamedTuple):
    """Consecutive rows, as two lists of one length."""

    sources: list[str]
    texts: list[str]


class Texts:
    """The texts of files, folders, globs and streams, read again at every pass.

    Nothing is held: memory does not grow with the inputs.

    Parameters
    ----------
    inputs : iterable of str or path
        Files, folders, globs, or ``-`` for standard input. The suffix says what a file holds (.jsonl, .csv,
        .tsv, .parquet, else lines), after one of a compression (.gz, .bz2, .xz, .zst).
    per : {"line", "file"}, optional
        Whether a text is a line (or record) or a whole file; unless told, a line for files and a file for
        folders.
    field : str, optional
        The JSON field that holds the text. Inputs of no known suffix are then JSON Lines.
    column : str, optional
        The column of a table that holds the text, a name, or a number (from 1) where there are no names.
        Inputs of no known suffix are then CSV.
    delimiter : str, optional
        The character between the columns of CSV and TSV; refused where no input is one.
    encoding, decode_errors : str
        As in `nlpkit.corpora.decoding.Decoding`.
    stdin : binary file, optional
        What ``-`` reads, instead of the process's own standard input.

    Attributes
    ----------
    sources : list of Source
    folders : list of str
        The inputs that are folders.
    bytes_read : int
        Bytes of the inputs, as they lie on disk, that the present pass has read.

    Raises
    ------
    InputError, ParameterError
        If an input is missing, or the options don't go together.

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
            raise ParameterError(f"per is {per!r}: choose line or file")
        records = field is not None or column is not None
        if records and per == "file":
            raise ParameterError("a field or a column is part of a record: leave it out, or read per line")
        self._decoding = Decoding(encoding, decode_errors)
        self._reader = Reader(field=field, column=column, delimiter=delimiter, decoding=self._decoding)
        named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
        self.folders = [os.fspath(name) for name in named if os.path.isdir(name)]
        self.sources = find_sources(named, per="line" if records else per)
        if delimiter is not None and not any(map(self._reader.reads_columns, self.sources)):
            raise ParameterError(
                f"a delimiter parts the columns of a table, and {self.sources[0].name} is read as none: "
                "give --column too, or leave --delimiter out"
            )
        self.bytes_read = 0
        self._stdin = stdin
        self._copies: dict[int, tuple[BinaryIO, str]] = {}
        self._begun = False

    def __enter__(self) -> Texts:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary copies of streams."""
        for file, _ in self._copies.values():
            file.close()
        self._copies.clear()

    def __iter__(self) -> Iterator[Row]:
        for source, run in self._runs():
            for text in run:
                yield Row(source, text)

    def texts(self) -> Iterator[str]:
        """Iterate over the texts alone."""
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
        """Texts that the present pass has left out because they can't be decoded."""
        return self._decoding.skipped

    @property
    def total_bytes(self) -> int | None:
        """Bytes of all inputs as they lie on disk; None while one of them is a stream."""
        total = 0
        for index in range(len(self.sources)):
            size = self._size(index)
            if size is None:
                return None
            total += size
        return total

    @property
    def is_stream(self) -> bool:
        """Whether only one pass can be made: an input is a stream, and `spool` was not called."""
        return self.total_bytes is None

    def spool(self) -> None:
        """Copy what can be read only once to temporary files, so that more passes can be made.

        Raises
        ------
        InputError
            If a stream can't be read, or there is no room for its copy.
        """
        for index, source in enumerate(self.sources):
            if self._size(index) is not None:
                continue
            digest = hashlib.sha256()
            copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 (close() closes it)
            try:
                with self._open(index) as stream:
                    while piece := stream.read(_PIECE_BYTES):
                        digest.update(piece)
                        copy.write(piece)
                copy.flush()
            except OSError as error:
                copy.close()
                raise InputError(
                    f"can't copy {source.name} to a temporary file ({error.strerror or error}); "
                    "set TMPDIR to a folder with more room, or give a file"
                ) from error
            self._copies[index] = (copy, digest.hexdigest())

    def fingerprint(self) -> dict[str, object]:
        """Return what tells these texts from others: names, sizes, times of the inputs, and the options.

        A stream is known by its content, once `spool` has copied it; before that by its name alone.
        """
        digest = hashlib.sha256()
        for index, source in enumerate(self.sources):
            state = self._copies[index][1] if index in self._copies else f"{source.size} {source.modified}"
            digest.update(f"{source.name}\0{source.whole}\0{state}\n".encode("utf-8", "surrogateescape"))
        return {
            "inputs": len(self.sources),
            "inputs_sha256": digest.hexdigest(),
            "field": self._reader.field,
            "column": self._reader.column,
            "delimiter": self._reader.delimiter,
            "encoding": self._decoding.encoding,
            "decode_errors": self._decoding.errors,
        }

    def _size(self, index: int) -> int | None:
        if index in self._copies:
            return os.fstat(self._copies[index][0].fileno()).st_size
        return self.sources[index].size

    def _open(self, index: int) -> BinaryIO:
        if index in self._copies:
            file = os.fdopen(os.dup(self._copies[index][0].fileno()), "rb")
            file.seek(0)
            return file
        source = self.sources[index]
        if source.path is None:
            if self._stdin is None and sys.stdin is None:
                raise InputError("standard input is closed: give a file, or a pipe")
            return cast(BinaryIO, _KeptOpen(self._stdin or sys.stdin.buffer))
        if source.size is None:
            return cast(BinaryIO, open(source.path, "rb", buffering=0))  # a wait for data ends at a signal
        return open(source.path, "rb")

    def _runs(self) -> Iterator[tuple[str, list[str]]]:
        """Yield runs of texts of one source, with its name."""
        if self._begun and self.is_stream:
            raise InputError("a stream can be read only once: give a file, or spool it before the first pass")
        self._begun = True
        self._decoding.skipped = 0
        done = 0
        for index, source in enumerate(self.sources):
            size = self._size(index)
            try:
                with self._open(index) as stream:
                    for run in self._reader.read(stream, source):
                        self.bytes_read = done if size is None else done + stream.tell()
                        yield source.name, run
            except OSError as error:
                raise InputError(f"can't read {source.name!r}: {error.strerror or error}") from error
            done += size or 0
        self.bytes_read = done


class _KeptOpen:
    """Standard input, which stays open when a pass ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read = getattr(stream, "raw", stream).read

    def __enter__(self) -> _KeptOpen:
        return self

    def __exit__(self, *exception: object) -> None:
        pass
