"""A file or stream as what it holds: compressed data are decompressed, and content decides the rest."""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO, NamedTuple

from nlpkit.corpora.compressed import SUFFIXES, decompressed, strip_suffix
from nlpkit.corpora.content import Content, Peeked, content_of, content_of_zip
from nlpkit.errors import InputError

_BY_SUFFIX = {
    ".parquet": "a Parquet file",
    ".xlsx": "a spreadsheet",
    ".xls": "a spreadsheet",
    ".ods": "a spreadsheet",
    ".zip": "a zip file",
    ".tar": "a tar file",
}
_IN_WORDS = {"zip": "a zip file or spreadsheet", "parquet": "a Parquet file", "sheet": "a spreadsheet"}


class Opened(NamedTuple):
    """The content of a file, and its bytes: seekable if it is a Parquet file, a spreadsheet or a zip archive."""

    content: Content
    data: Any


def opened(stream: Any, name: str, path: str, *, seekable: bool, in_memory: bool = False) -> Opened:
    """Find out what a file holds.

    Parameters
    ----------
    stream : binary file
        Its bytes, from the beginning.
    name : str
        Its name in messages.
    path : str
        Its name, of which the suffix counts.
    seekable : bool
        Whether ``stream`` can be read at any place.
    in_memory : bool
        Whether what has to be seekable may be read into memory.

    Raises
    ------
    InputError
        If the content needs a seekable file, and the stream is none.
    """
    data = Peeked(stream)
    content = content_of(data.head)
    suffix = os.path.splitext(path)[1].lower()
    if content.kind == "compressed" or (suffix in SUFFIXES and data.head):
        data = Peeked(decompressed(data, name, content.suffix or suffix))
        content = content_of(data.head)
        seekable = False
    expected = _BY_SUFFIX.get(os.path.splitext(strip_suffix(path))[1].lower())
    if content.kind == "text" and expected is not None:
        raise InputError(f"{name}: not {expected}, or damaged; download it again, or rename it")
    if content.kind not in _IN_WORDS:
        return Opened(content, data)
    file = _seekable(stream, data, name, content, seekable=seekable, in_memory=in_memory)
    return Opened(content_of_zip(file) if content.kind == "zip" else content, file)


def _seekable(stream: Any, data: Peeked, name: str, content: Content, *, seekable: bool, in_memory: bool) -> BinaryIO:
    if seekable:
        stream.seek(0)
        return stream
    if in_memory:
        return io.BytesIO(b"".join(iter(lambda: data.read(1 << 20), b"")))
    kind = _IN_WORDS[content.kind]
    raise InputError(f"{name}: {kind} cannot be read from a stream or within a compressed file; give it as a file")
