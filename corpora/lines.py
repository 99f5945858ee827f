"""Plain text: one text per line, or one per file."""

from __future__ import annotations

from collections.abc import Iterator

from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding

BLOCK_BYTES = 1 << 20


def read_lines(stream: ByteReader, path: str, decoding: Decoding) -> Iterator[tuple[int, list[str]]]:
    r"""Yield runs of lines, each with the number of its first line, counted from 1.

    Only ``\n`` and ``\r\n`` end a line; text after the last line end is a line unless empty. Memory holds one block of
    1 MiB, or the longest line.

    Raises
    ------
    InputError
        At undecodable bytes, if ``decoding`` is strict.
    """
    chunk = _head(stream)
    codec, offset = decoding.start(chunk)
    newline = "\n".encode(codec)
    pending: list[bytes] = [chunk[offset:]] if chunk else []
    number = 1
    while chunk:
        chunk = stream.read(BLOCK_BYTES)
        if chunk:
            end = _last_line_end(chunk, newline, sum(map(len, pending)))
            if not end:
                pending.append(chunk)
                continue
            block, pending = b"".join([*pending, chunk[:end]]), [chunk[end:]]
        else:
            block = b"".join(pending)
        yield from _decode_block(block, codec, newline, path, decoding, number, offset)
        number += _count(block, newline)
        offset += len(block)


def read_whole(stream: ByteReader, path: str, decoding: Decoding) -> Iterator[list[str]]:
    """Yield the stream as one text, or nothing if it is skipped."""
    pieces = []
    while piece := stream.read(BLOCK_BYTES):
        pieces.append(piece)
    data = b"".join(pieces)
    codec, offset = decoding.start(data[:4])
    try:
        text = decoding.decode(data[offset:], codec)
    except UnicodeDecodeError as error:
        if decoding.errors != "skip":
            raise decoding.refuse(error, path, line=None, offset=offset) from None
        decoding.skipped += 1
    else:
        yield [text]


def _head(stream: ByteReader) -> bytes:
    """Return the first block, with at least 4 bytes for a byte order mark if the stream has them."""
    head = stream.read(BLOCK_BYTES)
    while 0 < len(head) < 4 and (more := stream.read(BLOCK_BYTES)):
        head += more
    return head


def _decode_block(
    block: bytes, codec: str, newline: bytes, path: str, decoding: Decoding, number: int, offset: int
) -> Iterator[tuple[int, list[str]]]:
    try:
        text = decoding.decode(block, codec)
    except UnicodeDecodeError as error:
        if decoding.errors != "skip":
            line = number + _count(block[: error.start], newline)
            raise decoding.refuse(error, path, line=line, offset=offset) from None
        yield from _decode_each(block, codec, newline, decoding, number)
        return
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if lines:
        yield number, lines


def _decode_each(
    block: bytes, codec: str, newline: bytes, decoding: Decoding, number: int
) -> Iterator[tuple[int, list[str]]]:
    """Decode a block line by line; skip and count undecodable lines."""
    run: list[str] = []
    lines = _split(block, newline)
    for index, line in enumerate(lines):
        try:
            run.append(line.decode(codec).removesuffix("\r"))
        except UnicodeDecodeError:
            decoding.skipped += 1
            if run:
                yield number + index - len(run), run
            run = []
    if run:
        yield number + len(lines) - len(run), run


def _split(block: bytes, newline: bytes) -> list[bytes]:
    if len(newline) == 1:
        lines = block.split(newline)
    else:
        lines, begin, end = [], 0, _find(block, newline, 0)
        while end >= 0:
            lines.append(block[begin:end])
            begin = end + len(newline)
            end = _find(block, newline, begin)
        lines.append(block[begin:])
    return lines if lines[-1] else lines[:-1]


def _count(block: bytes, newline: bytes) -> int:
    if len(newline) == 1:
        return block.count(newline)
    return len(_split(block + newline, newline)) - 1


def _find(block: bytes, newline: bytes, begin: int) -> int:
    """Return the position of the next line end that is aligned to a code unit, or -1."""
    found = block.find(newline, begin)
    while found % len(newline) and found >= 0:
        found = block.find(newline, found + 1)
    return found


def _last_line_end(chunk: bytes, newline: bytes, before: int) -> int:
    """Return the end of the last line end in ``chunk``, or 0; ``before`` bytes precede the chunk."""
    width = len(newline)
    found = chunk.rfind(newline)
    while found >= 0 and (before + found) % width:
        found = chunk.rfind(newline, 0, found + width - 1)
    return found + width if found >= 0 else 0
