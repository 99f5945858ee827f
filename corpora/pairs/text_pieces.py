"""A file as pieces of text, in an encoding that the file may declare."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.pairs.marked import MarkedDecoding
from nlpkit.errors import ParameterError

BLOCK_BYTES = 1 << 16


class Peeked:
    """A stream whose first bytes, ``head``, can be inspected before reading."""

    def __init__(self, stream: ByteReader) -> None:
        self._stream = stream
        self._waiting = b""
        while len(self._waiting) < BLOCK_BYTES and (piece := stream.read(BLOCK_BYTES)):
            self._waiting += piece
        self.head = self._waiting

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""
        if not self._waiting:
            return self._stream.read(size)
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        return piece


def declared(head: bytes, pattern: bytes, decoding: Decoding) -> Decoding:
    """Return ``decoding`` with the encoding that ``pattern`` finds in ``head``, if it is known.

    An encoding other than UTF-8 in ``decoding`` takes precedence, and so does a byte order mark.
    """
    if decoding.encoding != "utf-8" or head.startswith(codecs.BOM_UTF8):
        return decoding
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Decoding("utf-16", decoding.errors)
    found = re.search(pattern, head)
    if found is None:
        return decoding
    try:
        return Decoding(found[1].decode("ascii", "replace"), decoding.errors)
    except ParameterError:
        return decoding


def read_pieces(stream: Peeked, path: str, decoding: Decoding) -> Iterator[str]:
    """Yield the text of ``stream`` in pieces.

    Raises
    ------
    InputError
        At undecodable bytes, if ``decoding`` is strict.
    """
    codec, offset = decoding.start(stream.head[:4])
    if isinstance(decoding, MarkedDecoding):
        decoder = decoding.incremental(codec)
    else:
        decoder = codecs.getincrementaldecoder(codec)(decoding.errors)
    stream.read(offset)
    line = 1
    while True:
        data = stream.read(BLOCK_BYTES)
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].decode(codec, "replace").count("\n")
            raise decoding.refuse(error, path, line=line, offset=offset - held) from None
        line += text.count("\n")
        offset += len(data)
        if text:
            yield text
        if not data:
            return
