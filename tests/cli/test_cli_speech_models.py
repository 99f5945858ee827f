"""Models of speech where other commands are given them: what is shown of them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tone_models import tone_classifier, tone_recognizer


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A classifier of tones and a recogniser of letters, in the folders ``cnn`` and ``ctc``."""
    trained = {"clips": 1200, "valid_clips": 130, "seconds": 3720.0, "base": "commands"}
    tone_classifier().save(tmp_path / "cnn", provenance={"data": trained})
    tone_recognizer().save(tmp_path / "ctc")
    return tmp_path


def test_info_begins_with_what_a_model_of_speech_knows(run: Any, models: Path) -> None:
    code, out, _ = run("info", "cnn")
    assert code == 0
    shown = json.loads(out)["summary"]
    weights = tone_classifier().weights
    trained = {name: array for name, array in weights.items() if "running_" not in name and "num_batches" not in name}
    assert shown == {
        "architecture": "cnn",
        "labels": "4: 'a', 'b', 'c', '_other_'",
        "sr": 8000,
        "features": "20 mel bands every 10 ms",
        "parameters": sum(array.size for array in trained.values()),
        "limit": 0.9,
        "rejects": "_other_",
        "trained on": "1,200 recordings, 62.0 minutes; validated with 130",
        "base": "commands",
    }
    code, out, _ = run("info", "ctc")
    assert code == 0
    shown = json.loads(out)["summary"]
    assert (shown["architecture"], shown["letters"]) == ("ctc", "4: ' ', 'a', 'b', 'c'")
    assert "nothing is rejected" in shown["limit"]


def test_info_on_a_terminal(run: Any, models: Path) -> None:
    code, out, _ = run("info", "cnn", terminal=True)
    assert code == 0
    assert "20 mel bands every 10 ms" in out
    assert "1,200 recordings" in out


@pytest.mark.parametrize("words", [["similar", "cnn", "hello"], ["embed", "--model", "cnn", "hello"], ["terms", "ctc"]])
def test_what_takes_other_models_says_so_in_one_line(run: Any, models: Path, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "cnn_classifier" in err or "CnnClassifier" in err or "ctc_recognizer" in err or "CtcRecognizer" in err
