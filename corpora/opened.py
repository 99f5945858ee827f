"""A file or stream as what it holds: compressed data are decompressed, and content decides the rest."""

from __future__ import annotations

import io
import os
import tempfile
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
_SEEKABLE = ("zip", "parquet", "sheet")


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
        Whether what has to be seekable is copied into memory; if not, into a temporary file.

    Raises
    ------
    InputError
        If the suffix is that of another kind of file, or there is no room for a copy.
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
    if content.kind not in _SEEKABLE:
        return Opened(content, data)
    file = _seekable(stream, data, name, seekable=seekable, in_memory=in_memory)
    return Opened(content_of_zip(file) if content.kind == "zip" else content, file)


def _seekable(stream: Any, data: Peeked, name: str, *, seekable: bool, in_memory: bool) -> BinaryIO:
    if seekable:
        stream.seek(0)
        return stream
    copy: Any = io.BytesIO() if in_memory else tempfile.TemporaryFile()  # noqa: SIM115 (open as long as it is read)
    try:
        while piece := data.read(1 << 20):
            copy.write(piece)
        copy.seek(0)
    except OSError as error:
        raise InputError(
            f"{name}: cannot be copied to a temporary file ({error.strerror or error}); "
            "set TMPDIR to a folder with more space, or give a file that is not compressed"
        ) from error
    return copy
