"""Tags within MP3 files: ID3v2, APE, Lyrics3 and ID3v1 between and behind the recordings that were joined.

Decoders look for frames in them, and find some in pictures and in UTF-16.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from nlpkit.speech.audio.audio_path import Content, mapped
from nlpkit.speech.audio.mpeg import after_id3, frame_size

_ID3V1 = 128  # bytes


def mpeg_pieces(file: IO[bytes]) -> list[tuple[int, int]]:
    """Return place and size of the parts of a file that are no tags, or nothing if its tags are in their places.

    These are the beginning, and the end for an ID3v1 tag.

    Parameters
    ----------
    file : binary file
    """
    content = mapped(file)
    tags = sorted(tag for kind in (_id3, _ape, _lyrics, _id3v1) for tag in kind(content) if tag[0] > 0)
    pieces, at = [], 0
    for start, end in tags:
        if start > at:
            pieces.append((at, start - at))
        at = max(at, end)
    if at < len(content):
        pieces.append((at, len(content) - at))
    return pieces if len(pieces) > 1 or (pieces and len(content) - sum(pieces[0]) > _ID3V1) else []


def _places(content: Content, mark: bytes) -> Iterator[int]:
    at = content.find(mark)
    while at >= 0:
        yield at
        at = content.find(mark, at + 1)


def _begins(content: Content, at: int) -> bool:
    """Whether the file ends at a place, or goes on there with a frame or a tag."""
    rest = content[at : at + 8]
    return not rest.strip(b"\0") or frame_size(rest) > 0 or rest.startswith((b"ID3", b"TAG", b"APETAGEX", b"LYRICSBE"))


def _id3(content: Content) -> Iterator[tuple[int, int]]:
    for at in _places(content, b"ID3"):
        head = content[at : at + 10]
        if len(head) == 10 and 2 <= head[3] <= 4 and head[4] < 16 and max(head[6:]) < 128:
            end = at + after_id3(head)
            if _begins(content, end):
                yield at, end


def _ape(content: Content) -> Iterator[tuple[int, int]]:
    for at in _places(content, b"APETAGEX"):
        size, flags = (int.from_bytes(content[at + where : at + where + 4], "little") for where in (12, 20))
        start, end = (at, at + 32 + size) if flags >> 29 & 1 else (at + 32 - size, at + 32)
        if size >= 32 and start >= 0 and _begins(content, end):
            yield start, end


def _lyrics(content: Content) -> Iterator[tuple[int, int]]:
    for at in _places(content, b"LYRICSBEGIN"):
        found = {mark: content.find(mark, at) for mark in (b"LYRICS200", b"LYRICSEND")}
        ends = [place + len(mark) for mark, place in found.items() if place >= 0]
        if ends and _begins(content, min(ends)):
            yield at, min(ends)


def _id3v1(content: Content) -> Iterator[tuple[int, int]]:
    for at in _places(content, b"TAG"):
        if at + _ID3V1 <= len(content) and _begins(content, at + _ID3V1):
            yield at, at + _ID3V1
