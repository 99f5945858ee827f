"""Where the samples of a WAV file are: what its header says of it is often wrong, although the samples are all there.

Programs that write into a pipe cannot return to the header, recorders crash before they do, and files are joined.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import IO, Any

from nlpkit.errors import InputError

_FORMS = (b"RIFF", b"RF64", b"RIFX", b"BW64")
_NAME = re.compile(rb"[0-9A-Za-z_ -]{4}")
_OPEN_END = 0x7FFF0000  # a size of about 2 or 4 GB stands for an unknown one
_UNCOMPRESSED = (1, 3, 6, 7)  # encodings: integers, floats, A-law, mu-law
_OTHERS = (b"fLaC", b"OggS", b"ID3", b"FORM", b"caff", b".snd", b"\x1aE\xdf\xa3")  # first bytes of other formats
_SHORTEST = 44  # bytes of the shortest header; some programs add the size of the header to that of the samples


@dataclass
class WaveLayout:
    """The parts of a WAV file.

    Attributes
    ----------
    format : bytes
        Content of the chunk ``fmt``.
    order : {"little", "big"}
    pieces : list of (int, int)
        Place and size of the samples, in bytes.
    lacking : int
        Bytes of samples that the header promises and the file does not have.
    is_regular : bool
        Whether the header is right, so that every program reads the same samples.
    notice : str
        What the user should know; empty if nothing.
    """

    format: bytes = b""
    order: str = "little"
    pieces: list[tuple[int, int]] = field(default_factory=list)
    lacking: int = 0
    is_regular: bool = True
    notice: str = ""

    def number(self, at: int, size: int) -> int:
        """Return the number at a place of the chunk ``fmt``."""
        return int.from_bytes(self.format[at : at + size], "little" if self.order == "little" else "big")

    @property
    def tag(self) -> int:
        """Number of the encoding; that of the subformat if there is one."""
        tag = self.number(0, 2)
        return self.number(24, 2) if tag == 0xFFFE and len(self.format) >= 26 else tag

    @property
    def block(self) -> int:
        """Bytes that are decoded together: a sample of all channels, or a block of a compressed encoding."""
        return max(1, self.number(12, 2))

    @property
    def contradiction(self) -> str:
        """A contradiction in the format of uncompressed samples, or an empty string."""
        channels, bits = self.number(2, 2), self.number(14, 2)
        if self.tag not in _UNCOMPRESSED or not self.number(12, 2) or self.block == channels * -(-bits // 8):
            return ""
        return f"{channels} channels of {bits} bits do not make samples of {self.block} bytes"

    @property
    def size(self) -> int:
        """Bytes of samples."""
        return sum(size for _, size in self.pieces)


def wave_layout(file: IO[bytes], name: str) -> WaveLayout | None:
    """Find the samples of a WAV file.

    Parameters
    ----------
    file : binary file
        Open at any place.
    name : str
        Name of the file in messages.

    Returns
    -------
    WaveLayout, or None if the file is no WAV.

    Raises
    ------
    InputError
        If the file holds recordings of different formats.
    """
    size = file.seek(0, os.SEEK_END)
    if not _is_form(file, 0):
        return None
    found = WaveLayout(order="big" if _at(file, 0, 4) == b"RIFX" else "little")
    at, long_size = 12, None
    while at + 8 <= size:
        chunk, length = _chunk(file, at, found.order)
        start = at + 8
        if chunk in _FORMS and _is_form(file, at):
            found.is_regular = False
            at += 12
            continue
        if chunk == b"ds64":
            long_size = int.from_bytes(_at(file, start + 8, 8), "little")
        elif chunk == b"fmt ":
            content = _at(file, start, min(length, 1 << 16))
            if found.format and content[:16] != found.format[:16]:
                raise InputError(f"{name}: holds recordings of different formats one after another: split the file")
            found.format = content
        elif chunk == b"data":
            length = long_size if length == 0xFFFFFFFF and long_size else length
            length = _samples(file, found, start, length, size)
        at = _next(file, start + length, size)
    found.is_regular &= len(found.pieces) == 1 and not found.lacking
    return found


def _samples(file: IO[bytes], found: WaveLayout, start: int, length: int, size: int) -> int:
    """Add a piece of samples, and return its true size."""
    rest = size - start
    true = length
    if length > rest:
        true = rest
        lacking = length - rest
        if (
            length < _OPEN_END
            and lacking >= found.block
            and lacking not in (start, start - 8, _SHORTEST, _SHORTEST - 8)
        ):
            found.lacking += lacking
    elif not _continues(file, start + length, size):
        other = _at(file, start + length, 4)
        true = length if length and other.startswith(_OTHERS) else rest
        if true == length:
            found.notice = f"{rest - length:,} bytes behind the samples are not read: another recording; split the file"
        elif length:
            found.notice = f"the header states {length:,} bytes of samples, and there are {rest:,}: all are read"
    if true != length:
        found.is_regular = False
    found.pieces.append((start, true))
    return true


def _continues(file: IO[bytes], at: int, size: int) -> bool:
    """Whether the file ends at a place, or goes on there with whole chunks."""
    while size - at >= 8:
        at = _next(file, at, size)
        chunk, length = _chunk(file, at, "little")
        if chunk in _FORMS and _is_form(file, at):
            return True
        if not _NAME.fullmatch(chunk) or at + 8 + length > size:
            return chunk[:3] == b"TAG" and size - at == 128  # an ID3 tag
        at += 8 + length
    return True


def _next(file: IO[bytes], at: int, size: int) -> int:
    """Return where the next chunk begins: chunks of odd size are followed by a byte, but not in all files."""
    if at % 2 and at < size and (at + 8 > size or not _NAME.fullmatch(_at(file, at, 4))):
        return at + 1
    return at


def _is_form(file: IO[bytes], at: int) -> bool:
    head = _at(file, at, 12)
    return head[:4] in _FORMS and head[8:] == b"WAVE"


def _chunk(file: IO[bytes], at: int, order: str) -> tuple[bytes, int]:
    head = _at(file, at, 8)
    return head[:4], int.from_bytes(head[4:], "little" if order == "little" else "big")


def _at(file: IO[bytes], at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)


def right_header(layout: WaveLayout) -> bytes:
    """Return a header of one piece with all samples."""
    order: Any = layout.order
    content, size = layout.format + bytes(len(layout.format) % 2), layout.size
    whole = 20 + len(content) + size
    sizes = [min(number, 0xFFFFFFFF).to_bytes(4, order) for number in (whole, len(layout.format), size)]
    form = b"RIFF" if order == "little" else b"RIFX"
    return form + sizes[0] + b"WAVEfmt " + sizes[1] + content + b"data" + sizes[2]
