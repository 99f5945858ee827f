"""The model that ships: what it hears, that it is the default, small, and needs no torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

import nlpkit
from nlpkit.jobs import transcribe_files
from nlpkit.jobs.transcriber import shipped_model
from nlpkit.speech.recognition import CtcRecognizer

SAMPLES = Path(__file__).parents[3] / "corpora/samples/digits"
DIGITS = ("3_jackson_0", "7_theo_1", "9_nicolas_2")
SAID = "three seven nine"


@pytest.fixture(scope="module")
def model() -> CtcRecognizer:
    found = nlpkit.load(shipped_model())
    assert isinstance(found, CtcRecognizer)
    return found


@pytest.fixture(scope="module")
def string() -> np.ndarray:
    """The three samples with pauses of 0.2 s, (n_samples,) at 8 kHz."""
    pieces = []
    for name in DIGITS:
        pieces += [sf.read(SAMPLES / f"{name}.wav", dtype="float32")[0], np.zeros(1600, np.float32)]
    return np.concatenate(pieces)


def test_it_hears_single_digits_and_strings(model: CtcRecognizer, string: np.ndarray) -> None:
    found = model.recognize([SAMPLES / f"{name}.wav" for name in DIGITS])
    assert [each.text for each in found] == SAID.split()
    assert model.recognize([string])[0].text == SAID


def test_times_of_words_are_those_of_the_samples(model: CtcRecognizer, string: np.ndarray) -> None:
    words = model.recognize([string])[0].words
    start = 0.0
    for word, name in zip(words, DIGITS, strict=True):
        seconds = sf.info(SAMPLES / f"{name}.wav").duration
        assert word.start == pytest.approx(start, abs=0.15)
        assert word.end == pytest.approx(start + seconds, abs=0.2)
        start += seconds + 0.2


def test_noise_silence_and_tones_are_no_digits(model: CtcRecognizer) -> None:
    draw = np.random.default_rng(0)
    t = np.arange(16000) / 8000
    sounds = [np.zeros(16000, np.float32), np.zeros(3, np.float32), np.sin(2 * np.pi * 440 * t).astype(np.float32)]
    sounds += [(level * draw.standard_normal(16000)).astype(np.float32) for level in (1e-3, 0.03, 0.3)]
    assert [each.text for each in model.recognize(sounds)] == [""] * len(sounds)


def test_any_rate_and_volume_gives_the_same_digits(model: CtcRecognizer, string: np.ndarray) -> None:
    for sr in (11025, 16000, 48000):
        louder = nlpkit.speech.resample(string, 8000, sr) * np.float32(0.3)
        assert model.recognize([louder], sr=sr)[0].text == SAID


def test_it_is_the_default_and_has_its_licence(string: np.ndarray, tmp_path: Path) -> None:
    sf.write(tmp_path / "number.wav", string, 8000)
    report = transcribe_files(tmp_path / "number.wav")
    assert report.transcripts is not None
    assert " ".join(segment.text for segment in report.transcripts[0].segments) == SAID
    notices = (Path(__file__).parents[3] / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    assert "nlpkit/speech/recognition/spoken_digits" in notices


def test_its_folder_is_at_most_2_mb() -> None:
    assert sum(path.stat().st_size for path in shipped_model().iterdir()) <= 2_000_000


def test_the_command_says_which_model_it_is_and_loads_no_torch() -> None:
    code = (
        "import sys; sys.argv = ['nlpkit', 'transcribe', *sys.argv[1:]]\n"
        "from nlpkit.cli.main import main\n"
        "code = main()\n"
        "heavy = {'torch', 'sklearn', 'lightning', 'jiwer', 'matplotlib', 'librosa'} & set(sys.modules)\n"
        "sys.exit(code or (f'loaded {heavy}' if heavy else 0))"
    )
    command = [sys.executable, "-P", "-c", code, str(SAMPLES / "7_theo_1.wav"), "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["segments"][0]["words"][0]["text"] == "seven"
    assert (
        'the model is spoken-digits, which ships with nlpkit, of English digits such as "seven four two"; --model'
        in run.stderr
    )
