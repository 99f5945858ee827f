"""Parquet: columns, and what is said of files that hold something else."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from nlpkit.corpora import Pairs, Texts
from nlpkit.errors import InputError

pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture
def table(tmp_path: Path) -> Any:
    def write(columns: dict[str, Any]) -> Path:
        from pyarrow import parquet

        path = tmp_path / "a.parquet"
        parquet.write_table(pyarrow.table(columns), path, row_group_size=3)
        return path

    return write


def read(path: Path, column: str | None = None) -> list[str]:
    return list(Texts([path], column=column).texts())


def test_columns(table: Any) -> None:
    path = table({"id": list("1234567"), "text": list("abcdefg")})
    assert read(path) == list("abcdefg")
    assert read(path, "id") == read(path, "1") == list("1234567")


def test_kinds_of_strings(table: Any) -> None:
    kinds = [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()]
    for kind in [*kinds, pyarrow.dictionary(pyarrow.int32(), pyarrow.string())]:
        assert read(table({"words": pyarrow.array(["a", "é", "a"]).cast(kind)})) == ["a", "é", "a"]


def test_bytes_and_their_encoding(table: Any) -> None:
    path = table({"text": pyarrow.array(["größer".encode("latin-1"), b"a"])})
    assert list(Texts([path], encoding="latin-1").texts()) == ["größer", "a"]
    with pytest.raises(InputError, match=r"row 1: the text, byte 2: 0xf6 is not utf-8"):
        read(path)
    texts = Texts([path], decode_errors="skip")
    assert (list(texts.texts()), texts.left_out) == (["a"], {"can't be decoded": 1})
    dictionary = pyarrow.array([b"a", b"b", b"a"]).dictionary_encode()
    assert read(table({"text": dictionary})) == ["a", "b", "a"]


def test_nulls(table: Any) -> None:
    path = table({"text": ["a", None, "b"], "id": [1, 2, 3]})
    with pytest.raises(InputError, match=r"a\.parquet, row 2: the text is null; --nulls empty takes it as an empty"):
        read(path)
    assert list(Texts([path], nulls="empty").texts()) == ["a", "", "b"]
    texts = Texts([path], nulls="skip", keep="id")
    (block,) = texts.blocks()
    assert (block.texts, block.kept["id"], texts.left_out) == (["a", "b"], [1, 3], {"null": 1})


def test_numbers_tokens_and_columns_within_columns(table: Any) -> None:
    path = table({"text": [1, 2]})
    with pytest.raises(InputError, match="row 1: the text holds a number, expected a string; --numbers-as-text"):
        read(path)
    assert list(Texts([path], numbers_as_text=True).texts()) == ["1", "2"]
    assert read(table({"text": [["new york", "taxi"], []]})) == [["new york", "taxi"], []]
    path = table({"data": [{"text": "a", "id": 1}, {"text": "b", "id": 2}], "n": [1.5, None]})
    (block,) = Texts([path], column="data.text", keep=["data.id", "n"]).blocks()
    assert (block.texts, block.kept["data.id"], block.kept["n"]) == (["a", "b"], [1, 2], [1.5, None])


def test_pairs(table: Any) -> None:
    path = table({"id": [1, 2], "src": ["a", "b"], "trg": ["c", None]})
    pairs = Pairs(pairs=path, nulls="skip")
    assert [(pair.number, pair.src, pair.trg) for pair in pairs] == [(1, "a", "c")]
    assert pairs.left_out == {"null": 1}
    assert [pair.src for pair in Pairs(pairs=path, columns="src,id", numbers_as_text=True)] == ["a", "b"]


def test_what_can_not_be_read(table: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'nope'; set --column to a name or a number; the columns are 'id'"):
        read(table({"id": ["1"], "body": ["a"]}), "nope")
    from pyarrow import parquet

    twice = tmp_path / "twice.parquet"
    columns = [pyarrow.array(["a"]), pyarrow.array(["b"])]
    parquet.write_table(pyarrow.Table.from_arrays(columns, names=["text", "text"]), twice)
    with pytest.raises(InputError, match="2 columns have the name 'text'"):
        read(twice)
    other = tmp_path / "b.parquet"
    other.write_bytes(b"not a table at all")
    with pytest.raises(InputError, match=r"b\.parquet: not a Parquet file, or damaged"):
        read(other)
    other.write_bytes(b"PAR1\0, and then nothing of that kind")
    with pytest.raises(InputError, match=r"b\.parquet: not a Parquet file, or truncated"):
        read(other)
    with pytest.raises(InputError, match="use --per line"):
        list(Texts([table({"text": ["a"]})], per="file"))


def test_content_decides(table: Any, tmp_path: Path) -> None:
    path = table({"text": ["a", "b"]}).rename(tmp_path / "export")
    assert read(path) == ["a", "b"]
    with path.open("rb") as stream:
        assert list(Texts(["-"], stdin=stream).texts()) == ["a", "b"]
    packed = tmp_path / "a.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read(packed) == ["a", "b"]
