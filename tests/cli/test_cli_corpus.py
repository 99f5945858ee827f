"""``nlpkit corpus check``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

LINES = "one dog\tein Hund\ntwo dogs\t\nBerlin\tBerlin\none dog\tein Hund\nfour\tv\x1bier\nfive\tfünf\n"


@pytest.fixture(autouse=True)
def corpus(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(LINES, encoding="utf-8")
    (tmp_path / "a.en").write_text("".join(line.split("\t")[0] + "\n" for line in LINES.splitlines()))
    (tmp_path / "a.de").write_text("".join(line.split("\t")[1] + "\n" for line in LINES.splitlines()), "utf-8")
    (tmp_path / "test.en").write_text("Five?\nsix\n")


def test_the_report_as_text(run: Any) -> None:
    code, out, err = run("corpus", "check", "--src", "a.en", "--trg", "a.de", "--test", "test.en")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "6 pairs in a.en + a.de"
    assert [line.split() for line in lines if line.startswith("  duplicate  ")] == [
        ["duplicate", "the", "same", "pair", "again", "1", "16.7", "%"]
    ]
    assert "    line 4: 'one dog' → 'ein Hund'  (see line 1)" in lines
    assert "    line 5: 'four' → 'v�ier'" in lines
    assert "  test.en  2 texts, of which the corpus holds 1 (50.0 %)" in lines
    table = [line for line in lines if line.startswith("  ") and " 0" in line[60:]]
    assert len({len(line) for line in table}) == 1
    assert "\x1b" not in out


def test_the_report_as_json(run: Any) -> None:
    code, out, _ = run("corpus", "check", "--pairs", "a.tsv", "--format", "json", "--examples", "1")
    assert code == 0
    report = json.loads(out)
    assert report["pairs"] == 6
    found = {problem["name"]: problem for problem in report["problems"]}
    assert found["duplicate"]["examples"] == [{"number": 4, "src": "one dog", "trg": "ein Hund", "first": 1}]


def test_a_cleaned_copy(run: Any, tmp_path: Path) -> None:
    code, out, _ = run("corpus", "check", "--pairs", "a.tsv", "-o", "clean.tsv", "--test", "test.en")
    assert code == 0
    assert (tmp_path / "clean.tsv").read_text() == "one dog\tein Hund\n"
    assert out.splitlines()[-1] == "1 (16.7 %) pairs kept in clean.tsv"
    run("corpus", "check", "--pairs", "a.tsv", "--out-src", "c.en", "--out-trg", "c.de", "--drop", "empty, same")
    assert (tmp_path / "c.en").read_text() == "one dog\none dog\nfour\nfive\n"
    run("corpus", "check", "--pairs", "a.tsv", "-o", "clean.jsonl", "--drop", "none")
    assert len((tmp_path / "clean.jsonl").read_text().splitlines()) == 6


def test_standard_input(run: Any) -> None:
    _, piped, _ = run("corpus", "check", stdin=LINES.encode())
    _, named, _ = run("corpus", "check", "--pairs", "-", stdin=LINES.encode())
    assert piped == named
    assert piped.splitlines()[0] == "6 pairs in <stdin>"
    _, out, _ = run("corpus", "check", "--src", "-", "--trg", "a.de", stdin=b"1\n2\n3\n4\n5\n6\n")
    assert out.splitlines()[0] == "6 pairs in <stdin> + a.de"


def test_languages_columns_and_fields(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"translation": {"en": "a", "de": "b"}}\n{"translation": {"en": "c", "de": "d"}}'
    )
    assert run("corpus", "check", "--pairs", "a.jsonl", "--from", "en", "--to", "de").out.startswith("2 pairs")
    (tmp_path / "b.jsonl").write_text('{"x": "a", "y": "b"}\n')
    assert run("corpus", "check", "--pairs", "b.jsonl", "--fields", "x,y").out.startswith("1 pair in")
    (tmp_path / "b.csv").write_text("x;y;z\na;b;c\n")
    columns = ("--columns", "x,z", "--delimiter", ";")
    assert run("corpus", "check", "--pairs", "b.csv", *columns).out.startswith("1 pair in")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--src", "a.en"], "give the pairs as two files"),
        (["--src", "a.en", "--trg", "test.en"], "found 6 lines in a.en and 2 lines in test.en"),
        (["--pairs", "a.en"], "a.en: found one column, expected two separated by a tab"),
        (["--pairs", "missing.tsv"], "can't read 'missing.tsv'"),
        (["--pairs", "a.tsv", "--format", "xml"], "--format is 'xml': choose one of text, json"),
        (["--pairs", "a.tsv", "--drop", "empty"], "--drop is about the cleaned copy"),
        (["--pairs", "a.tsv", "-o", "c.tsv", "--drop", "typos"], "there is no problem 'typos'"),
        (["--pairs", "a.tsv", "-o", "-"], "name a file"),
        (["--pairs", "a.tsv", "--test-src", "test.en"], "give --test-src and --test-trg"),
        (["--pairs", "a.tsv", "--test-src", "a.en", "--test-trg", "test.en"], "found 6 lines in a.en and 2 lines"),
    ],
)
def test_bad_input_is_one_line(run: Any, arguments: list[str], message: str) -> None:
    code, out, err = run("corpus", "check", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_help(run: Any) -> None:
    for arguments in ([], ["check"]):
        code, out, err = run("corpus", *arguments)
        assert (code, err) == (2, "")
        assert "Usage: nlpkit corpus" in out
    code, out, _ = run("corpus", "check", "--help")
    assert code == 0
    assert "nlpkit corpus check --src" in out
