"""Recognition of files by their first bytes."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from nlpkit.corpora.audio_content import ATOMS, is_text, sound_in
from nlpkit.corpora.compressed import ByteReader
from nlpkit.errors import InputError

HEAD_BYTES = 1 << 10

_PIECE_BYTES = 1 << 20

_COMPRESSED = {b"\x1f\x8b\x08": ".gz", b"\x28\xb5\x2f\xfd": ".zst", b"\xfd7zXZ\x00": ".xz"}
_TEXT_FROM_IT = "extract its text first"
_CLOSED = {
    b"%PDF-": ("a PDF file", _TEXT_FROM_IT),
    b"{\\rtf": ("an RTF document", "save it as plain text"),
    b"\x89PNG\r\n\x1a\n": ("a picture (PNG)", _TEXT_FROM_IT),
    b"\xff\xd8\xff": ("a picture (JPEG)", _TEXT_FROM_IT),
    b"GIF87a": ("a picture (GIF)", _TEXT_FROM_IT),
    b"GIF89a": ("a picture (GIF)", _TEXT_FROM_IT),
    b"II*\x00": ("a picture (TIFF)", _TEXT_FROM_IT),
    b"MM\x00*": ("a picture (TIFF)", _TEXT_FROM_IT),
    b"fLaC": ("audio (FLAC)", ""),
    b"OggS": ("audio (Ogg)", ""),
    b"ID3": ("audio (MP3)", ""),
    b"\xff\xfb": ("audio (MP3)", ""),
    b"FORM": ("audio (AIFF)", ""),
    b"caff": ("audio (CAF)", ""),
    b"\x1aE\xdf\xa3": ("a video or audio (Matroska, WebM)", ""),
    b"\x93NUMPY": ("a NumPy array", "give the texts instead"),
    b"\x89HDF\r\n\x1a\n": ("an HDF5 file", "export its texts first"),
    b"SQLite format 3\x00": ("an SQLite database", "export the table as CSV"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", "unpack it, and give the folder"),
    b"Rar!\x1a\x07": ("a RAR archive", "unpack it, and give the folder"),
    b"\x7fELF": ("a program", "give a text file"),
    b"ARROW1\x00\x00": ("an Arrow file", "write it as Parquet"),
    b"Obj\x01": ("an Avro file", "write it as Parquet or JSON Lines"),
    b"ORC": ("an ORC file", "write it as Parquet"),
}
_RIFF = {
    b"WAVE": ("audio (WAV)", ""),
    b"AVI ": ("a video (AVI)", ""),
    b"WEBP": ("a picture (WebP)", _TEXT_FROM_IT),
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICKLED_GENSIM = (
    "a pickle that gensim saved",
    "load it in gensim and export its vectors with model.wv.save_word2vec_format('vectors.bin', binary=True), "
    "because a pickle can run code",
)
_PICKLED = ("a pickle", "a pickle can run code, and is not read; write the texts as text or JSON Lines")
_SOUND = "--method logmel or mfcc of embed, and spectrogram, read sound"


@dataclass(frozen=True)
class Content:
    """Kind of a file.

    Attributes
    ----------
    kind : str
        ``"text"``, ``"parquet"``, ``"sheet"``, ``"zip"``, ``"tar"``, ``"compressed"`` or ``"closed"``.
    suffix : str
        Suffix of the compression.
    name : str
        Kind of a closed file, in words.
    remedy : str
        Advice for a closed file.
    """

    kind: str
    suffix: str = ""
    name: str = ""
    remedy: str = ""

    def refusal(self, path: str) -> InputError:
        """Return the exception for a file that is no text."""
        return InputError(f"{path}: is {self.name}, not text: {self.remedy}")


TEXT = Content("text")


def content_of(head: bytes) -> Content:
    """Return what begins with ``head``, of at least 1 KiB if the file has as much; ``"zip"`` for every zip file."""
    for mark, suffix in _COMPRESSED.items():
        if head.startswith(mark):
            return Content("compressed", suffix)
    if head[:3] == b"BZh" and head[4:10] == b"1AY&SY":
        return Content("compressed", ".bz2")
    if head.startswith(b"PAR1") and min(head) < 9:
        return Content("parquet")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Content("zip")
    if head[257:262] == b"ustar":
        return Content("tar")
    if head.startswith(_OLE):
        return Content("sheet", suffix=".xls")
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _closed(*_RIFF[head[8:12]])
    if head[4:8] == b"ftyp" and head[:2] == b"\0\0":
        return _closed("a video or audio (MP4)", "")
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return _closed(*(_PICKLED_GENSIM if b"gensim" in head else _PICKLED))
    for mark, (name, remedy) in _CLOSED.items():
        if head.startswith(mark) and (len(mark) > 4 or not mark.isascii() or b"\0" in head or not head.isascii()):
            return _closed(name, remedy)
    sound = sound_in(head)
    return _closed(f"audio ({sound})", "") if sound else TEXT


def not_sound(head: bytes) -> str:
    """Return what a file is that begins with ``head`` if it is certainly no sound, or an empty string.

    Examples
    --------
    >>> not_sound(b"some words"), not_sound(b"GIF89a\\x00"), not_sound(b"fLaC\\x00\\x00\\x00\\x22")
    ('text', 'a picture (GIF)', '')
    """
    if not head:
        return "empty"
    if sound_in(head):
        return ""
    if head[4:8] in ATOMS and not is_text(head):
        return "a picture (HEIF)"
    content = content_of(head[:1024])
    if content.kind == "closed":
        return "" if content.name.startswith("audio") else content.name
    if content.kind == "compressed":
        return f"a compressed file ({content.suffix})"
    if content.kind != "text":
        return {"zip": "a zip file", "tar": "a tar file", "parquet": "Parquet"}.get(content.kind, "an Office document")
    return "text" if is_text(head) else ""


def content_of_zip(stream: BinaryIO) -> Content:
    """Return what a zip file is: a spreadsheet, a document, or an archive."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return Content("zip")
    finally:
        stream.seek(0)
    if "[Content_Types].xml" in names:
        if any(name.startswith("xl/") for name in names):
            return Content("sheet")
        kind = "Word" if any(name.startswith("word/") for name in names) else "Office"
        return _closed(f"a document ({kind})", "save it as plain text")
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return Content("sheet")
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        return _closed("a document (OpenDocument)", "save it as plain text")
    if mimetype.startswith(b"application/epub"):
        return _closed("an e-book (EPUB)", _TEXT_FROM_IT)
    if names and all(name.endswith(".npy") for name in names):
        return _closed("a NumPy archive", "give the texts instead")
    return Content("zip")


def is_tmx(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is a translation memory (TMX)."""
    head = head.replace(b"\0", b"")
    return b"<tmx" in head and head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<")


class Peeked:
    """A stream whose first bytes can be looked at before they are read.

    Attributes
    ----------
    head : bytes
        The first `HEAD_BYTES`, or all if there are fewer; the first piece of a pipe if that has 4 bytes or is a line.
    """

    def __init__(self, stream: ByteReader) -> None:
        self._stream = stream
        self._waiting = stream.read(_PIECE_BYTES)  # a whole piece, so that a buffered file reads in whole pieces
        while 0 < len(self._waiting) < 4 and not is_line(self._waiting) and (piece := stream.read(_PIECE_BYTES)):
            self._waiting += piece
        self.head = self._waiting[:HEAD_BYTES]

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""
        if self._waiting:
            piece, self._waiting = self._waiting, b""
            if 0 <= size < len(piece):
                piece, self._waiting = piece[:size], piece[size:]
            return piece
        return self._stream.read(size)


def is_line(head: bytes) -> bool:
    """Whether bytes are a line of ASCII text: whoever sent it to a pipe may wait for an answer.

    Examples
    --------
    >>> is_line(b"no\\n"), is_line(b"no")
    (True, False)
    """
    return head.endswith(b"\n") and head.isascii() and min(head) > 8


def _closed(name: str, remedy: str) -> Content:
    return Content("closed", name=name, remedy=remedy or _SOUND)
