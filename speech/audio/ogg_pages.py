"""The pages of an Ogg file (RFC 3533): which streams it holds, how long they are, and whether a page is damaged.

Every page has a checksum and a number, so damage and loss are found without decoding.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from dataclasses import dataclass, field
from typing import IO

_PAGE = struct.Struct("<4sBBqIIIB")
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_LIVE = 60  # seconds; a stream whose first page is later than this was recorded from the middle of a broadcast
_MARGIN = 2  # seconds of pages that are read beyond a part
_CODECS = {b"\x01vorbis": "vorbis", b"OpusHead": "opus", b"\x7fFLAC": "flac", b"Speex   ": "speex"}


@dataclass
class OggStream:
    """A logical stream.

    Attributes
    ----------
    codec : str
        "vorbis", "opus", "flac", "speex", or empty for anything else.
    sr : int
        Samples a second that positions count.
    skipped : int
        Samples at the beginning that are not played.
    first, before_last, last : int
        Positions of the first page with samples and of the last two, in samples.
    pages : int
        Number of the next page.
    ended : bool
        Whether the last page was found.
    """

    codec: str
    sr: int
    skipped: int = 0
    first: int = 0
    before_last: int = 0
    last: int = 0
    pages: int = 0
    ended: bool = False

    @property
    def length(self) -> int | None:
        """Length in samples, or None if it is unknown."""
        known = self.ended and self.sr and self.first <= _LIVE * self.sr
        return max(0, self.last - self.skipped) if known else None


@dataclass
class OggPages:
    """Findings of a pass over the pages.

    Attributes
    ----------
    streams : list of OggStream
    damage : str
        The first damage; empty if there is none.
    rest : int
        Bytes behind the last page.
    """

    streams: list[OggStream] = field(default_factory=list)
    damage: str = ""
    rest: int = 0

    @property
    def sound(self) -> list[OggStream]:
        """The streams of sound."""
        return [stream for stream in self.streams if stream.codec]

    @property
    def seconds(self) -> float | None:
        """Duration of all streams of sound, or None if it is unknown."""
        lengths = [(stream.length, stream.sr) for stream in self.sound]
        known = [length / sr for length, sr in lengths if length is not None]
        return sum(known) if known and len(known) == len(lengths) else None


def ogg_pages(file: IO[bytes], until: float = math.inf) -> OggPages:
    """Read the pages of a file from its current position, all or those of the seconds before ``until``."""
    found = OggPages()
    open_streams: dict[int, OggStream] = {}
    at, end, content = 0, 0, b""
    while True:
        content = content or file.read(1 << 16)
        if len(content) < 27 + 255:
            content += file.read(1 << 16)
        if not content:
            break
        size = _page_size(content)
        if size > len(content):
            content += file.read(max(1 << 16, size - len(content)))
        page = content[:size]
        if not size or len(page) < size or not _is_intact(page):
            if open_streams or not found.streams:
                found.damage = found.damage or f"the Ogg page at byte {at:,} is damaged"
            onward = content.find(b"OggS", 1)
            step = onward if onward > 0 else max(1, len(content) - 3)
            if onward < 0 and not (more := file.read(1 << 16)):
                break
            if onward < 0:
                content += more
            content, at = content[step:], at + step
            continue
        problem = _take(page, found.streams, open_streams)
        found.damage = found.damage or problem
        content, at = content[size:], at + size
        end = at
        if any(stream.last > (until + _MARGIN) * stream.sr for stream in found.sound):
            return found
    if open_streams and not found.damage:
        found.damage = "has no last page"
    if not open_streams:
        found.rest = file.seek(0, os.SEEK_END) - end
    return found


def _page_size(content: bytes) -> int:
    """Return the size of the page at the beginning, or 0 if there is none."""
    if content[:4] != b"OggS" or len(content) < 27:
        return 0
    n = content[26]
    return 27 + n + sum(content[27 : 27 + n])


def _is_intact(page: bytes) -> bool:
    # Ogg's checksum is zlib's with the bits of each byte, and of the result, in the other order
    bare = page[:22] + bytes(4) + page[26:]
    sum_ = zlib.crc32(bare.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return sum_.to_bytes(4, "big").translate(_MIRRORED) == page[22:26]


def _take(page: bytes, streams: list[OggStream], open_streams: dict[int, OggStream]) -> str:
    """Note a page, and return what is wrong with its place."""
    _, _, flags, position, serial, number, _, n = _PAGE.unpack_from(page)
    problem = ""
    if flags & 2:
        stream = _stream(page[27 + n :])
        streams.append(stream)
        open_streams[serial] = stream
    stream_ = open_streams.get(serial)
    if stream_ is None:
        return "a page belongs to no stream"
    if number != stream_.pages:
        problem = f"Ogg page {stream_.pages:,} is missing"
    stream_.pages = number + 1
    if position > 0:
        stream_.first = stream_.first or position
        stream_.before_last, stream_.last = stream_.last, position
    if flags & 4:
        stream_.ended = True
        del open_streams[serial]
    return problem


def _stream(packet: bytes) -> OggStream:
    codec = next((name for magic, name in _CODECS.items() if packet.startswith(magic)), "")
    if codec == "vorbis":
        return OggStream(codec, int.from_bytes(packet[12:16], "little"))
    if codec == "opus":
        return OggStream(codec, 48000, skipped=int.from_bytes(packet[10:12], "little"))
    if codec == "flac":
        return OggStream(codec, int.from_bytes(packet[27:30], "big") >> 4)
    if codec == "speex":
        return OggStream(codec, int.from_bytes(packet[36:40], "little"))
    return OggStream("", 0)
