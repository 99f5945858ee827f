"""``nlpkit translate`` into tables and JSON Lines that keep the rest of their input; the form is that of the suffix."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from nlpkit.corpora import Texts

pytest.importorskip("torch")

SHORT = ["--model", "model", "--beam", "1", "--max-extra", "3", "--max-ratio", "1", "--quiet"]
TEXTS = ["one two", 'say "three"', "four,\nfive", ""]
ROWS = [
    ["id", "text", "note, to self"],
    ["1", TEXTS[0], "a, b"],
    ["2", TEXTS[1], 'the "other" one'],
    ["3", TEXTS[2], " padded "],
    ["4", TEXTS[3], ""],
]


@pytest.fixture
def table(tmp_path: Path) -> str:
    with open(tmp_path / "in.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(ROWS)
    return "in.csv"


@pytest.fixture
def translations(run: Any, model: Any) -> list[str]:
    """The translations of `TEXTS`, by way of lines of JSON that have nothing to keep."""
    outcome = run("translate", *TEXTS, "--format", "jsonl", *SHORT)
    assert outcome.code == 0, outcome.err
    return [json.loads(line)["translation"] for line in outcome.out.splitlines()]


def rows_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter=delimiter, strict=True))


@pytest.mark.parametrize(("name", "delimiter"), [("out.csv", ","), ("out.tsv", "\t"), ("OUT.CSV", ",")])
def test_a_table_keeps_its_columns(
    run: Any, table: str, translations: list[str], tmp_path: Path, name: str, delimiter: str
) -> None:
    outcome = run("translate", "-i", table, "-o", name, *SHORT)
    assert (outcome.code, outcome.err) == (0, "")
    added = ["translation", *translations]
    assert rows_of(tmp_path / name, delimiter) == [[*row, cell] for row, cell in zip(ROWS, added, strict=True)]
    assert list(Texts(tmp_path / name, column="translation").texts()) == translations
    assert list(Texts(tmp_path / name, column="note, to self").texts()) == [row[2] for row in ROWS[1:]]


def test_tsv_without_quotes_stays_without(run: Any, model: Any, tmp_path: Path) -> None:
    (tmp_path / "in.tsv").write_text('text\tnote\none\tan "inner" quote, a comma\ntwo\t5" wide\n')
    outcome = run("translate", "-i", "in.tsv", "-o", "out.tsv", *SHORT)
    assert (outcome.code, outcome.err) == (0, "")
    lines = (tmp_path / "out.tsv").read_text().splitlines()
    assert lines[0] == "text\tnote\ttranslation"
    assert lines[1].startswith('one\tan "inner" quote, a comma\t')
    assert list(Texts(tmp_path / "out.tsv", column="note").texts()) == ['an "inner" quote, a comma', '5" wide']


def test_json_lines_keep_their_fields(run: Any, model: Any, tmp_path: Path) -> None:
    records = [
        {"data": {"text": "one", "n": [1, 2.5, None]}, "ok": True},
        {"other": "ü", "data": {"text": "two"}},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    options = ["-i", "in.jsonl", "--field", "data.text", *SHORT]
    assert run("translate", *options, "-o", "plain.txt").code == 0
    expected = (tmp_path / "plain.txt").read_text().splitlines()
    for into, output in ((None, "out.jsonl"), ("data.fr", "nested.jsonl"), ("x.y", "dotted.jsonl")):
        outcome = run("translate", *options, "-o", output, *([] if into is None else ["--into", into]))
        assert (outcome.code, outcome.err) == (0, "")
        found = [json.loads(line) for line in (tmp_path / output).read_text().splitlines()]
        for record, before, text in zip(found, records, expected, strict=True):
            if into == "data.fr":
                assert record == {**before, "data": {**before["data"], "fr": text}}  # type: ignore[dict-item]
            else:
                assert record == {**before, into or "translation": text}
                assert list(record) == [*before, into or "translation"]


def test_candidates_stand_beside_the_fields(run: Any, model: Any, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "one", "k": 1}\n')
    assert run("translate", "-i", "in.jsonl", *SHORT[:2], "--n-best", "2", *SHORT[4:], "-o", "out.jsonl").code == 0
    record = json.loads((tmp_path / "out.jsonl").read_text())
    assert list(record) == ["text", "k", "translation", "n_best"]
    assert record["n_best"][0]["text"] == record["translation"]
    assert len(record["n_best"]) == 2


def test_a_column_that_is_empty_is_filled_in_its_place(run: Any, model: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("de,text,id\n,one,1\n,two,2\n")
    outcome = run("translate", "-i", "in.csv", "--into", "de", "-o", "out.csv", *SHORT)
    assert (outcome.code, outcome.err) == (0, "")
    rows = rows_of(tmp_path / "out.csv")
    assert rows[0] == ["de", "text", "id"]
    assert [row[1:] for row in rows[1:]] == [["one", "1"], ["two", "2"]]
    assert all(row[0] for row in rows[1:])


def test_tables_without_names_and_semicolons(run: Any, model: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("one;1,5;x\ntwo;2,5;y\n")
    outcome = run(
        "translate",
        "-i",
        "in.csv",
        "--header",
        "no",
        "--column",
        "1",
        "--delimiter",
        "semicolon",
        "-o",
        "out.csv",
        *SHORT,
    )
    assert outcome.code == 0, outcome.err
    rows = rows_of(tmp_path / "out.csv")
    assert [row[:3] for row in rows] == [["one", "1,5", "x"], ["two", "2,5", "y"]]
    assert [len(row) for row in rows] == [4, 4]


def test_parquet_and_spreadsheets_become_tables(run: Any, model: Any, tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(
        pyarrow.table({"n": [1, None], "text": ["one", "two"], "tags": [["a"], []]}), tmp_path / "in.parquet"
    )
    assert run("translate", "-i", "in.parquet", "-o", "out.csv", *SHORT).code == 0
    assert [row[:3] for row in rows_of(tmp_path / "out.csv")] == [
        ["n", "text", "tags"],
        ["1", "one", '["a"]'],
        ["", "two", "[]"],
    ]
    assert run("translate", "-i", "in.parquet", "-o", "out.jsonl", *SHORT).code == 0
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [record["tags"] for record in records] == [["a"], []]
    pytest.importorskip("python_calamine")
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["text", "price", "note"], ["one", 2.5, None], ["two", 3, "a, b"]):
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    assert run("translate", "-i", "in.xlsx", "-o", "sheet.csv", *SHORT).code == 0
    assert [row[:3] for row in rows_of(tmp_path / "sheet.csv")] == [
        ["text", "price", "note"],
        ["one", "2.5", ""],
        ["two", "3", "a, b"],
    ]


def test_what_is_left_out_is_counted(run: Any, model: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n1,one\n2,two,three\n3,four\n")
    options = [*SHORT[:-1], "--on-bad", "skip"]
    outcome = run("translate", "-i", "in.csv", "-o", "out.csv", *options)
    assert outcome.code == 0
    assert "left out, wrong number of columns: 1" in outcome.err
    assert [row[0] for row in rows_of(tmp_path / "out.csv")] == ["id", "1", "3"]


def test_lines_become_a_table_too(run: Any, model: Any, tmp_path: Path) -> None:
    outcome = run("translate", "one, two", "", "--format", "csv", *SHORT)
    names, *rows = csv.reader(io.StringIO(outcome.out))
    assert names == ["id", "text", "translation", "score"]
    assert [row[:2] for row in rows] == [["0", "one, two"], ["1", ""]]
    assert float(rows[0][3]) < 0


@pytest.mark.parametrize("name", ["out.jsonl", "out.ndjson", "out.jsonl.gz"])
def test_the_suffix_decides(run: Any, model: Any, tmp_path: Path, name: str) -> None:
    assert run("translate", "one", "two", "-o", name, *SHORT).code == 0
    data = (tmp_path / name).read_bytes()
    lines = (gzip.decompress(data) if name.endswith(".gz") else data).decode().splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["one", "two"]


@pytest.mark.parametrize("name", ["out.de", "out.txt", "out", "out.v2"])
def test_other_suffixes_are_text(run: Any, model: Any, tmp_path: Path, name: str) -> None:
    assert run("translate", "one", "two", "-o", name, *SHORT).code == 0
    assert (tmp_path / name).read_text() == run("translate", "one", "two", *SHORT).out
    assert run("translate", "one", "two", "-o", "out.txt.gz", *SHORT).code == 0
    assert gzip.decompress((tmp_path / "out.txt.gz").read_bytes()) == (tmp_path / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["one", "-o", "out.parquet"], "name a file that ends in"),
        (["one", "-o", "out.json"], "name a file that ends in"),
        (["one", "-o", "out.xlsx"], "name a file that ends in"),
        (["one", "-o", "out.po"], "name a file that ends in"),
        (["one", "-o", "out.tmx.gz"], "name a file that ends in"),
        (["one", "-o", "out.txt.zst"], "compressed with .gz alone"),
        (["one", "-o", "out.jsonl", "--format", "text"], "would be JSON Lines by its name"),
        (["one", "-o", "out.csv", "--format", "jsonl"], "would be CSV by its name"),
        (["one", "-o", "out.csv", "--n-best", "2"], "a row of a table has one translation"),
        (["one", "--into", "x"], "lines of text have no columns"),
        (["one", "--into", " ", "--format", "csv"], "into is empty"),
        (["-i", "full.csv", "-o", "out.csv"], "'translation' holds 'eins' already"),
        (["-i", "full.csv", "-o", "out.csv", "--into", "id"], "'id' holds '1' already"),
        (["-i", "full.jsonl", "-o", "out.jsonl"], "holds 'something' already"),
        (["-i", "full.csv", "twice.csv", "-o", "out.csv", "--into", "x"], "rows of one table have the same columns"),
        (["-i", "full.csv", "lines.txt", "-o", "out.csv", "--into", "x"], "lines.txt has no columns"),
        (["-i", "twice.csv", "-o", "out.jsonl"], "two columns of one name"),
        (["-i", "twice.csv", "-o", "out.csv", "--into", "a"], "two columns have the name 'a'"),
        (["-i", "app.po", "-o", "out.csv"], "a document keeps its kind, .po"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_refused_in_one_line(run: Any, model: Any, tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "full.csv").write_text("id,text,translation\n1,one,eins\n")
    (tmp_path / "full.jsonl").write_text('{"text": "one", "translation": {"de": "eins"}}\n')
    (tmp_path / "twice.csv").write_text("text,a,a\none,,\n")
    (tmp_path / "lines.txt").write_text("one\n")
    (tmp_path / "app.po").write_text('msgid "one"\nmsgstr ""\n')
    code, out, err = run("translate", *words, "--model", "model", "--quiet")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert not list(tmp_path.glob("out.*"))


def test_a_prefix_for_each_text(run: Any, model: Any, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("one\ntwo\nthree\n")
    (tmp_path / "begin.txt").write_text("six seven\n\neight\n")
    code, out, err = run("translate", "-i", "in.txt", "--prefix-file", "begin.txt", *SHORT)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("six seven")
    assert lines[1] == run("translate", "two", *SHORT).out.strip("\n")
    assert lines[2].startswith("eight")
    piped = run("translate", "--prefix-file", "begin.txt", *SHORT, stdin=b"one\ntwo\nthree\n")
    assert piped.out == out
    given = run("translate", "one", "two", "three", "--prefix-file", "begin.txt", *SHORT)
    assert given.out == out
    table = run("translate", "-i", "in.txt", "--prefix-file", "begin.txt", "-o", "out.csv", *SHORT)
    assert table.code == 0
    assert [row[2] for row in rows_of(tmp_path / "out.csv")[1:]] == lines


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["one", "--prefix-file", "begin.txt"], "begin.txt has 2 lines, and there are 1 texts"),
        (["one", "two", "three", "--prefix-file", "begin.txt"], "begin.txt has 2 lines, and there are 3 texts"),
        (["-i", "-", "--prefix-file", "-"], "standard input is named twice"),
        (["one", "two", "--prefix-file", "begin.txt", "--prefix", "x"], "leave one out"),
        (["one", "two", "--prefix-file", "none.txt"], "none.txt"),
        (["one", "two", "--prefix-file", "begin.txt", "-o", "begin.txt"], "would replace the input begin.txt"),
        (["one", "two", "--prefix-file", "begin.txt", "--split-sentences"], "leave out --prefix-file"),
        (["one", "--column", "a"], "there are only texts: give inputs with -i"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_prefixes_that_do_not_fit(run: Any, model: Any, tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "begin.txt").write_text("six\nseven\n")
    code, out, err = run("translate", *words, *SHORT, stdin=b"one\n")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    assert "--fit" not in err
