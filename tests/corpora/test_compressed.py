"""Compressed files: the same texts, and one line where they are damaged."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from nlpkit.corpora import Texts
from nlpkit.errors import InputError

TEXT = "".join(f"line {n} of a text, {n * n}\n" for n in range(20_000)).encode()


def zstandard(data: bytes) -> bytes:
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.compress(data, "zstd", asbytes=True)


COMPRESSIONS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard}


@pytest.fixture(params=COMPRESSIONS.items(), ids=list(COMPRESSIONS))
def compression(request: pytest.FixtureRequest) -> tuple[str, Callable[[bytes], bytes]]:
    return request.param


def test_the_same_texts(compression: tuple[str, Callable[[bytes], bytes]], tmp_path: Path) -> None:
    suffix, compress = compression
    path = tmp_path / f"a.txt{suffix.upper()}"
    path.write_bytes(compress(TEXT))
    texts = Texts([path])
    assert list(texts.texts()) == TEXT.decode().splitlines()
    assert texts.bytes_read == texts.total_bytes == path.stat().st_size


def test_the_suffix_before_it_says_what_is_inside(compression: tuple[str, Callable], tmp_path: Path) -> None:
    suffix, compress = compression
    path = tmp_path / f"a.csv{suffix}"
    path.write_bytes(compress(b"id,text\n1,one\n"))
    assert list(Texts([path]).texts()) == ["one"]


def test_damage_is_reported(compression: tuple[str, Callable], tmp_path: Path) -> None:
    suffix, compress = compression
    path = tmp_path / f"a.txt{suffix}"
    for data in (compress(TEXT)[:-2000], b"no compressed data, by no means", b"\0" * 50):
        path.write_bytes(data)
        with pytest.raises(InputError, match=r"(truncated|damaged)") as caught:
            list(Texts([path]).texts())
        assert str(path) in str(caught.value).replace("\\\\", "\\")
        assert "\n" not in str(caught.value)
