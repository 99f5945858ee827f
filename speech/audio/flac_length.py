"""The lengths that a FLAC file states (RFC 9639): in its header, and in its last frame, which says where it stands."""

from __future__ import annotations

import os
from typing import IO

_TAIL = 1 << 16
_SYNCS = (b"\xff\xf8", b"\xff\xf9")


def flac_seconds(file: IO[bytes]) -> float:
    """Return the duration in the header of a file, 0 if it has none."""
    file.seek(18)
    head = file.read(8)
    sr = int.from_bytes(head[:3], "big") >> 4
    return (int.from_bytes(head[3:], "big") & ((1 << 36) - 1)) / sr if sr else 0.0


def flac_lengths(file: IO[bytes]) -> tuple[int, int] | None:
    """Return the number of samples in the header of a file, and that up to the end of its last frame.

    None is returned if one of them is unknown.
    """
    file.seek(0)
    head = file.read(42)
    if len(head) < 42 or head[:4] != b"fLaC" or head[4] & 0x7F:
        return None
    named = int.from_bytes(head[21:26], "big") & ((1 << 36) - 1)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(42, size - _TAIL))
    tail = file.read()
    least, most = (int.from_bytes(head[at : at + 2], "big") for at in (8, 10))
    fixed = most if least == most else 0
    found = len(tail)
    while named and (found := max(tail.rfind(sync, 0, found + 1) for sync in _SYNCS)) >= 0:
        end = _end_of(tail[found : found + 16], fixed)
        if end is not None:
            return named, end
    return None


def _end_of(head: bytes, fixed: int) -> int | None:
    """Return the position after a frame in samples, or None if ``head`` is not the header of a frame."""
    if len(head) < 16 or head[2] >> 4 == 0 or head[2] & 15 == 15 or head[3] >> 4 > 10 or head[3] & 1:
        return None
    n = 8 - (head[4] ^ 0xFF).bit_length()  # leading ones, as in UTF-8
    if n == 1 or n > 7:
        return None
    number, at = head[4] & (0x7F >> n), 4 + max(1, n)
    for byte in head[5:at]:
        if byte >> 6 != 2:
            return None
        number = number << 6 | (byte & 0x3F)
    code, rate = head[2] >> 4, head[2] & 15
    extra = {6: 1, 7: 2}.get(code, 0)
    if extra:
        size = int.from_bytes(head[at : at + extra], "big") + 1
    else:
        size = 192 if code == 1 else 576 << (code - 2) if code < 6 else 256 << (code - 8)
    at += extra + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if _checksum(head[:at]) != head[at]:
        return None
    is_variable = head[1] & 1
    if not is_variable and not fixed:
        return None
    return (number if is_variable else number * fixed) + size


def _checksum(content: bytes) -> int:
    """Return the CRC-8 of the polynomial 0x07."""
    sum_ = 0
    for byte in content:
        sum_ ^= byte
        for _ in range(8):
            sum_ = (sum_ << 1 ^ 0x07) & 0xFF if sum_ & 0x80 else sum_ << 1
    return sum_
