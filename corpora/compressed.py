"""Decompression of .gz, .bz2, .xz and .zst files while they are read."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, Protocol

from nlpkit.errors import InputError

SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


class ByteReader(Protocol):
    """The interface of a stream that readers use."""

    def read(self, size: int, /) -> bytes: ...


def strip_suffix(name: str) -> str:
    """Return ``name`` without its compression suffix, if any.

    Examples
    --------
    >>> strip_suffix("reviews.jsonl.gz")
    'reviews.jsonl'
    """
    root, suffix = os.path.splitext(name)
    return root if suffix.lower() in SUFFIXES else name


def decompressed(stream: ByteReader, name: str, suffix: str | None = None) -> ByteReader:
    """Return the bytes of ``stream``, decompressed according to ``suffix``, or else the suffix of ``name``.

    Reading raises InputError if the data are truncated, damaged or in another format.
    """
    if suffix is None:
        suffix = os.path.splitext(name)[1].lower()
    return _Decompressed(stream, name, suffix) if suffix in SUFFIXES else stream


class _Decompressed:
    def __init__(self, stream: Any, name: str, suffix: str) -> None:
        self._data, self._failures = _open(stream, suffix)
        self._stream = stream
        self._name = name
        self._suffix = suffix

    def read(self, size: int, /) -> bytes:
        try:
            return self._data.read(size)
        except EOFError as error:
            with suppress(OSError, AttributeError):
                if self._stream.tell() == 0:
                    return b""
            raise InputError(
                f"{self._name!r} is truncated: the {self._suffix} data end too early; download it again"
            ) from error
        except self._failures as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"{self._name!r} is damaged or not a {self._suffix} file ({reason}); download it again or rename it"
            ) from error


def _open(stream: Any, suffix: str) -> tuple[Any, tuple[type[Exception], ...]]:
    """Return the decompressing stream and the exceptions that it raises on bad data."""
    if suffix == ".gz":
        import gzip
        import zlib

        return gzip.GzipFile(fileobj=stream, mode="rb"), (OSError, zlib.error)
    if suffix == ".bz2":
        import bz2

        return bz2.BZ2File(stream), (OSError, ValueError)
    if suffix == ".xz":
        import lzma

        return lzma.LZMAFile(stream), (OSError, lzma.LZMAError)
    import pyarrow

    return pyarrow.CompressedInputStream(pyarrow.PythonFile(_Borrowed(stream), mode="r"), "zstd"), (OSError,)


class _Borrowed:
    """A stream that its reader must not close."""

    closed = False

    def __init__(self, stream: ByteReader) -> None:
        self.read = stream.read

    def close(self) -> None:
        pass
