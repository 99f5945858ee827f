"""The manifests of small sets of read speech."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DATA = os.environ.get("NLPKIT_DATA")


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Import a script of the benchmarks."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the records of a manifest, each with a file that is there."""
    records = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all((folder / record["path"]).is_file() for record in records)
    return records


def test_each_record_is_tested_once(benchmark: Callable[[str], Any]) -> None:
    split = benchmark("speech_sets").split
    records = [{"text": str(number)} for number in range(10)]
    parts = [split(records, every=3, tested=third) for third in range(3)]
    assert [[record["text"] for record in test] for _, test in parts] == [list("0369"), list("147"), list("258")]
    for train, test in parts:
        assert sorted(record["text"] for record in train + test) == list("0123456789")


def test_yesno_is_said_by_its_names(benchmark: Callable[[str], Any], tmp_path: Path) -> None:
    for name in ("1_0_1", "0_0_1"):
        (tmp_path / f"{name}.wav").touch()
    found = benchmark("speech_sets").yesno(tmp_path)
    assert [(record["path"].stem, record["text"]) for record in found] == [
        ("0_0_1", "lo lo ken"),
        ("1_0_1", "ken lo ken"),
    ]


def test_speakers_are_by_name_of_the_recording(benchmark: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "utt2spk").write_text("01 a\n02 b\n", encoding="utf-8")
    (tmp_path / "text").write_text("02\tWE CALL IT BEAR\n01 ZERO\n", encoding="utf-8")
    found = benchmark("speech_sets").ocean(tmp_path)
    assert [(record["text"], record["speaker"]) for record in found] == [("WE CALL IT BEAR", "b"), ("ZERO", "a")]
    assert found[0]["path"] == tmp_path / "audio/02.opus"


@pytest.mark.data
@pytest.mark.skipif(not DATA, reason="NLPKIT_DATA names no folder with the data")
def test_manifests_of_the_sets(benchmark: Callable[[str], Any], tmp_path: Path) -> None:
    assert DATA
    sizes = benchmark("speech_sets").lay_out(tmp_path, Path(DATA) / "speech", ["yesno", "ljspeech"])
    tested: list[str] = []
    for third in (1, 2, 3):
        assert (sizes[f"yesno-{third}-train"], sizes[f"yesno-{third}-test"]) == (40, 20)
        train, test = (read(tmp_path, f"yesno-{third}-{name}") for name in ("train", "test"))
        assert not {record["path"] for record in train} & {record["path"] for record in test}
        assert all(len(record["text"].split()) == 8 for record in test)
        tested += [record["path"] for record in test]
    assert len(set(tested)) == 60
    assert (sizes["ljspeech-train"], sizes["ljspeech-test"]) == (285, 40)
    train, test = (read(tmp_path, f"ljspeech-{name}") for name in ("train", "test"))
    assert not {record["path"] for record in train} & {record["path"] for record in test}
    assert not any(letter.isdigit() for record in train + test for letter in record["text"])
