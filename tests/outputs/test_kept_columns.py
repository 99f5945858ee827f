"""Columns beside the text: in JSON Lines, Parquet and CSV, and as the label of svmlight."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpkit.errors import InputError, OutputError, ParameterError
from nlpkit.jobs import embed_files, embed_texts
from nlpkit.outputs.rows import open_writer

TABLE = "id,text,stars\n007,one cat,5\n008,two dogs,1\n"
LINES = (
    '{"text": "one cat", "id": 7, "tags": ["a"], "at": null}\n{"text": "two dogs", "id": 8, "tags": [], "at": 1.5}\n'
)


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(TABLE)
    (tmp_path / "a.jsonl").write_text(LINES)
    return tmp_path


def test_json_lines(inputs: Path) -> None:
    embed_files(inputs / "a.csv", inputs / "x.jsonl", method="bow", keep="id,stars")
    records = [json.loads(line) for line in (inputs / "x.jsonl").read_text().splitlines()]
    assert [record["kept"] for record in records] == [{"id": "007", "stars": "5"}, {"id": "008", "stars": "1"}]
    embed_files(inputs / "a.jsonl", inputs / "x.jsonl", method="bow", keep=["tags", "at", "id", "none"])
    kept = [json.loads(line)["kept"] for line in (inputs / "x.jsonl").read_text().splitlines()]
    assert kept == [{"tags": ["a"], "at": None, "id": 7, "none": None}, {"tags": [], "at": 1.5, "id": 8, "none": None}]


def test_parquet_keeps_types(inputs: Path) -> None:
    from pyarrow import parquet

    embed_files(inputs / "a.jsonl", inputs / "x.parquet", method="bow", keep="id,tags,at,none")
    table = parquet.read_table(inputs / "x.parquet")
    assert table.column("kept.id").to_pylist() == [7, 8]
    assert table.column("kept.tags").to_pylist() == [["a"], []]
    assert table.column("kept.at").to_pylist() == [None, 1.5]
    assert table.column("kept.none").to_pylist() == [None, None]
    assert str(table.schema.field("kept.id").type) == "int64"
    embed_files(inputs / "x.parquet", inputs / "y.jsonl", method="bow", keep="kept.id")  # our output is our input
    assert [json.loads(line)["kept"] for line in (inputs / "y.jsonl").read_text().splitlines()] == [
        {"kept.id": 7},
        {"kept.id": 8},
    ]


def test_a_type_that_changes(tmp_path: Path) -> None:
    row = np.ones((1, 2))
    options: dict[str, Any] = {"names": None, "dtype": "float64", "n_columns": 2, "sparse": False, "kept": ["n"]}
    writer = open_writer(tmp_path / "x.parquet", **options)
    writer.write(["a"], ["a"], row, {"n": [1]})
    with pytest.raises(OutputError, match=r"column 'n' holds int64 before, and another type now: write \.jsonl"):
        writer.write(["a"], ["b"], row, {"n": ["x"]})
    writer.abort()
    assert list(tmp_path.iterdir()) == []


def test_csv_of_dense_vectors(tmp_path: Path) -> None:
    numbers = np.array([[0.1, -2], [3e-9, 1]], np.float32)
    options: dict[str, Any] = {"names": None, "dtype": "float32", "n_columns": 2, "sparse": False, "kept": ["id"]}
    with open_writer(tmp_path / "x.csv", **options) as writer:
        writer.write(["a.txt"] * 2, ['one, "two"', "a\nb"], numbers, {"id": ["007", None]})
    with (tmp_path / "x.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "source", "text", "kept.id", "0", "1"]
    assert [row[:4] for row in rows[1:]] == [["0", "a.txt", 'one, "two"', "007"], ["1", "a.txt", "a\nb", ""]]
    assert np.array_equal(np.array([row[4:] for row in rows[1:]], np.float32), numbers)
    with pytest.raises(ParameterError, match=r"\.csv needs dense vectors: write \.jsonl, \.parquet or \.svmlight"):
        open_writer(tmp_path / "y.csv", names=None, dtype="float64", n_columns=2)


def test_formats_without_a_place_for_columns(inputs: Path) -> None:
    for output in ("x.npz", "x.svmlight", "x/"):
        with pytest.raises(ParameterError, match=r"has no place for the column 'id': .*jsonl"):
            embed_files(inputs / "a.csv", inputs / output, method="bow", keep="id")
    embed_files(inputs / "a.csv", f"{inputs}/x/", method="bow", keep="id", shard_format="jsonl", shard_rows=1)
    assert json.loads((inputs / "x" / "part-00001.jsonl").read_text())["kept"] == {"id": "008"}


@pytest.mark.parametrize(
    ("column", "expected", "names"),
    [("stars", ["5", "1", "2.5"], None), ("label", ["0", "1", "0"], "pos\nneg\n")],
)
def test_labels(tmp_path: Path, column: str, expected: list[str], names: str | None) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,stars,label,empty\none,5,pos,\ntwo,1,neg,x\nthree,2.5,pos,\n")
    embed_files(path, tmp_path / "x.svmlight", method="bow", label=column)
    assert [line.split()[0] for line in (tmp_path / "x.svmlight").read_text().splitlines()] == expected
    labels = tmp_path / "x.svmlight.labels.txt"
    assert (labels.read_text() if labels.exists() else None) == names


def test_labels_that_do_not_go(inputs: Path) -> None:
    (inputs / "b.csv").write_text("text,label\na,1\nb,good\n")
    with pytest.raises(InputError, match="found the label 'good' after numbers: expected only numbers, or none"):
        embed_files(inputs / "b.csv", inputs / "x.svmlight", method="hashing", label="label")
    assert not (inputs / "x.svmlight").exists()
    for output, shard_format in (("x.jsonl", None), ("x/", "svmlight")):
        with pytest.raises(ParameterError, match=r"label .* needs one \.svmlight file"):
            embed_files(inputs / "a.csv", f"{inputs}/{output}", method="bow", label="stars", shard_format=shard_format)


def test_a_manifest_holds_what_was_left_out(inputs: Path) -> None:
    (inputs / "a.csv").write_text(TABLE + "9,three\n\n")
    report = embed_files(inputs / "a.csv", f"{inputs}/x/", method="bow", on_bad="skip")
    expected = {"wrong number of columns": 1, "blank line": 1}
    assert report.left_out == json.loads((inputs / "x" / "manifest.json").read_text())["left_out"] == expected


def test_texts_without_a_label(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\none,pos\ntwo,\nthree,neg\n")
    (tmp_path / "a.jsonl").write_text('{"text": "one", "label": 1}\n{"text": "two"}\n{"text": "three", "label": 2}\n')
    for name, expected in (("a.csv", ["0", "1"]), ("a.jsonl", ["1", "2"])):
        output = tmp_path / "x.svmlight"
        with pytest.raises(InputError, match=rf"{name}, line [23]: there is no label.*; --nulls empty .*--nulls skip"):
            embed_files(tmp_path / name, output, method="bow", label="label")
        report = embed_files(tmp_path / name, output, method="bow", label="label", nulls="skip")
        assert [line.split()[0] for line in output.read_text().splitlines()] == expected
        assert report.left_out == {"null": 1}
    with pytest.raises(InputError, match="there is no column 'none'; set --label to a name"):
        embed_files(tmp_path / "a.csv", output, method="bow", label="none")
    with pytest.raises(ParameterError, match=r"label \(--label\) is about inputs, and there are only texts"):
        embed_texts(["one"], output, method="bow", label="label")


def test_a_field_that_no_record_has(inputs: Path) -> None:
    with pytest.warns(UserWarning, match="no text has a field 'none', which is to be kept: it is null everywhere"):
        embed_files(inputs / "a.jsonl", inputs / "x.jsonl", method="bow", keep="id,none")
