"""Parquet: columns, and what is said of files that hold something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nlpkit.corpora import Texts
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


def test_what_can_not_be_read(table: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'nope'; set --column, the columns are 'id', 'body'"):
        read(table({"id": ["1"], "body": ["a"]}), "nope")
    with pytest.raises(InputError, match="the column 'text' holds int64, expected string"):
        read(table({"text": [1, 2]}))
    with pytest.raises(InputError, match=r"a\.parquet, row 2: the column 'text' holds null"):
        read(table({"text": ["a", None]}))
    from pyarrow import parquet

    twice = tmp_path / "twice.parquet"
    columns = [pyarrow.array(["a"]), pyarrow.array(["b"])]
    parquet.write_table(pyarrow.Table.from_arrays(columns, names=["text", "text"]), twice)
    with pytest.raises(InputError, match="there are 2 columns 'text'; rename all but one"):
        read(twice)
    other = tmp_path / "b.parquet"
    other.write_bytes(b"not a table at all")
    with pytest.raises(InputError, match=r"b\.parquet: not a Parquet file, or truncated"):
        read(other)
    with pytest.raises(InputError, match="use --per line"):
        list(Texts([table({"text": ["a"]})], per="file"))
