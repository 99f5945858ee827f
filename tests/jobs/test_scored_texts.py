"""Files that are scored line by line, from Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs import evaluate_translations
from nlpkit.jobs.inputs import Reading
from nlpkit.jobs.scored_texts import ScoredFile, ScoredTexts, own_translations

GERMAN = ["eins zwei", "drei vier", "fünf"]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ref.de").write_text("".join(f"{line}\n" for line in GERMAN), encoding="utf-8")
    records = [{"id": i, "text": "x", "translation": line} for i, line in enumerate(GERMAN)]
    Path("own.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    Path("list.json").write_text(json.dumps(GERMAN), encoding="utf-8")
    Path("one.csv").write_text("anything\n" + "".join(f"{line}\n" for line in GERMAN), encoding="utf-8")
    Path("texts.jsonl").write_text("".join(json.dumps({"text": line}) + "\n" for line in GERMAN), encoding="utf-8")
    Path("pairs.csv").write_text("".join(f"x,{line}\n" for line in ["y", *GERMAN][1:]), encoding="utf-8")


def read(path: str, role: str, read_as: Reading = Reading()) -> list[str]:
    [texts] = ScoredTexts([ScoredFile(path=path, role=role)], read_as).read()
    return texts


@pytest.mark.parametrize("path", ["ref.de", "own.jsonl", "list.json", "one.csv"])
@pytest.mark.parametrize("role", ["translation", "reference"])
def test_what_translations_and_references_are_read_from(path: str, role: str) -> None:
    assert read(path, role) == GERMAN


def test_texts_are_references_and_sources_and_no_translations() -> None:
    assert read("texts.jsonl", "reference") == read("texts.jsonl", "source") == GERMAN
    assert read("own.jsonl", "source") == ["x"] * 3
    with pytest.raises(InputError, match="set --field, the fields are 'text'"):
        read("texts.jsonl", "translation")
    assert read("texts.jsonl", "translation", Reading(field="text")) == GERMAN


def test_what_looks_like_candidates_and_is_none() -> None:
    for lines in (
        ["0\t-0.1000\ta", "1\t-0.1000\tb"],
        ["0\t-0.1000\ta", "0\t-0.2000\tb", "1\t-0.1000\tc"],
        ["1\t-0.1000\ta", "1\t-0.2000\tb"],
        ["0\t-0.1000\ta", "a line"],
        ["{a}", "{b}"],
        ["one, translation and more"],
        [],
    ):
        assert own_translations("a", lines) == lines


def test_a_test_of_pairs() -> None:
    report = evaluate_translations(pairs="pairs.csv", hypotheses="own.jsonl", bootstrap=0, header="no")
    assert report.score.sentences == 3
    assert report.score.chrf is not None
    assert report.score.chrf.score == pytest.approx(100)
    assert report.left_out == {}
    with pytest.raises(ParameterError, match="leave out the file of references"):
        evaluate_translations("ref.de", pairs="pairs.csv", hypotheses="own.jsonl")
    with pytest.raises(ParameterError, match="columns is about pairs"):
        evaluate_translations("ref.de", hypotheses="own.jsonl", columns="1,2")
