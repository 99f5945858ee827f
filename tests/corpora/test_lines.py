"""Lines: what ends one, how bytes become text, and what is said where they can't."""

from __future__ import annotations

import io
import re
import warnings

import pytest

from nlpkit.corpora import lines as lines_module
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.lines import read_lines, read_whole
from nlpkit.errors import InputError, ParameterError


def read(data: bytes, encoding: str = "utf-8", errors: str = "strict") -> list[str]:
    runs = read_lines(io.BytesIO(data), "a.txt", Decoding(encoding, errors))
    return [line for _, run in runs for line in run]


@pytest.fixture(params=[1, 2, 3, 5, 1 << 20])
def block_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(lines_module, "BLOCK_BYTES", request.param)
    return request.param


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\n\n", ["a", ""]),
        (b"\n\na", ["", "", "a"]),
        (b"a\r\nb\r\n", ["a", "b"]),
        (b"a\rb\n", ["a\rb"]),
        ("a\x0b\x0c\x1c\x85\u2028b\nc".encode(), ["a\x0b\x0c\x1c\x85\u2028b", "c"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("é\n日本\n".encode(), ["é", "日本"]),
    ],
)
def test_only_line_feeds_end_a_line(data: bytes, expected: list[str], block_bytes: int) -> None:
    assert read(data) == expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "gb18030", "cp037"])
def test_encodings(encoding: str) -> None:
    """U+0A0D and U+0D0A hold the bytes of line ends, and end no line."""
    text = "first line\n\nĀ\u0a0d\u0d0a second\nlast" if encoding[:3] in ("utf", "gb1") else "first\n\nlast é"
    assert read(text.encode(encoding), encoding) == text.split("\n")


def test_blocks_that_end_within_a_character_of_utf_16(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\u0a0d\n\u0a00\u0d0a\nĀ\n" * 20
    for size in (4, 6, 10, 14):
        monkeypatch.setattr(lines_module, "BLOCK_BYTES", size)
        assert read(text.encode("utf-16"), "utf-16") == text.split("\n")[:-1]


def test_undecodable_bytes_are_named_with_file_line_and_byte(block_bytes: int) -> None:
    with pytest.raises(InputError, match=re.escape("a.txt, line 3, byte 8: 0xff is not utf-8")):
        read(b"ab\ncd\nef\xffgh\nij\n")


def test_a_byte_order_mark_counts_among_the_bytes() -> None:
    with pytest.raises(InputError, match="line 2, byte 6"):
        read(b"\xef\xbb\xbfab\n\xff\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_decides_the_encoding(encoding: str) -> None:
    assert read("é\ntext\n".encode(encoding)) == ["é", "text"]


def test_carriage_returns_end_lines_where_nothing_else_does(block_bytes: int) -> None:
    assert read(b"a\rb\r\rc") == ["a", "b", "", "c"]
    assert read(b"a\rb\nc\rd") == ["a\rb", "c\rd"]
    assert read("a\rb\r".encode("utf-16"), "utf-16") == ["a", "b"]
    assert read(b"a\r") == ["a"]


def test_utf_8_that_is_read_as_another_encoding_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="is read as cp1252, but it is valid UTF-8: check --encoding"):
        read("grün\n".encode(), "cp1252")
    with pytest.warns(UserWarning, match="is read as iso8859-1, but it is valid UTF-8"):
        list(read_whole(io.BytesIO("grün".encode()), "a.txt", Decoding("latin-1")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read("grün\n".encode("cp1252"), "cp1252") == ["grün"]
        assert read(b"plain\n", "latin-1") == ["plain"]


def test_skip_drops_the_line_and_counts_it() -> None:
    decoding = Decoding(errors="skip")
    runs = list(read_lines(io.BytesIO(b"a\n\xff\nb\r\n\n\xfe\xff\nc"), "a.txt", decoding))
    assert runs == [(1, ["a"]), (3, ["b", ""]), (6, ["c"])]
    assert decoding.skipped == 2


def test_skip_in_utf_16() -> None:
    data = "a\n".encode("utf-16") + b"\x00\xd8" + "\nb\n".encode("utf-16-le")
    decoding = Decoding("utf-16", "skip")
    assert [line for _, run in read_lines(io.BytesIO(data), "a.txt", decoding) for line in run] == ["a", "b"]
    assert decoding.skipped == 1


def test_replace_keeps_the_line() -> None:
    assert read(b"a\xffb\n", errors="replace") == ["a\ufffdb"]


def test_whole_files() -> None:
    assert list(read_whole(io.BytesIO(b"\xef\xbb\xbfa\nb\n"), "a.txt", Decoding())) == [["a\nb\n"]]
    assert list(read_whole(io.BytesIO(b""), "a.txt", Decoding())) == [[""]]
    with pytest.raises(InputError, match=r"a\.txt, byte 1: 0xff"):
        list(read_whole(io.BytesIO(b"a\xff"), "a.txt", Decoding()))
    decoding = Decoding(errors="skip")
    assert list(read_whole(io.BytesIO(b"a\xff"), "a.txt", decoding)) == []
    assert decoding.skipped == 1


@pytest.mark.parametrize("encoding", ["no-such", "base64", "hex", "", "undefined"])
def test_unknown_encodings(encoding: str) -> None:
    with pytest.raises(ParameterError, match="text encoding is"):
        Decoding(encoding)


def test_unknown_treatment_of_errors() -> None:
    with pytest.raises(ParameterError, match="strict, replace, skip"):
        Decoding(errors="ignore")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "UTF-32LE", "utf-32-be"])
def test_a_byte_order_mark_is_no_text(encoding: str) -> None:
    assert read("\ufefftext\n".encode(encoding), encoding) == ["text"]


def test_utf_16_without_a_mark_is_warned_of() -> None:
    with pytest.warns(UserWarning, match="looks like UTF-16 without a byte order mark: check --encoding"):
        read("plain text\n".encode("utf-16-le"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(b"a\0b\nno other zero\n") == ["a\0b", "no other zero"]
