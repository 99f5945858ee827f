"""Options about reading on the command line: what is told, what is counted, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("id;text\n1;one cat\n2;two dogs\n")
    Path("b.csv").write_text("id,text\n1,one cat\n2\n3,two dogs\n")
    Path("c.jsonl").write_text('{"text": "one cat"}\n{"text": null}\n{"text": 3}\n{"text": ["new york", "cat"]}\n')
    return tmp_path


def test_notes_are_no_warnings(run: Any, folder: Path) -> None:
    code, out, err = run("embed", "-i", "a.csv", "--method", "bow", "--keep", "id")
    assert [json.loads(line)["kept"] for line in out.splitlines()] == [{"id": "1"}, {"id": "2"}]
    assert (code, err) == (0, "nlpkit: a.csv: the columns are separated by ';'; --delimiter sets another one\n")


def test_bad_records(run: Any, folder: Path) -> None:
    code, _, err = run("embed", "-i", "b.csv", "--method", "bow")
    assert code == 2
    assert err.startswith("nlpkit: b.csv, line 3: found 1 column, expected 2")
    assert err.endswith("--on-bad skip leaves it out\n")
    code, out, err = run("embed", "-i", "b.csv", "--method", "bow", "--on-bad", "skip")
    assert (code, len(out.splitlines()), err) == (0, 2, "nlpkit: left out, wrong number of columns: 1\n")


def test_nulls_numbers_and_tokens(run: Any, folder: Path) -> None:
    code, _, err = run("embed", "-i", "c.jsonl", "--method", "bow")
    assert code == 2
    assert "line 2: the field 'text' holds null" in err
    code, out, err = run("embed", "-i", "c.jsonl", "--method", "bow", "--nulls", "skip", "--numbers-as-text")
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["text"] for record in records] == ["one cat", "3", "new york cat"]
    assert records[2]["terms"] == {"cat": 1, "new york": 1}
    assert (code, err) == (0, "nlpkit: left out, null: 1\n")


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("embed -i a.csv --column id --column text", "--column"),
        ("embed -i a.csv -m bow --method tfidf", "--method"),
        ("embed -i a.csv --min-df 1 --min-df 2 --method bow", "--min-df"),
        ("corpus check --pairs a.csv --from en --from de", "--from"),
        ("train translation --pairs a.csv -o m --output n", "--output"),
        ("train word2vec -i a.csv -o m --epochs 1 --epochs 2", "--epochs"),
    ],
)
def test_an_option_given_twice(run: Any, folder: Path, words: str, option: str) -> None:
    assert run(*words.split()) == (2, "", f"nlpkit: {option} is given 2 times: give it once\n")


def test_several_files_of_pairs(run: Any, folder: Path) -> None:
    Path("a.tsv").write_text("one\teins\ntwo\tzwei\n")
    Path("b.tsv").write_text("three\tdrei\n")
    Path("a.en").write_text("one\n")
    Path("a.de").write_text("eins\n")
    code, out, _ = run("corpus", "check", "--pairs", "a.tsv", "--pairs", "b.tsv")
    assert (code, out.splitlines()[0][:8]) == (0, "3 pairs ")
    pairs = ("--src", "a.en", "--trg", "a.de", "--src", "a.de", "--trg", "a.en")
    code, out, _ = run("corpus", "check", *pairs)
    assert (code, out.splitlines()[0][:8]) == (0, "2 pairs ")
    code, _, err = run("corpus", "check", *pairs[:-2])
    assert (code, err) == (2, "nlpkit: found 2 src and 1 trg: expected as many of one as of the other\n")


def test_test_sets_have_their_own_options(run: Any, folder: Path) -> None:
    Path("a.tsv").write_bytes("open\töffnen\ngreen\tgrün\n".encode("cp1252"))
    Path("test.csv").write_text("id;English;German\n1;green;grün\n")
    arguments = ("corpus", "check", "--pairs", "a.tsv", "--encoding", "cp1252", "--test", "test.csv")
    code, _, err = run(*arguments)
    assert code == 2
    assert "set --test-columns" in err
    code, out, _ = run(*arguments, "--test-columns", "English,German")
    assert code == 0
    assert "test" in out
    Path("test.csv").write_bytes(Path("test.csv").read_text().encode("cp1252"))
    code, _, err = run(*arguments, "--test-columns", "2,3")
    assert code == 2
    assert "0xfc is not utf-8; set --test-encoding" in err
    assert run(*arguments, "--test-columns", "2,3", "--test-encoding", "cp1252")[0] == 0
