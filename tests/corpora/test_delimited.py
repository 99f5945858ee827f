"""CSV and TSV: columns by name and by number, quotes, and what is said of bad tables."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.corpora import Texts
from nlpkit.corpora.delimited import delimiter_of, read_delimited
from nlpkit.errors import InputError, ParameterError


def read(text: str, column: str | None = None, delimiter: str = ",") -> list[str]:
    lines = text.split("\n")
    runs = read_delimited([(1, lines[:-1])], "a.csv", column=column, delimiter=delimiter)
    return [found for run in runs for found in run]


def test_columns() -> None:
    table = "id,text,2\n1,a,x\n2,b,y\n"
    assert read(table) == ["a", "b"]
    assert read(table, "id") == ["1", "2"]
    assert read(table, "2") == ["text", "a", "b"]
    assert read("review\na\n\nb\n") == ["a", "b"]


def test_quotes_hold_line_ends_delimiters_and_quotes() -> None:
    assert read('text,id\n"a,\n""b""",1\n') == ['a,\n"b"']


def test_tabs_know_no_quotes() -> None:
    assert read('text\tid\n"a\t1\nb"\t2\n', delimiter="\t") == ['"a', 'b"']


@given(st.lists(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])), min_size=1))
def test_what_the_csv_module_writes_is_read(texts: list[str]) -> None:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["text", "id"])
    writer.writerows((text, index) for index, text in enumerate(texts))
    assert read(file.getvalue()) == texts


def test_long_fields() -> None:
    assert read(f"text,id\n{'x' * 300_000},1\n") == ["x" * 300_000]


@pytest.mark.parametrize(
    ("table", "column", "message"),
    [
        (
            "id,body\n1,a\n",
            None,
            "there is no column 'text'; give --column (a name or a number), there are 'id', 'body'",
        ),
        ("id,body\n1,a\n", "nope", "there is no column 'nope'"),
        ("id,text\n1,a\n2\n", None, "a.csv, line 3: found 1 columns, expected at least 2"),
        ("id,text\n1,a\n", "3", "line 1: found 2 columns, expected at least 3"),
        ('text,id\n"never closed,1\n', None, "a quote is not closed"),
        ('text,id\n"a"b,1\n', None, "a.csv, line 2: not well-formed CSV"),
    ],
)
def test_bad_tables_are_named(table: str, column: str | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(table, column)
    assert message in str(caught.value)


def test_columns_count_from_1() -> None:
    with pytest.raises(ParameterError, match="expected a number from 1"):
        read("a,b\n", "0")


def test_a_number_larger_than_there_are_columns_is_a_name() -> None:
    assert read("2019,2020\na,b\n", "2020") == ["b"]
    assert read("2,a,b\n1,c,d\n", "2") == ["a", "c"]
    assert read("0,1\na,b\n", "0") == ["a"]


def test_blank_lines_before_the_line_of_names() -> None:
    assert read("\n\ntext,id\na,1\n") == ["a"]


def test_skipped_lines_count(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n1,\xff\n2,\xff\n3,a\n4\n")
    with pytest.raises(InputError, match=r"a\.csv, line 5: found 1 columns, expected at least 2"):
        list(Texts([path], decode_errors="skip").texts())
    path.write_bytes(b'id,text\n1,\xff\n2,"a"b\n')
    with pytest.raises(InputError, match=r"a\.csv, line 3: not well-formed CSV"):
        list(Texts([path], decode_errors="skip").texts())


def test_a_line_of_names_is_not_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff,text\ntext,id\na,1\n")
    with pytest.raises(InputError, match=r"a\.csv: the header cannot be decoded; set --encoding"):
        list(Texts([path], decode_errors="skip").texts())
    assert list(Texts([path], column="2", decode_errors="skip").texts()) == ["id", "1"]


def test_a_delimiter_is_for_tables(tmp_path: Path) -> None:
    for name in ("a.txt", "a.csv"):
        Path(tmp_path, name).write_text("text;id\na;1\n")
    for options in ({}, {"per": "file"}):
        with pytest.raises(ParameterError, match=r"a\.txt is not read as one: set --column too"):
            Texts([tmp_path / "a.txt"], delimiter=";", **options)
    assert list(Texts([tmp_path / "a.txt"], delimiter=";", column="text").texts()) == ["a"]
    assert list(Texts([tmp_path / "a.txt", tmp_path / "a.csv"], delimiter=";").texts()) == ["text;id", "a;1", "a"]


def test_delimiters() -> None:
    assert [delimiter_of(None, name) for name in ("a.csv", "a.TSV", "a.tab")] == [",", "\t", "\t"]
    assert [delimiter_of(name, "a.csv") for name in ("tab", "semicolon", "|")] == ["\t", ";", "|"]
    for bad in ("", "ab", "\n", '"'):
        with pytest.raises(ParameterError, match="delimiter is"):
            delimiter_of(bad, "a.csv")
