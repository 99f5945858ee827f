"""Records with their translations, as fields of JSON and as rows of tables."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nlpkit.corpora import Texts
from nlpkit.corpora.selection import RECORD
from nlpkit.corpora.tables.records import TableRow
from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs.filled_records import FilledRecords
from nlpkit.jobs.translation_format import TranslationFormat
from nlpkit.jobs.translation_rows import TranslationRows
from nlpkit.translation.translations import Candidate, Translation

NAMES = ("text", "note")


def row(*cells: str) -> TableRow:
    return TableRow(NAMES, cells)


def translation(text: str) -> Translation:
    best = Candidate(text=text, tokens=[], ids=[], score=-1.0, finished=True)
    return Translation(source="x", source_tokens=[], source_ids=[], n_best=[best])


def written(rows: TranslationRows, records: list[TableRow], texts: list[str]) -> str:
    rows.check(["a"] * len(records), ["x"] * len(records), records)
    lines = (
        rows.lines(i, translation(text), record) for i, (record, text) in enumerate(zip(records, texts, strict=True))
    )
    return "".join(line for each in lines for line in each)


def test_fields_stay_as_they_are() -> None:
    filled = FilledRecords("data.fr")
    assert filled.fields({"data": {"t": "x"}, "n": 1}, "y") == {"data": {"t": "x", "fr": "y"}, "n": 1}
    assert filled.fields({"n": 1}, "y") == {"n": 1, "data.fr": "y"}
    assert filled.fields(TableRow(None, ["x", 1]), "y") == {"1": "x", "2": 1, "data.fr": "y"}


@pytest.mark.parametrize("cell", ["a\rb", "a\r\nb", 'a"b', "a,b", " a ", "", "\ta"])
def test_csv_gives_back_every_cell(tmp_path: Path, cell: str) -> None:
    text = written(TranslationRows(FilledRecords("fr"), is_tsv=False), [row(cell, "n")], [cell])
    (tmp_path / "a.csv").write_bytes(text.encode())
    with open(tmp_path / "a.csv", newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["text", "note", "fr"], [cell, "n", cell]]
    assert list(Texts(tmp_path / "a.csv", column="fr").texts()) == [cell]


@pytest.mark.parametrize("cell", ["a\tb", "a\nb", '"a', 'a "b" c', "a"])
def test_tsv_gives_back_every_cell(tmp_path: Path, cell: str) -> None:
    text = written(TranslationRows(FilledRecords("fr"), is_tsv=True), [row("x", cell), row("y", "z")], ["p", "q"])
    (tmp_path / "a.tsv").write_bytes(text.encode())
    assert list(Texts(tmp_path / "a.tsv", column="note").texts()) == [cell, "z"]
    assert text.startswith('"') == (cell[:1] == '"' or "\t" in cell or "\n" in cell)


def test_tsv_that_is_not_quoted_cannot_take_a_tab_later() -> None:
    rows = TranslationRows(FilledRecords("fr"), is_tsv=True)
    assert written(rows, [row("x", "y")], ["a\tb\nc"]).endswith("\ta b c\n")
    with pytest.raises(InputError, match=r"write \.csv"):
        rows.check(["a"], ["x"], [row("x", "y\tz")])


def test_records_of_every_kind_are_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,note\none,"a\nb"\n')
    (tmp_path / "b.jsonl").write_text('{"text": "two", "k": {"n": 1}}\n')
    (tmp_path / "c.txt").write_text("three\n")
    paths = [tmp_path / name for name in ("a.csv", "b.jsonl", "c.txt")]
    [block] = Texts(paths, records=True).blocks()
    assert block.texts == ["one", "two", "three"]
    assert block.kept[RECORD] == [row("one", "a\nb"), {"text": "two", "k": {"n": 1}}, None]


def test_lines_have_no_columns_to_keep(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n")
    with pytest.raises(InputError, match="is read as lines, without a column 'id' to keep"):
        list(Texts(tmp_path / "a.txt", keep="id").blocks())


@pytest.mark.parametrize(
    ("output", "format", "name", "is_gzip"),
    [
        (None, None, "text", False),
        ("-", "tsv", "tsv", False),
        ("a.ndjson.gz", None, "jsonl", True),
        ("a.TAB", None, "tsv", False),
        ("a.json.txt", None, "text", False),
        ("a.txt", "jsonl", "jsonl", False),
        ("/dev/null", "csv", "csv", False),
    ],
)
def test_formats(output: str | None, format: str | None, name: str, is_gzip: bool) -> None:
    assert TranslationFormat.of(output, format) == TranslationFormat(name=name, is_gzip=is_gzip)


@pytest.mark.parametrize("output", ["a.NPZ", "a.xliff", "a.docx", "a.tar", "a.json.gz"])
def test_formats_that_are_not_written(output: str) -> None:
    with pytest.raises(ParameterError, match="name a file that ends in"):
        TranslationFormat.of(output, None)
    with pytest.raises(ParameterError, match="name a file that ends in"):
        TranslationFormat.of(output, "text")
