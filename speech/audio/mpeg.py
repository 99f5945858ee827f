"""Frames of MPEG audio (ISO 11172-3, 13818-3), and the boxes of MP4 files (ISO 14496-12).

A frame states its size; a tag, Xing's or Fraunhofer's, in a first frame without sound states the length of a file.
"""

from __future__ import annotations

import os
import re
from typing import IO

_SYNC = re.compile(rb"\xff[\xe2-\xff].{2,40}?(Xing|Info|VBRI)", re.DOTALL)


_KBITS = {  # by version (1, or 2 and 2.5) and layer
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_KBITS[2, 3] = _KBITS[2, 2]
_FIRST = 4096  # bytes
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def frame_size(frame: bytes) -> int:
    """Return the size in bytes that the header of a frame states, or 0 if it states none.

    Examples
    --------
    >>> frame_size(b"\\xff\\xfb\\x90\\xc4")  # 128 kbit/s at 44.1 kHz
    417
    """
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return 0
    version, layer = frame[1] >> 3 & 3, 4 - (frame[1] >> 1 & 3)
    rate, kbits = frame[2] >> 2 & 3, frame[2] >> 4
    if version == 1 or layer == 4 or rate == 3 or kbits in (0, 15):
        return 0
    generation = 1 if version == 3 else 2
    bits, sr, padding = 1000 * _KBITS[generation, layer][kbits], _RATES[version][rate], frame[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // sr + padding) * 4
    return (72 if generation == 2 and layer == 3 else 144) * bits // sr + padding


def has_tag(frame: bytes) -> bool:
    """Whether a frame begins with an ID3 tag, or states the length of a file."""
    return frame[0] != 0xFF or any(frame.find(name, 4, 48) > 0 for name in (b"Xing", b"Info", b"VBRI"))


def stated_length(frames: bytes) -> int | None:
    """Return the number of samples that a tag in ``frames`` states.

    Parameters
    ----------
    frames : bytes
        A frame, or the beginning of a file. An ID3 tag may precede it.

    Returns
    -------
    int or None
        Samples per channel, without the encoder's delay and padding; 0 if there is a tag without a length; None if
        there is no tag.

    Examples
    --------
    >>> stated_length(b"\\xff\\xfb\\x90\\xc4" + bytes(32) + b"Xing" + bytes([0, 0, 0, 1, 0, 0, 0, 100]))
    115200
    """
    start = after_id3(frames)
    found = _SYNC.match(frames, start)
    if found is None:
        return None
    at, is_first_version = found.start(1), bool(frames[start + 1] & 8)
    per_frame = 1152 if is_first_version else 576
    if found[1] == b"VBRI":
        return int.from_bytes(frames[at + 14 : at + 18], "big") * per_frame
    flags = int.from_bytes(frames[at + 4 : at + 8], "big")
    if not flags & 1:
        return 0
    count = int.from_bytes(frames[at + 8 : at + 12], "big")
    lame = at + 8 + 4 * bool(flags & 1) + 4 * bool(flags & 2) + 100 * bool(flags & 4) + 4 * bool(flags & 8)
    trims = (
        int.from_bytes(frames[lame + 21 : lame + 24], "big")
        if frames[lame : lame + 4] in (b"LAME", b"Lavc", b"Lavf")
        else 0
    )
    return max(0, count * per_frame - (trims >> 12) - (trims & 0xFFF))


def after_id3(content: bytes) -> int:
    """Return where the first frame begins, after ID3v2 tags and zeros."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        size = 0
        for byte in content[at + 6 : at + 10]:
            size = size << 7 | (byte & 0x7F)
        at += 10 + size + 10 * bool(content[at + 5] & 0x10)
    while content[at : at + 1] == b"\0":
        at += 1
    return at


def beginning(file: IO[bytes]) -> bytes:
    """Return the first frames of a file of MPEG audio, without the ID3 tag before them, which may hold pictures."""
    head = file.read(_FIRST)
    start = after_id3(head)
    file.seek(start)
    return file.read(_FIRST)


def mp4_boxes(file: IO[bytes]) -> tuple[int, int]:
    """Return the number of indexes (``moov``) of a file, and the bytes of its media data (``mdat``)."""
    size = file.seek(0, os.SEEK_END)
    at = indexes = media = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        body = 8
        if length == 1:
            length, body = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = size - at
        if length < body:
            break
        indexes += name == b"moov"
        media += (min(length, size - at) - body) * (name == b"mdat")
        at += length
    return indexes, media
