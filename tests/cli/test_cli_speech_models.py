"""Models of speech where other commands are given them: what is shown of them, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tone_models import tone_classifier, tone_recognizer

import nlpkit
from nlpkit.jobs.transcriber import shipped_model

SAMPLES = Path(__file__).parents[2] / "corpora/samples/digits"


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


def test_the_model_that_ships_is_known_by_its_name(run: Any, tmp_path: Path) -> None:
    samples, sr = sf.read(SAMPLES / "7_theo_1.wav")
    sf.write(tmp_path / "seven.wav", samples, sr)
    (tmp_path / "m.csv").write_text("path,text\nseven.wav,seven\n")
    assert run("transcribe", "seven.wav", "--model", "spoken-digits", "-q").out == "seven\n"
    found = json.loads(run("info", "spoken-digits").out)
    assert (found["kind"], found["path"]) == ("ctc_recognizer", str(shipped_model()))
    pytest.importorskip("jiwer")
    named = run("evaluate", "spoken-digits", "--manifest", "m.csv", "--format", "json")
    default = run("evaluate", "--manifest", "m.csv", "--format", "json")
    assert (named.code, named.err, json.loads(named.out)["answers"][0]["answer"]) == (0, "", "seven")
    assert json.loads(default.out)["transcripts"] == json.loads(named.out)["transcripts"]
    assert default.err.startswith("nlpkit: the model is spoken-digits, which ships with nlpkit, of English digits")


def test_a_folder_of_the_name_takes_precedence(run: Any, models: Path) -> None:
    assert nlpkit.load("spoken-digits").kind == "ctc_recognizer"
    (models / "cnn").rename(models / "spoken-digits")
    assert json.loads(run("info", "spoken-digits").out)["kind"] == "cnn_classifier"
    sf.write(models / "seven.wav", *sf.read(SAMPLES / "7_theo_1.wav"))
    assert run("transcribe", "seven.wav", "-q").out == "seven\n"  # the default is the one that ships


@pytest.mark.parametrize("words", [["transcribe", "a.wav", "--model", "none"], ["info", "none"]])
def test_a_folder_that_is_missing_names_the_model_that_ships(run: Any, words: list[str]) -> None:
    code, out, err = run(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "none: there is no such f" in err
    assert "spoken-digits" in err


def test_the_model_that_ships_is_a_base(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("lightning")
    rows = []
    for name, text in (("3_jackson_0", "drei"), ("7_theo_1", "sieben"), ("9_nicolas_2", "neun")):
        sf.write(tmp_path / f"{text}.wav", *sf.read(SAMPLES / f"{name}.wav"))
        rows.append(f"{text}.wav,{text}\n")
    (tmp_path / "m.csv").write_text("path,text\n" + "".join(rows))
    more = ("--epochs", "1", "--threads", "1", "--device", "cpu", "-q")
    done = run(
        "train", "speech", "--manifest", "m.csv", "--arch", "ctc", "--base", "spoken-digits", "-o", "mine", *more
    )
    assert done.code == 0, done.err
    made, base = nlpkit.load(tmp_path / "mine"), nlpkit.load("spoken-digits")
    assert made.provenance["data"]["base"] == "spoken-digits"
    other = [name for name, array in base.weights.items() if not np.array_equal(array, made.weights[name])]
    assert set(other) == {"output.weight", "output.bias"}
