"""The embedder that only the registry knows, through the command line and the jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from character_frequencies import CharacterFrequencies
from members import NEW, TEXTS

import nlpkit
from nlpkit.cli.main import main
from nlpkit.jobs import search_files

NAME = next(iter(NEW))
Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts.txt").write_text("\n".join(TEXTS) + "\n", encoding="utf-8")

    def run(*arguments: str) -> str:
        code = main(list(arguments))
        out, err = capsys.readouterr()
        assert code == 0, err
        return out

    return run


def test_embeds_and_saves(run: Run) -> None:
    run("embed", "-i", "texts.txt", "--method", NAME, "--no-lowercase", "-o", "x.npy", "--save", "model")
    expected = CharacterFrequencies(lowercase=False).fit_transform(TEXTS)
    assert np.array_equal(np.load("x.npy"), expected)
    loaded = nlpkit.load("model")
    assert loaded.get_params() == {"lowercase": False}
    assert np.array_equal(loaded.transform(TEXTS), expected)


def test_embeds_with_its_folder(run: Run) -> None:
    CharacterFrequencies().fit(TEXTS).save("model")
    run("embed", "--model", "model", "aab", "-o", "x.jsonl")
    row = json.loads(Path("x.jsonl").read_text(encoding="utf-8"))
    assert row["text"] == "aab"


def test_is_described(run: Run) -> None:
    CharacterFrequencies().fit(TEXTS).save("model")
    assert NAME in run("info", "model")


def test_is_searched(run: Run) -> None:
    assert run("search", "bbb bad", "-i", "texts.txt", "--method", NAME, "-k", "1")
    (hit,) = search_files(TEXTS[3], "texts.txt", k=1, method=NAME)
    assert hit.text == TEXTS[3]
