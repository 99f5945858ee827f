"""The manifests of spoken digits, and the sound that is made for them."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DATA = os.environ.get("NLPKIT_DATA")


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Import a script of the benchmarks."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module


def constants(*words: str) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Clips of 100 equal samples, so that a string shows who said which word."""
    return {
        speaker: [(word, np.full(100, 0.1 * place + 0.01 * number)) for number, word in enumerate(words, 1)]
        for place, speaker in enumerate(("ada", "bo"), 1)
    }


def test_strings_are_clips_and_pauses_of_one_speaker(benchmark: Callable[[str], Any]) -> None:
    digit_strings = benchmark("digit_strings")
    made = list(digit_strings.strings(constants("one", "two", "three"), n=200, seed=1))
    assert {len(string.clips) for string in made} == {3, 4, 5, 6, 7}
    assert [string.speaker for string in made[:3]] == ["ada", "bo", "ada"]
    for string in made:
        assert string.text.split() == [("one", "two", "three")[clip] for clip in string.clips]
        assert all(240 <= pause <= 4000 for pause in string.pauses)
        assert len(string.sound) == 100 * len(string.clips) + sum(string.pauses)
        clean = np.zeros(len(string.sound))
        at = 0
        for clip, pause in zip(string.clips, (*string.pauses, 0), strict=True):
            clean[at : at + 100] = {"ada": 0.1, "bo": 0.2}[string.speaker] + 0.01 * (clip + 1)
            at += 100 + pause
        snr = 10 * np.log10(np.mean(clean**2) / np.mean((string.sound - clean) ** 2))
        assert 20 <= snr <= 35
        assert snr == pytest.approx(string.snr)
    assert max(string.snr for string in made) - min(string.snr for string in made) > 13


def test_strings_depend_on_the_seed_alone(benchmark: Callable[[str], Any]) -> None:
    strings = benchmark("digit_strings").strings
    clips = constants("one", "two", "three")
    first, again, other = (list(strings(clips, n=4, seed=seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a.sound, b.sound) for a, b in zip(first, again, strict=True))
    assert [a.text for a in first] != [a.text for a in other]
    assert np.array_equal(list(strings(clips, n=2, seed=1))[1].sound, first[1].sound)


@pytest.mark.parametrize("name", ["train", "test"])
def test_sound_without_speech(benchmark: Callable[[str], Any], name: str) -> None:
    made = list(benchmark("no_speech").no_speech(name, seed=1, each=20))
    assert [what for what, _ in made] == ["silence"] * 20 + ["noise"] * 20 + ["music"] * 20
    for what, sound in made:
        assert 8000 <= len(sound) <= 24000
        assert np.isfinite(sound).all()
        level = np.sqrt(np.mean(sound**2))
        assert level < 0.001 if what == "silence" else level > 0.001
        if what == "music":
            assert 0.03 < np.abs(sound).max() < 0.9
    again = list(benchmark("no_speech").no_speech(name, seed=1, each=20))
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(made, again, strict=True))


@pytest.mark.parametrize(
    ("text", "has_digit"),
    [
        ("we call it bear", False),
        ("printing, in the only sense", False),
        ("alone, often and again", False),
        ("seventeen seventy-six", True),
        ("twenty-one", True),
        ("what are you waiting for?", True),
        ("the man ate too much", True),
        ("someone won", True),
        ("sixth place", True),
    ],
)
def test_sentences_with_words_like_digits(benchmark: Callable[[str], Any], text: str, has_digit: bool) -> None:
    sentence = benchmark("other_speech").Sentence(path=Path("a"), text=text, speaker="a", corpus="b")
    assert sentence.has_digit == has_digit


def test_digits_of_sentences(benchmark: Callable[[str], Any]) -> None:
    other_speech = benchmark("other_speech")
    texts = ("zero three", "we saw two dogs, five cats", "a bear", "two dogs ate too much", "seventeen and one")
    said = [other_speech.Sentence(path=Path(text), text=text, speaker="a", corpus="b") for text in texts]
    assert [each["text"] for each in other_speech.digit_sentences(said)] == ["zero three", "two five"]


def test_words_stand_between_pauses(benchmark: Callable[[str], Any], tmp_path: Path) -> None:
    other_speech = benchmark("other_speech")
    sound = np.zeros(4 * 8000, np.float32)
    for begin, end in ((0.5, 0.9), (1.5, 1.7), (1.75, 2.0), (2.5, 3.6), (3.7, 3.8)):
        sound[int(begin * 8000) : int(end * 8000)] = 0.3 * np.sin(np.arange(int(end * 8000) - int(begin * 8000)))
    soundfile.write(tmp_path / "a.wav", sound, 8000)
    said = [
        other_speech.Sentence(path=tmp_path / "a.wav", text=text, speaker="a", corpus="b")
        for text in ("a bear, alone", "two bears")
    ]
    found = list(other_speech.other_words(said))
    assert [(word["start"], word["end"]) for word in found] == [(0.49, 0.91), (1.49, 2.01)]


def test_other_words_are_halved_by_speaker(benchmark: Callable[[str], Any]) -> None:
    spoken_digits = benchmark("spoken_digits")
    draw = np.random.default_rng(0)
    clips = [{"speaker": f"{draw.integers(30):x}", "label": "_other_", "n": n} for n in range(200)]
    clips += [{"speaker": "1", "label": "one"}, {"speaker": "2", "label": "two"}]
    train, test = spoken_digits.halves(clips)
    assert sorted(clip["n"] for clip in train + test) == list(range(200))
    assert not {clip["speaker"] for clip in train} & {clip["speaker"] for clip in test}
    assert not {clip["speaker"] for clip in train} & {"1", "2"}
    assert 90 <= len(train) <= 110


@pytest.mark.data
@pytest.mark.skipif(not DATA, reason="NLPKIT_DATA names no folder with the data")
def test_manifests_of_the_data(benchmark: Callable[[str], Any], tmp_path: Path) -> None:
    assert DATA
    sizes = benchmark("spoken_digits").lay_out(tmp_path, Path(DATA) / "speech", ["digits", "commands", "music"])
    assert [sizes[name] for name in ("train", "dev", "final", "test", "commands-digits")] == [2400, 300, 2700, 300, 100]
    assert sizes["commands-other-train"] + sizes["commands-other-test"] == 200
    read = {}
    for name in sizes:
        records = [json.loads(line) for line in (tmp_path / f"{name}.jsonl").read_text().splitlines()]
        paths = [(tmp_path / name).parent / record["path"] for record in records]
        assert all(path.is_file() for path in paths)
        read[name] = [{**record, "path": path.resolve()} for record, path in zip(records, paths, strict=True)]
        places = {(record["path"], record.get("start")) for record in read[name]}
        assert len(places) == len(records) == sizes[name]
    index = {
        name: {int(r["path"].stem.split("_")[2]) for r in read[name]} for name in ("train", "dev", "final", "test")
    }
    assert index == {"train": {*range(10, 50)}, "dev": {*range(5, 10)}, "final": {*range(5, 50)}, "test": {*range(5)}}
    for name in ("train", "test"):
        assert {record["text"] for record in read[name]} == {
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
        }
    for speaker in ("george", "jackson", "lucas", "nicolas", "theo", "yweweler"):
        assert {record["speaker"] for record in read[f"speakers/{speaker}-test"]} == {speaker}
        assert len({record["speaker"] for record in read[f"speakers/{speaker}-train"]} - {speaker}) == 5
        assert (sizes[f"speakers/{speaker}-train"], sizes[f"speakers/{speaker}-test"]) == (2500, 500)
    speakers = [{record["speaker"] for record in read[f"commands-other-{name}"]} for name in ("train", "test")]
    assert not speakers[0] & speakers[1]
