"""CSV and TSV: columns, names, ragged rows, and what is said of bad records."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from nlpkit.corpora import Pairs, Texts
from nlpkit.corpora.recordings import Recordings
from nlpkit.errors import InputError, Notice, ParameterError


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def read(content: str | bytes, column: str | None = None, *, name: str = "a.csv", **options: Any) -> list[Any]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Notice)
            return list(Texts([path], column=column, **options).texts())

    return read


def test_columns(read: Any) -> None:
    table = "id,text,2\n1,a,x\n2,b,y\n"
    assert read(table) == ["a", "b"]
    assert read(table, "id") == ["1", "2"]
    assert read(table, "2", header="no") == ["text", "a", "b"]
    assert read("review\na\n\nb\n") == ["a", "b"]
    assert read("text,id,text\na,1,b\n", "text#2") == ["b"]


def test_a_number_does_not_make_the_names_a_text(read: Any, tmp_path: Path) -> None:
    assert read("id,review\n1,good\n2,bad\n", "2") == ["good", "bad"]
    assert read("1,good\n2,bad\n", "2") == ["good", "bad"]
    assert read("id,review\n1,good\n", "2", header="no") == ["review", "good"]
    assert read("7,8\n1,good\n", "2", header="yes") == ["good"]
    assert read("good film\nbad film\n", header="no") == ["good film", "bad film"]
    (tmp_path / "c.csv").write_text("id,review\n1,good\n")
    with pytest.warns(Notice, match=r"the first line, 'id', 'review', is taken as the names of the columns; --header"):
        assert list(Texts([tmp_path / "c.csv"], column="2").texts()) == ["good"]
    (tmp_path / "b.csv").write_text("good film\nbad film\n")
    with pytest.warns(Notice, match=r"'good film', is taken as the name of the column; --header no reads it as a text"):
        assert list(Texts([tmp_path / "b.csv"]).texts()) == ["bad film"]


def test_quotes_hold_line_ends_delimiters_and_quotes(read: Any) -> None:
    assert read('text,id\n"a,\n""b""",1\n') == ['a,\n"b"']
    assert read('text,id\r\n"a\r\nb",1\r\n"c\nd",2\r\n') == ["a\r\nb", "c\nd"]
    assert read('text,id\n5" disk,1\na "b" c,2\n') == ['5" disk', 'a "b" c']
    assert read('text\tid\n"a\t1\nb"\t2\nc\td\n', name="a.tsv", quoting="none") == ['"a', 'b"', "c"]


def test_long_cells(read: Any) -> None:
    assert read(f"text,id\n{'x' * 3_000_000},1\n") == ["x" * 3_000_000]
    assert read(f'text,id\n"{"x, " * 900_000}",1\na,2\n') == ["x, " * 900_000, "a"]


@pytest.mark.parametrize(
    ("table", "column", "message"),
    [
        (
            "id,body\n1,a\n",
            None,
            "there is no column 'text'; set --column to a name or a number; the columns are 'id', 'body'",
        ),
        ("id,body\n1,a\n", "nope", "there is no column 'nope'; set --column to a name or a number"),
        ("id,text\n1,a\n2\n", None, "a.csv, line 3: found 1 column, expected 2: look for ',' within a cell, or for a"),
        ("id,text\n1,a\n2,b, c\n", None, "a.csv, line 3: found 3 columns, expected 2"),
        ("id,text\n1,a\n", "3", "there is no column 3; found 2"),
        ('text,id\n"never closed,1\n', None, "a quote is not closed; double the quotes within a quoted cell, or set"),
        ('text,id\n"a"b,1\n', None, "a.csv, line 2: there is text after a closing quote"),
        ("1,2\n3,4\n", "text", "there is no column 'text'"),
    ],
)
def test_bad_tables_are_named(read: Any, table: str, column: str | None, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(table, column)
    assert message in str(caught.value)


BAD = 'id,text\n1,a\n2,b, c\n3\n"4"x,d\n5,e\n"6,f\n7,g\n\n'


def test_bad_records_are_counted_by_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(BAD)
    texts = Texts([path], on_bad="skip")
    assert list(texts.texts()) == list(texts.texts()) == ["a", "e", "g"]
    assert texts.left_out == {"wrong number of columns": 2, "not well-formed": 2, "blank line": 1}
    assert texts.skipped == 5
    with pytest.raises(InputError, match=r"line 3: .*; --on-bad skip leaves it out"):
        list(Texts([path]).texts())
    with pytest.raises(ParameterError, match="on_bad is 'drop': expected one of error, skip"):
        Texts([path], on_bad="drop")


def test_a_bad_line_of_names(read: Any) -> None:
    with pytest.raises(InputError, match="line 1: there is text after a closing quote"):
        read('"id"x,text\n1,a\n', "2")
    with pytest.raises(InputError, match="line 1: a quote is not closed"):
        read('"id,text\n1,a\n')


def test_bad_records_of_pairs_and_of_manifests(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(BAD.replace("id,text", "src,trg"))
    pairs = Pairs(pairs=path, on_bad="skip")
    assert [(pair.number, pair.src, pair.trg) for pair in pairs] == [(2, "1", "a"), (6, "5", "e"), (8, "7", "g")]
    assert pairs.left_out == {"wrong number of columns": 2, "not well-formed": 2, "blank line": 1}
    (tmp_path / "a.wav").touch()
    (tmp_path / "manifest.csv").write_text("path,text\na.wav,rain, then sun\na.wav,rain\n")
    with pytest.raises(InputError, match=r"manifest\.csv, line 2: found 3 columns, expected 2"):
        list(Recordings(tmp_path))
    recordings = Recordings(tmp_path, on_bad="skip")
    assert [recording.text for recording in recordings] == ["rain"]
    assert recordings.left_out == {"wrong number of columns": 1}


def test_empty_cells_at_the_end_of_a_row_do_not_count(read: Any) -> None:
    assert read("id,text\n1,a,\n2,b,,\n3,c\n") == ["a", "b", "c"]
    assert read("id,text,,\n1,a\n2,b,,\n") == ["a", "b"]
    with pytest.raises(InputError, match="line 3: found 4 columns, expected 2"):
        read("id,text\n1,a,,\n2,b,,x\n")


def test_sep_line_blank_lines_and_byte_order_marks(read: Any) -> None:
    assert read("sep=;\r\nid;text\r\n1;a\r\n") == ["a"]
    assert read("\n\ntext,id\na,1\n") == ["a"]
    for encoding in ("utf-8-sig", "utf-16"):
        assert read("id;text\r\n1;größer\r\n".encode(encoding)) == ["größer"]
    assert read("id,text\r1,a\r2,b\r") == ["a", "b"]
    with pytest.raises(InputError, match="line 4: found 3 columns"):
        read("sep=;\nid;text\n1;a\n2;b;c\n")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "shift_jis", "gb18030", "cp037"])
def test_encodings(read: Any, encoding: str) -> None:
    text = "größer" if encoding in ("cp1252", "cp037") else "表, ソ\n雨"
    assert read(f'id,text\n1,"{text}"\n'.encode(encoding), encoding=encoding) == [text]


def test_delimiters_of_several_bytes(read: Any) -> None:
    assert read('id¦text\n1¦"a¦ é"\n2¦b\n', delimiter="¦") == ["a¦ é", "b"]
    assert read("id§text\n1§é\n".encode("latin-1"), delimiter="§", encoding="latin-1") == ["é"]


def test_bytes_that_are_no_text(read: Any, tmp_path: Path) -> None:
    table = b'id,text\n1,\xff\n2,"a\n\xe9"\n3,b\n'
    with pytest.raises(InputError, match=r"a\.csv, line 2, byte 10: 0xff is not utf-8; set --encoding"):
        read(table)
    assert read(table, decode_errors="replace") == ["\ufffd", "a\n\ufffd", "b"]
    assert read(table, "id") == ["1", "2", "3"]  # the other column is not read
    path = tmp_path / "a.csv"
    texts = Texts([path], decode_errors="skip")
    assert (list(texts.texts()), texts.left_out) == (["b"], {"can't be decoded": 2})
    path.write_bytes(table.replace(b"3,b", b"3"))
    with pytest.raises(InputError, match=r"a\.csv, line 5: found 1 column, expected 2"):
        list(Texts([path], decode_errors="skip").texts())
    path.write_bytes(b"\xff,text\ntext,id\na,1\n")
    with pytest.raises(InputError, match=r"a\.csv: the header cannot be decoded; set --encoding"):
        list(Texts([path], decode_errors="skip").texts())


def test_columns_count_from_1(read: Any) -> None:
    with pytest.raises(ParameterError, match="expected a number from 1"):
        read("a,b\n", "0")
    assert read("2019,2020\na,b\n", "2020") == ["b"]


def test_a_delimiter_is_for_tables(tmp_path: Path) -> None:
    for name in ("a.txt", "a.csv"):
        Path(tmp_path, name).write_text("text;id\na;1\n")
    for options in ({}, {"per": "file"}):
        with pytest.raises(ParameterError, match=r"a\.txt is not read as one: set --column too"):
            Texts([tmp_path / "a.txt"], delimiter=";", **options)
    assert list(Texts([tmp_path / "a.txt"], delimiter=";", column="text").texts()) == ["a"]
    assert list(Texts([tmp_path / "a.txt", tmp_path / "a.csv"], delimiter=";").texts()) == ["text;id", "a;1", "a"]


def test_kept_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,text,label\n007,"a, b",x\n008,c,\n')
    (block,) = Texts([path], keep="label,id").blocks()
    assert (block.texts, dict(block.kept)) == (["a, b", "c"], {"label": ["x", ""], "id": ["007", "008"]})
    with pytest.raises(InputError, match="there is no column 'stars'; set --keep"):
        list(Texts([path], keep=["stars"]).blocks())
    (tmp_path / "a.txt").write_text("one\n")
    for options in ({}, {"per": "file"}):
        with pytest.raises(InputError, match=r"a\.txt: is read as .*, without a column 'id' to keep; set --column"):
            list(Texts([tmp_path / "a.txt"], keep="id", **options).blocks())
    with pytest.raises(ParameterError, match="each once"):
        Texts([path], keep="id,id")


PAIRS = [
    ("a.csv", "English,German\nThe cat sleeps.,Die Katze schläft.\n", {}),
    ("a.csv", "sep=;\nsrc;trg\nThe cat sleeps.;Die Katze schläft.\n", {"delimiter": "semicolon"}),
    ("a.tsv", "de\ten\nDie Katze schläft.\tThe cat sleeps.\n", {"from_": "en", "to": "de"}),
    ("a.csv", "German,English\nDie Katze schläft.,The cat sleeps.\n", {"from_": "en", "to": "de"}),
    ("a.csv", "id;en;de\n1;The cat sleeps.;Die Katze schläft.\n", {"columns": "2,3"}),
    ("a.txt", "The cat sleeps.,Die Katze schläft.\n", {}),
    ("a.tsv", "src;trg\r\nThe cat sleeps.;Die Katze schläft.\r\n", {}),
    ("a.csv", "src,trg\rThe cat sleeps.,Die Katze schläft.\r", {}),
]


@pytest.mark.parametrize(("name", "content", "options"), PAIRS)
def test_pairs(tmp_path: Path, name: str, content: str, options: dict[str, str]) -> None:
    path = tmp_path / name
    path.write_text(content, newline="")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Notice)
        assert [(p.src, p.trg) for p in Pairs(pairs=path, **options)] == [("The cat sleeps.", "Die Katze schläft.")]
