"""``nlpkit evaluate`` of what ``nlpkit translate`` writes, of tables and JSON, and of pairs in one file."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

sacrebleu = pytest.importorskip("sacrebleu")
pytest.importorskip("torch")

SHORT = ["--model", "model", "--beam", "1", "--max-extra", "3", "--max-ratio", "1", "--quiet"]
SOURCES = ["one two three four", "five six", "seven eight nine ten", "two one", "three three five six"]
GERMAN = ["eins zwei drei vier", "fünf sechs", "sieben acht neun zehn", "zwei eins", "drei drei fünf sechs"]
OTHERS = ["eins zwei drei fünf", "fünf sechs", "sieben acht neun zehn", "zwei eins", "drei drei vier sechs"]


def write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    write(tmp_path / "src.en", SOURCES)
    write(tmp_path / "ref.de", GERMAN)
    write(tmp_path / "other.de", OTHERS)
    write(tmp_path / "pairs.tsv", [f"{one}\t{other}" for one, other in zip(SOURCES, GERMAN, strict=True)])
    records = [{"n": i, "en": one, "de": other} for i, (one, other) in enumerate(zip(SOURCES, GERMAN, strict=True))]
    write(tmp_path / "pairs.jsonl", [json.dumps(record) for record in records])
    with open(tmp_path / "test.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["n", "en", "de"], *(list(record.values()) for record in records)])


def score(run: Any, *words: str, stdin: bytes | None = None) -> dict[str, Any]:
    outcome = run("evaluate", *words, "--bootstrap", "0", "--format", "json", stdin=stdin)
    assert (outcome.code, outcome.err) == (0, "")
    report: dict[str, Any] = json.loads(outcome.out)
    return report


def chrf(report: dict[str, Any]) -> float:
    """Return chrF, which tells unlearnt translations apart."""
    return float(report["score"]["chrf"]["score"])


@pytest.mark.parametrize("name", ["h.jsonl", "h.csv", "h.tsv", "h.jsonl.gz", "h.ndjson"])
def test_every_output_is_scored_as_the_text_is(run: Any, model: Any, tmp_path: Path, name: str) -> None:
    for output in ("h.txt", name):
        assert run("translate", "-i", "src.en", "-o", output, *SHORT).code == 0
    assert chrf(score(run, "--hyp", name, "--ref", "h.txt")) == pytest.approx(100)
    assert chrf(score(run, "--hyp", "h.txt", "--ref", name)) == pytest.approx(100)
    report = score(run, "--hyp", "h.txt", "--ref", "ref.de", "--against", name, "--src", "src.en")
    assert report["comparison"]["chrf"]["difference"] == 0
    written = (tmp_path / "h.txt").read_text().splitlines()
    expected = sacrebleu.corpus_chrf(written, [GERMAN]).score
    assert chrf(score(run, "--hyp", name, "--ref", "ref.de")) == pytest.approx(expected, abs=1e-9)
    assert score(run, "--hyp", name, "--ref", "ref.de", "--src", name)["score"]["by_length"]


def test_candidates_are_scored_by_the_first(run: Any, model: Any, tmp_path: Path) -> None:
    options = [*SHORT[:2], "--n-best", "3", *SHORT[4:]]
    for output in ("n.txt", "n.jsonl"):
        assert run("translate", "-i", "src.en", "-o", output, *options).code == 0
    best = [json.loads(line)["translation"] for line in (tmp_path / "n.jsonl").read_text().splitlines()]
    write(tmp_path / "best.txt", best)
    for name in ("n.txt", "n.jsonl"):
        assert chrf(score(run, "--hyp", name, "--ref", "best.txt")) == pytest.approx(100)
    piped = (tmp_path / "n.txt").read_bytes()
    assert chrf(score(run, "--hyp", "-", "--ref", "best.txt", stdin=piped)) == pytest.approx(100)


def test_json_by_another_name_and_from_a_pipe(run: Any, model: Any, tmp_path: Path) -> None:
    assert run("translate", "-i", "src.en", "-o", "h.txt", *SHORT).code == 0
    out = run("translate", "-i", "src.en", "--format", "jsonl", *SHORT).out.encode()
    (tmp_path / "h.out").write_bytes(out)
    assert chrf(score(run, "--hyp", "h.out", "--ref", "h.txt")) == pytest.approx(100)
    assert chrf(score(run, "--hyp", "-", "--ref", "h.txt", stdin=out)) == pytest.approx(100)
    table = run("translate", "-i", "src.en", "--format", "csv", *SHORT).out.encode()
    refused = run("evaluate", "--hyp", "-", "--ref", "h.txt", stdin=table)
    assert refused.code == 2
    assert "set --column translation" in refused.err
    scored = score(run, "--hyp", "-", "--ref", "h.txt", "--column", "translation", stdin=table)
    assert chrf(scored) == pytest.approx(100)


def test_filled_tables(run: Any, model: Any, tmp_path: Path) -> None:
    options = ["-i", "test.csv", "--column", "en", *SHORT]
    assert run("translate", *options, "-o", "h.txt").code == 0
    assert run("translate", *options, "-o", "out.csv").code == 0
    assert run("translate", *options, "--into", "ours", "-o", "ours.csv").code == 0
    plain = chrf(score(run, "--hyp", "h.txt", "--ref", "ref.de"))
    assert plain < 99
    assert chrf(score(run, "--hyp", "out.csv", "--ref", "ref.de")) == plain
    assert chrf(score(run, "--hyp", "ours.csv", "--ref", "ref.de", "--column", "ours")) == plain
    assert chrf(score(run, "--hyp", "out.csv", "--pairs", "test.csv", "--columns", "en,de")) == plain
    assert chrf(score(run, "--hyp", "h.txt", "--ref", "test.csv", "--column", "de")) == plain
    assert run("translate", "-i", "src.en", "-o", "h.jsonl", *SHORT).code == 0
    assert chrf(score(run, "--hyp", "h.jsonl", "--ref", "test.csv", "--column", "de")) == plain
    refused = run("evaluate", "--hyp", "out.csv", "--ref", "test.csv", "--column", "de")
    assert refused.code == 2
    assert "out.csv has this and 'translation'" in refused.err


@pytest.mark.parametrize(
    "words",
    [
        ["--pairs", "pairs.tsv"],
        ["--pairs", "pairs.jsonl", "--fields", "en,de"],
        ["--pairs", "pairs.jsonl", "--from", "en", "--to", "de"],
        ["--pairs", "test.csv", "--columns", "en,de"],
    ],
    ids=lambda words: words[1],
)
def test_a_test_in_one_file(run: Any, model: Any, words: list[str]) -> None:
    device = ["--device", "cpu", "--beam", "1", "--quiet"]
    expected = score(run, "model", "--src", "src.en", "--ref", "ref.de", *device)["score"]
    assert score(run, "model", *words, *device)["score"] == expected
    scored = score(run, "--hyp", "other.de", *words)["score"]
    assert scored == score(run, "--hyp", "other.de", "--ref", "ref.de", "--src", "src.en")["score"]


def test_pairs_that_are_left_out_are_counted(run: Any, model: Any, tmp_path: Path) -> None:
    write(tmp_path / "bad.tsv", ["one\teins", "two", "three\tdrei"])
    refused = run("evaluate", "model", "--pairs", "bad.tsv")
    assert refused.code == 2
    assert "--on-bad skip leaves it out" in refused.err
    outcome = run("evaluate", "model", "--pairs", "bad.tsv", "--on-bad", "skip", "--beam", "1", "--format", "json")
    assert outcome.code == 0
    assert "left out, wrong number of columns: 1" in outcome.err
    assert json.loads(outcome.out)["score"]["sentences"] == 2
    write(tmp_path / "two.txt", ["eins", "drei"])
    outcome = run("evaluate", "--hyp", "two.txt", "--pairs", "bad.tsv", "--on-bad", "skip", "--format", "json")
    assert json.loads(outcome.out)["score"]["sentences"] == 2


def test_where_the_model_writes(run: Any, model: Any, tmp_path: Path) -> None:
    outcome = run("evaluate", "model", "--pairs", "pairs.tsv", "--beam", "1", "-o", "ours.jsonl", "--format", "json")
    assert outcome.code == 0
    records = [json.loads(line) for line in (tmp_path / "ours.jsonl").read_text().splitlines()]
    assert [record["text"] for record in records] == SOURCES
    assert score(run, "--hyp", "ours.jsonl", "--pairs", "pairs.tsv")["score"]["chrf"]["score"] == pytest.approx(
        sacrebleu.corpus_chrf([record["translation"] for record in records], [GERMAN]).score, abs=1e-9
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--hyp", "pairs.tsv", "--ref", "ref.de"], "there is no column 'translation'; set --column"),
        (["--hyp", "pairs.jsonl", "--ref", "ref.de"], "there is no field 'translation'; set --field"),
        (["--hyp", "test.csv", "--ref", "ref.de"], "there is no column 'translation'; set --column"),
        (["--hyp", "json.txt", "--ref", "ref.de"], "name the file .jsonl and set --field"),
        (["--hyp", "table.txt", "--ref", "ref.de"], "name it .csv or .tsv"),
        (["--hyp", "other.de", "--ref", "pairs.jsonl"], "there is no field 'text'; set --field"),
        (["--hyp", "other.de", "--ref", "memory.tmx"], "evaluate read its pairs with --pairs"),
        (["--hyp", "other.de", "--ref", "ref.de", "--column", "x"], "would be lines of text by name"),
        (["--hyp", "other.de", "--pairs", "pairs.tsv", "--ref", "ref.de"], "leave out --ref"),
        (["--hyp", "other.de", "--pairs", "pairs.tsv", "--src", "src.en"], "leave out --src"),
        (["--hyp", "other.de", "--ref", "ref.de", "--columns", "1,2"], "columns is about pairs"),
        (["--hyp", "other.de", "--ref", "ref.de", "--from", "en"], "from is about pairs"),
        (["model", "--pairs", "pairs.tsv", "--field", "x"], "only pairs are read"),
        (["--hyp", "short.de", "--pairs", "pairs.tsv"], "short.de has 1 lines and pairs.tsv has 5"),
        (["--hyp", "-", "--pairs", "-"], "standard input is named twice"),
        (["--hyp", "ragged.csv", "--ref", "short.de", "--on-bad", "skip"], "on_bad is 'skip', but the lines"),
        (["--hyp", "null.jsonl", "--ref", "short.de", "--nulls", "skip"], "use 'empty'"),
        (["--hyp", "null.jsonl", "--ref", "short.de"], "--nulls empty takes it as an empty text"),
        (["--hyp", "other.de", "--ref", "members.zip"], "members.zip"),
        (["model", "--pairs", "pairs.tsv", "-o", "ours.xlsx"], "name a file that ends in"),
        (["model", "--pairs", "pairs.tsv", "-o", "pairs.tsv"], "would replace the input pairs.tsv"),
        (["model", "--pairs", "members.zip"], "unpack it"),
        (["model", "--pairs", "ref.de"], "found one column"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_refused_in_one_line_that_names_only_own_options(
    run: Any, model: Any, tmp_path: Path, words: list[str], message: str
) -> None:
    write(tmp_path / "short.de", ["eins"])
    write(tmp_path / "json.txt", ['{"text": "eins"}'] * 5)
    write(tmp_path / "table.txt", ["id,text,translation,score", "0,one,eins,-1"])
    write(tmp_path / "ragged.csv", ["id,translation", "0,eins", "0"])
    write(tmp_path / "null.jsonl", ['{"translation": null}'])
    write(tmp_path / "memory.tmx", ["<tmx/>"])
    with zipfile.ZipFile(tmp_path / "members.zip", "w") as archive:
        archive.writestr("a.bin", "x")
    code, out, err = run("evaluate", *words, stdin=b"eins\n")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err
    known = set(re.findall(r"--[a-z][a-z-]+", run("evaluate", "--help").out))
    assert set(re.findall(r"--[a-z][a-z-]+", err)) <= known
