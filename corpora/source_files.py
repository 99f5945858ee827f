"""Sources as open files, which can be read again: a stream is copied to a temporary file."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import BinaryIO, Self, cast

from nlpkit.corpora.paths import Source
from nlpkit.errors import InputError

_PIECE_BYTES = 1 << 20


class SourceFiles:
    """Opens the sources of a corpus, and copies those that can be read only once.

    Parameters
    ----------
    sources : sequence of Source
    stdin : binary file, optional
        What a source without a path reads, instead of the process's own standard input.
    """

    def __init__(self, sources: Sequence[Source], stdin: BinaryIO | None = None) -> None:
        self.sources = sources
        self._stdin = stdin
        self._copies: dict[int, tuple[BinaryIO, str]] = {}

    def close(self) -> None:
        """Remove the temporary copies."""
        for file, _ in self._copies.values():
            file.close()
        self._copies.clear()

    def size(self, index: int) -> int | None:
        """Return the bytes of a source as they lie on disk, or None for a stream."""
        if index in self._copies:
            return os.fstat(self._copies[index][0].fileno()).st_size
        return self.sources[index].size

    @property
    def total_bytes(self) -> int | None:
        """Bytes of all sources as they lie on disk; None while one of them is a stream."""
        total = 0
        for index in range(len(self.sources)):
            size = self.size(index)
            if size is None:
                return None
            total += size
        return total

    def open(self, index: int) -> BinaryIO:
        """Return a source's bytes from their beginning.

        Raises
        ------
        InputError
            If it is standard input, and that is closed.
        """
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

    def spool(self) -> None:
        """Copy what can be read only once to temporary files, so that more passes can be made.

        Raises
        ------
        InputError
            If a stream can't be read, or there is no room for its copy.
        """
        for index, source in enumerate(self.sources):
            if self.size(index) is not None:
                continue
            digest = hashlib.sha256()
            copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 (close() closes it)
            try:
                with self.open(index) as stream:
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
        """Return what tells these sources from others: their names, sizes and times.

        A stream is known by its content, once `spool` has copied it; before that by its name alone.
        """
        digest = hashlib.sha256()
        for index, source in enumerate(self.sources):
            state = self._copies[index][1] if index in self._copies else f"{source.size} {source.modified}"
            digest.update(f"{source.name}\0{source.whole}\0{state}\n".encode("utf-8", "surrogateescape"))
        return {"inputs": len(self.sources), "inputs_sha256": digest.hexdigest()}


class Rereadable:
    """What is read from sources, again at every pass: the base of `nlpkit.corpora.Texts` and `nlpkit.corpora.Pairs`.

    Parameters
    ----------
    sources : list of Source
    stdin : binary file, optional
        What a source without a path reads, instead of the process's own standard input.

    Attributes
    ----------
    sources : list of Source
    bytes_read : int
        Bytes of the sources, as they lie on disk, that the present pass has read.
    """

    def __init__(self, sources: list[Source], stdin: BinaryIO | None = None) -> None:
        self.sources = sources
        self.bytes_read = 0
        self._files = SourceFiles(sources, stdin)
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary copies of streams."""
        self._files.close()

    @property
    def total_bytes(self) -> int | None:
        """Bytes of all sources as they lie on disk; None while one of them is a stream."""
        return self._files.total_bytes

    @property
    def is_stream(self) -> bool:
        """Whether only one pass can be made: a source is a stream, and `spool` was not called."""
        return self.total_bytes is None

    def spool(self) -> None:
        """Copy what can be read only once to temporary files, so that more passes can be made.

        Raises
        ------
        InputError
            If a stream can't be read, or there is no room for its copy.
        """
        self._files.spool()

    def _begin(self) -> None:
        """Begin a pass."""
        if self._begun and self.is_stream:
            raise InputError("a stream can be read only once: give a file, or spool it before the first pass")
        self._begun = True
        self.bytes_read = 0


class _KeptOpen:
    """Standard input, which stays open when a pass ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read = getattr(stream, "raw", stream).read

    def __enter__(self) -> _KeptOpen:
        return self

    def __exit__(self, *exception: object) -> None:
        pass
