"""Plain text: one text per line, or one per file."""

from __future__ import annotations

from collections.abc import Iterator

from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.text_bytes import TextBytes, is_ascii_compatible, warn_of_utf_8

BLOCK_BYTES = 1 << 20


def read_lines(
    stream: ByteReader, path: str, decoding: Decoding, *, keep_ends: bool = False
) -> Iterator[tuple[int, list[str]]]:
    r"""Yield runs of lines, each with the number of its first line, counted from 1.

    Only ``\n`` and ``\r\n`` end a line, and ``\r`` in a file without ``\n``; text after the last line end is a line
    unless empty. Memory holds one block of 1 MiB, or the longest line. With ``keep_ends`` lines have their ends.

    Raises
    ------
    InputError
        At undecodable bytes, if ``decoding`` is strict.
    """
    data = TextBytes(stream, path, decoding)
    pending: list[bytes] = []
    number, offset = 1, data.offset
    while chunk := data.read(BLOCK_BYTES):
        end = chunk.rfind(b"\n") + 1
        if not end:
            pending.append(chunk)
            continue
        block, pending = b"".join([*pending, chunk[:end]]), [chunk[end:]]
        yield from _decode_block(block, data.codec, path, decoding, number, offset, keep_ends=keep_ends)
        number += block.count(b"\n")
        offset += len(block)
    yield from _decode_block(b"".join(pending), data.codec, path, decoding, number, offset, keep_ends=keep_ends)


def read_whole(stream: ByteReader, path: str, decoding: Decoding) -> Iterator[list[str]]:
    """Yield the stream as one text, or nothing if it is skipped."""
    pieces = []
    while piece := stream.read(BLOCK_BYTES):
        pieces.append(piece)
    data = b"".join(pieces)
    codec, offset = decoding.start(data[:4])
    if is_ascii_compatible(codec):
        warn_of_utf_8(data[offset : offset + BLOCK_BYTES], path, codec)
    try:
        text = decoding.decode(data[offset:], codec)
    except UnicodeDecodeError as error:
        if decoding.errors != "skip":
            raise decoding.refuse(error, path, line=None, offset=offset) from None
        decoding.skipped += 1
    else:
        yield [text]


def _decode_block(
    block: bytes, codec: str, path: str, decoding: Decoding, number: int, offset: int, *, keep_ends: bool
) -> Iterator[tuple[int, list[str]]]:
    try:
        text = decoding.decode(block, codec)
    except UnicodeDecodeError as error:
        if decoding.errors != "skip":
            line = number + block.count(b"\n", 0, error.start)
            raise decoding.refuse(error, path, line=line, offset=offset) from None
        yield from _decode_each(block, codec, decoding, number, keep_ends=keep_ends)
        return
    if "\r" in text and not keep_ends:
        text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    last = lines.pop()
    if keep_ends:
        lines = [f"{line}\n" for line in lines]
    if last:
        lines.append(last)
    if lines:
        yield number, lines


def _decode_each(
    block: bytes, codec: str, decoding: Decoding, number: int, *, keep_ends: bool
) -> Iterator[tuple[int, list[str]]]:
    """Decode a block line by line; skip and count undecodable lines."""
    run: list[str] = []
    lines = block.removesuffix(b"\n").split(b"\n")
    for index, line in enumerate(lines):
        try:
            text = line.decode(codec)
            has_end = keep_ends and (index < len(lines) - 1 or block.endswith(b"\n"))
            run.append(f"{text}\n" if has_end else text if keep_ends else text.removesuffix("\r"))
        except UnicodeDecodeError:
            decoding.skipped += 1
            if run:
                yield number + index - len(run), run
            run = []
    if run:
        yield number + len(lines) - len(run), run
