"""The tag by which an MP3 file states its length: Xing's or Fraunhofer's, in a first frame that holds no sound."""

from __future__ import annotations

import re

_SYNC = re.compile(rb"\xff[\xe2-\xff].{2,40}?(Xing|Info|VBRI)", re.DOTALL)


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
    start = _after_id3(frames)
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


def _after_id3(content: bytes) -> int:
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
