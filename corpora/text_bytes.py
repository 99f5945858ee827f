r"""Text as bytes in an ASCII-compatible encoding, in which ``\n`` ends a line."""

from __future__ import annotations

import codecs
import warnings
from functools import cache

from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.content import is_line
from nlpkit.corpora.decoding import MARK_ERRORS, Decoding

HEAD_BYTES = 1 << 20
"""Number of bytes at the start of a text that decide how it is read."""

UNPAIRED = "surrogatepass"


class TextBytes:
    r"""The bytes of a stream after its byte order mark.

    Encodings that are not compatible with ASCII, such as UTF-16, are converted to UTF-8. A ``\r`` becomes ``\n`` if the
    first MiB has ``\r`` and no ``\n``, as in files of the classic Mac OS.

    Parameters
    ----------
    stream : ByteReader
    path : str
        File name, for messages.
    decoding : Decoding

    Attributes
    ----------
    codec : str
        Encoding of the bytes.
    offset : int
        Bytes of the stream before the first one.
    """

    def __init__(self, stream: ByteReader, path: str, decoding: Decoding) -> None:
        self._stream = stream
        self._waiting = self._first_bytes(4)
        self.codec, self.offset = decoding.start(self._waiting)
        self._waiting = self._waiting[self.offset :]
        if not is_ascii_compatible(self.codec):
            self._stream = _Converted(_Rest(self._waiting, stream), path, decoding, self.codec, self.offset)
            self._waiting = b""
            self.codec = "utf-8"
        _check_zeros(self._waiting, path, decoding.encoding)
        goes_on = True
        while goes_on and b"\n" not in self._waiting and len(self._waiting) < HEAD_BYTES:
            goes_on = self._more()
        seen = self._waiting[:HEAD_BYTES]
        self._return_ends = b"\n" not in seen and b"\r" in (seen[:-1] if goes_on else seen)
        if self._return_ends:
            self._waiting = self._waiting.replace(b"\r", b"\n")
        warn_of_utf_8(self._waiting, path, self.codec)

    def head(self) -> bytes:
        """Return the first `HEAD_BYTES`, or fewer if the text ends before; they can still be read."""
        while len(self._waiting) < HEAD_BYTES and self._more():
            pass
        return self._waiting[:HEAD_BYTES]

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, about ``size``; none at the end."""
        if self._waiting:
            piece, self._waiting = self._waiting[:size], self._waiting[size:]
            return piece
        piece = self._stream.read(size)
        return piece.replace(b"\r", b"\n") if self._return_ends else piece

    def _more(self) -> bool:
        piece = self._stream.read(HEAD_BYTES)
        if getattr(self, "_return_ends", False):
            piece = piece.replace(b"\r", b"\n")
        self._waiting += piece
        return bool(piece)

    def _first_bytes(self, size: int) -> bytes:
        head = self._stream.read(HEAD_BYTES)
        while 0 < len(head) < size and not is_line(head) and (more := self._stream.read(HEAD_BYTES)):
            head += more
        return head


def _check_zeros(head: bytes, path: str, encoding: str) -> None:
    """Warn if every second byte is 0, as in UTF-16."""
    if head[:1000].count(0) * 5 > len(head[:1000]) * 2:
        warnings.warn(
            f"{path} is read as {encoding}, and looks like UTF-16 without a byte order mark: check --encoding",
            stacklevel=3,
        )


def warn_of_utf_8(head: bytes, path: str, codec: str) -> None:
    """Warn if a text that is read in another encoding is UTF-8, beyond ASCII."""
    if codec == "utf-8" or head.isascii():
        return
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return
    if not text.isascii():
        warnings.warn(f"{path} is read as {codec}, but it is valid UTF-8: check --encoding", stacklevel=3)


class _Rest:
    """Bytes that were read, and then a stream."""

    def __init__(self, waiting: bytes, stream: ByteReader) -> None:
        self._waiting = waiting
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        if self._waiting:
            piece, self._waiting = self._waiting, b""
            return piece
        return self._stream.read(size)


class _Converted:
    """A stream as UTF-8. Undecodable bytes become bytes that are not UTF-8 if texts that have them are skipped."""

    def __init__(self, stream: ByteReader, path: str, decoding: Decoding, codec: str, offset: int) -> None:
        errors = {"strict": "strict", "replace": "replace"}.get(decoding.errors, MARK_ERRORS)
        self._decoder = codecs.getincrementaldecoder(codec)(errors)
        self._stream = stream
        self._path = path
        self._decoding = decoding
        self._offset = offset
        self._line = 1
        self._codec = codec
        self._ended = False

    def read(self, size: int, /) -> bytes:
        while not self._ended:
            data = self._stream.read(size)
            self._ended = not data
            held = len(self._decoder.getstate()[0])
            try:
                text = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                line = self._line + error.object[: error.start].decode(self._codec, "replace").count("\n")
                offset = self._offset - held
                raise self._decoding.refuse(error, self._path, line=line, offset=offset) from None
            self._line += text.count("\n")
            self._offset += len(data)
            if text:
                return text.encode("utf-8", UNPAIRED)
        return b""


@cache
def is_ascii_compatible(codec: str) -> bool:
    """Whether each byte below 128 is the ASCII character of that number, wherever it stands.

    Examples
    --------
    >>> [is_ascii_compatible(codec) for codec in ("utf-8", "cp1252", "utf-16-le", "shift_jis")]
    [True, True, False, False]
    """
    if codec == "utf-8":
        return True
    characters = [bytes([byte]).decode(codec, "replace") for byte in range(256)]
    try:
        single = bytes(range(128)).decode(codec) == bytes(range(128)).decode("ascii")
    except UnicodeDecodeError:
        return False
    pairs = [bytes([byte, 0x41]).decode(codec, "replace") for byte in range(128, 256)]
    return single and all(map(_is_one, characters)) and all(pair.endswith("A") and len(pair) == 2 for pair in pairs)


def _is_one(character: str) -> bool:
    return len(character) == 1
