"""Sources as open files that can be read repeatedly; streams are copied to temporary files."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import Any, BinaryIO, Self, cast

from nlpkit.corpora.paths import Source
from nlpkit.errors import InputError

_PIECE_BYTES = 1 << 20


class SourceFiles:
    """Opens the sources of a corpus, and copies streams.

    Parameters
    ----------
    sources : sequence of Source
    stdin : binary file, optional
        Replacement for the standard input of the process.
    named : bool
        Whether the copies of streams have paths.
    """

    def __init__(self, sources: Sequence[Source], stdin: BinaryIO | None = None, *, named: bool = False) -> None:
        self.sources = sources
        self._stdin = stdin
        self._named = named
        self._copies: dict[int, tuple[BinaryIO, str]] = {}

    def close(self) -> None:
        """Remove the temporary copies."""
        for file, _ in self._copies.values():
            file.close()
        self._copies.clear()

    def size(self, index: int) -> int | None:
        """Return the size of a source on disk, or None for a stream."""
        if index in self._copies:
            return os.fstat(self._copies[index][0].fileno()).st_size
        return self.sources[index].size

    @property
    def total_bytes(self) -> int | None:
        """Size of all sources on disk; None while one is a stream."""
        total = 0
        for index in range(len(self.sources)):
            size = self.size(index)
            if size is None:
                return None
            total += size
        return total

    def open(self, index: int) -> BinaryIO:
        """Open a source at its beginning.

        Raises
        ------
        InputError
            If it is standard input and that is closed.
        """
        if index in self._copies:
            file = os.fdopen(os.dup(self._copies[index][0].fileno()), "rb")
            file.seek(0)
            return file
        source = self.sources[index]
        if source.path is None:
            if self._stdin is None and sys.stdin is None:
                raise InputError("standard input is closed: give a file or a pipe")
            return cast(BinaryIO, _KeptOpen(self._stdin or sys.stdin.buffer))
        if source.size is None:
            return cast(
                BinaryIO, open(source.path, "rb", buffering=0)
            )  # unbuffered, so that a signal interrupts the read
        return open(source.path, "rb")

    def path(self, index: int) -> str | None:
        """Return the path of a source, or of its copy; None for a stream without one."""
        return self._copies[index][0].name if index in self._copies else self.sources[index].path

    def spool(self) -> None:
        """Copy streams to temporary files, to allow several passes.

        Raises
        ------
        InputError
            If a stream cannot be read, or there is no space for its copy.
        """
        for index, source in enumerate(self.sources):
            if self.size(index) is not None:
                continue
            digest = hashlib.sha256()
            make: Any = tempfile.NamedTemporaryFile if self._named else tempfile.TemporaryFile
            copy = cast(BinaryIO, make())
            try:
                with self.open(index) as stream:
                    while piece := stream.read(_PIECE_BYTES):
                        digest.update(piece)
                        copy.write(piece)
                copy.flush()
            except OSError as error:
                copy.close()
                raise InputError(
                    f"cannot copy {source.name} to a temporary file ({error.strerror or error}); "
                    "set TMPDIR to a folder with more space, or give a file"
                ) from error
            self._copies[index] = (copy, digest.hexdigest())

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the sources: names, sizes and times.

        A stream is identified by its content after `spool`, before that by its name.
        """
        digest = hashlib.sha256()
        for index, source in enumerate(self.sources):
            state = self._copies[index][1] if index in self._copies else f"{source.size} {source.modified}"
            digest.update(f"{source.name}\0{source.whole}\0{state}\n".encode("utf-8", "surrogateescape"))
        return {"inputs": len(self.sources), "inputs_sha256": digest.hexdigest()}


class Rereadable:
    """Base of `nlpkit.corpora.Texts` and `nlpkit.corpora.Pairs`: sources that are read again in every pass.

    Parameters
    ----------
    sources : list of Source
    stdin : binary file, optional
        Replacement for the standard input of the process.
    named : bool
        Whether the copies of streams have paths.

    Attributes
    ----------
    sources : list of Source
    bytes_read : int
        Bytes on disk that the current pass has read.
    """

    def __init__(self, sources: list[Source], stdin: BinaryIO | None = None, *, named: bool = False) -> None:
        self.sources = sources
        self.bytes_read = 0
        self._files = SourceFiles(sources, stdin, named=named)
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._files.close()

    def close(self) -> None:
        """Remove the temporary copies of streams."""
        self._files.close()

    @property
    def total_bytes(self) -> int | None:
        """Size of all sources on disk; None while one is a stream."""
        return self._files.total_bytes

    @property
    def is_stream(self) -> bool:
        """Whether only one pass is possible: a source is a stream, and `spool` was not called."""
        return None in map(self._files.size, range(len(self.sources)))

    def spool(self) -> None:
        """Copy streams to temporary files, to allow several passes.

        Raises
        ------
        InputError
            If a stream cannot be read, or there is no space for its copy.
        """
        self._files.spool()

    def _begin(self) -> None:
        """Begin a pass."""
        if self._begun and self.is_stream:
            raise InputError("a stream can be read only once: give a file, or call spool() before the first pass")
        self._begun = True
        self.bytes_read = 0


class _KeptOpen:
    """Standard input, which stays open after a pass; a read returns what is there, what was peeked at too."""

    def __init__(self, stream: Any) -> None:
        self._read_all, self._read_some = stream.read, getattr(stream, "read1", stream.read)

    def read(self, size: int = -1) -> bytes:
        """Read at most ``size`` bytes, by one read of the system, or all."""
        return cast(bytes, self._read_all() if size < 0 else self._read_some(size))

    def __enter__(self) -> _KeptOpen:
        return self

    def __exit__(self, *exception: object) -> None:
        pass
