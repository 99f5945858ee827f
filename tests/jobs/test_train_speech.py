"""Trainings of speech from manifests: what is learnt, what is left out, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tone_words import SR, spoken, write_recordings

import nlpkit
from nlpkit.errors import InputError, OutputError, ParameterError
from nlpkit.jobs.evaluate_speech import evaluate_speech
from nlpkit.jobs.speech_plan import SpeechPlan
from nlpkit.jobs.train_speech import train_speech
from nlpkit.speech.recognition import CnnClassifier, CtcRecognizer

LOOP: dict[str, Any] = {"epochs": 1, "batch_clips": 8, "band_masks": 0}
QUICK: dict[str, Any] = {**LOOP, "n_mels": 12}
CNN: dict[str, Any] = {"channels": (6, 8)}
CTC: dict[str, Any] = {"channels": 4, "hidden_size": 8, "layers": 1}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recordings(tmp_path_factory.mktemp("tones"), n=8)


def run(output: Path, manifest: Any, **given: Any) -> tuple[SpeechPlan, Any]:
    own = {**QUICK, **(CTC if given.get("architecture") == "ctc" else CNN), **given.pop("parameters", {})}
    report = train_speech(output, manifest, parameters=own, device="cpu", threads=1, **given)
    return report.plan, report.model


def test_a_model_folder_comes_out_that_gives_the_same_answers(recordings: Path, tmp_path: Path) -> None:
    plan, model = run(tmp_path / "model", recordings)
    assert (plan.sr, plan.labels, plan.clips + plan.valid_clips) == (8000, ("ab", "ba", "ca"), 24)
    loaded = nlpkit.load(tmp_path / "model")
    assert isinstance(loaded, CnnClassifier)
    clips = [recordings.parent / "ab-0.wav", spoken("ca", 3)]
    assert loaded.classify(clips) == model.classify(clips)
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == [
        "config.json",
        "confusion.png",
        "learning-curve.png",
        "model.safetensors",
    ]
    assert not (tmp_path / "model.partial").exists()
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["provenance"]["data"]["clips"] == plan.clips
    assert config["provenance"]["training"]["batch_clips"] == 8


def test_what_cannot_be_used_is_left_out_by_reason(recordings: Path, tmp_path: Path) -> None:
    folder = recordings.parent
    (folder / "text.wav").write_text("no sound at all")
    (folder / "empty.wav").touch()
    sf.write(folder / "none.wav", np.zeros(0, np.float32), SR)
    sf.write(folder / "long.wav", np.zeros(3 * SR, np.float32), SR)
    sf.write(folder / "short.wav", spoken("a")[: SR // 50], SR)
    bad = [
        {"path": "text.wav", "text": "ab"},
        {"path": "empty.wav", "text": "ab"},
        {"path": "gone.wav", "text": "ab"},
        {"path": "none.wav", "text": "ab"},
        {"path": "long.wav", "text": "ab"},
        {"path": "short.wav", "text": "abcabc"},
        {"path": "ab-0.wav", "text": "…"},
        {"path": "ab-1.wav"},
    ]
    listing = folder / "with-bad.jsonl"
    listing.write_text(recordings.read_text() + "".join(json.dumps(row) + "\n" for row in bad))
    plan, model = run(tmp_path / "model", listing, architecture="ctc", parameters={"max_seconds": 2.0})
    assert isinstance(model, CtcRecognizer)
    counts = dict(plan.left_out)
    assert counts.pop("longer than max_seconds, 2 s") == 1
    assert counts.pop("more letters than frames") == 1
    assert counts.pop("no text") == 2
    assert sum(counts.values()) == 4, counts
    assert plan.clips + plan.valid_clips == 24
    assert set(plan.examples) == set(plan.left_out)


@pytest.mark.filterwarnings("ignore:.* are also trained on")
def test_records_that_cannot_be_used_are_left_out_with_an_example(recordings: Path, tmp_path: Path) -> None:
    rows = [
        "path,start,end,channel,label",
        *(f"{path.name},,,,{path.name[:2]}" for path in recordings.parent.glob("??-*")),
    ]
    bad = ["gone.wav,,,,ab", "ab-0.wav,0.2,0.1,,ab", ",,,,ab", "ab-0.wav,soon,,,ab", "ab-0.wav,,,2,ab"]
    listing = recordings.parent / "with-bad.csv"
    listing.write_text("\n".join([*rows, *bad]))
    plan, _ = run(tmp_path / "model", listing, valid=listing, channel=1)
    expected = {"file is missing": 2, "time that cannot be used": 4, "no path": 2, "cannot be read": 2}
    assert plan.left_out == expected
    assert plan.examples["file is missing"] == f"{listing}, line {len(rows) + 1}: there is no file 'gone.wav'"
    assert plan.examples["time that cannot be used"].endswith("found end 0.1 s and start 0.2 s, expected a later end")
    assert plan.clips == plan.valid_clips == len(rows) - 1
    with pytest.raises(InputError, match=r"there is no file 'gone.wav'"):
        run(tmp_path / "other", listing, on_bad="error")
    listing.write_text("\n".join([rows[0], *bad[:1]]))
    said = r"lists no recording that can be read \(file is missing: 1\); the first: .*with-bad.csv, line 2: there is no"
    with pytest.raises(InputError, match=said):
        run(tmp_path / "other", listing)


def test_nothing_left_is_an_error_that_says_why(tmp_path: Path) -> None:
    listing = tmp_path / "list.jsonl"
    (tmp_path / "a.wav").write_text("text")
    listing.write_text('{"path": "a.wav", "label": "x"}\n')
    with pytest.raises(InputError, match=r"no recording to train on; left out: cannot be read: 1 \(such as .*a\.wav"):
        run(tmp_path / "model", listing)
    assert not (tmp_path / "model").exists()


def test_letters_that_only_the_validation_has_are_left_out_there(recordings: Path, tmp_path: Path) -> None:
    valid = write_recordings(tmp_path / "valid", n=2, words=("ab", "cab", "zab"))
    plan, model = run(tmp_path / "model", recordings, valid=valid, architecture="ctc")
    assert plan.left_out == {"letters outside the alphabet": 2}
    assert plan.valid_clips == 4
    assert model.alphabet.letters == (" ", "a", "b", "c")


def test_any_column_may_be_the_label(recordings: Path, tmp_path: Path) -> None:
    plan, _ = run(tmp_path / "model", recordings, label="speaker")
    assert plan.labels == ("s0", "s1", "s2", "s3")
    one = tmp_path / "one.jsonl"
    rows = [json.loads(line) for line in recordings.read_text().splitlines()]
    rows = [{**row, "path": str(recordings.parent / row["path"]), "label": "same"} for row in rows]
    one.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ParameterError, match="expected at least two; --label names the column"):
        run(tmp_path / "other", one)


def test_few_words_make_a_closed_vocabulary(recordings: Path, tmp_path: Path) -> None:
    assert run(tmp_path / "few", [recordings, recordings], architecture="ctc")[0].vocabulary == ("ab", "ba", "ca")
    assert run(tmp_path / "open", recordings, architecture="ctc", vocabulary="open")[0].vocabulary == ()
    assert run(tmp_path / "rare", recordings, architecture="ctc")[0].vocabulary == ()


def test_recordings_of_other_sounds_are_learnt_without_text(recordings: Path, tmp_path: Path) -> None:
    other = write_recordings(tmp_path / "other", n=3, words=("ccc",))
    rows = [json.loads(line) for line in other.read_text().splitlines()]
    other.write_text("".join(json.dumps({**row, "text": "", "label": "_other_"}) + "\n" for row in rows))
    plan, model = run(tmp_path / "ctc", [recordings, other], architecture="ctc")
    assert plan.clips + plan.valid_clips == 27
    assert plan.left_out == {}
    plan, model = run(tmp_path / "cnn", [recordings, other])
    assert model.rejects == ("_other_",)
    assert model.label_of(np.array([9.0 * (label == "_other_") for label in model.labels])).label is None


def test_speakers_are_kept_whole_for_the_validation_where_there_are_many(tmp_path: Path) -> None:
    listing = write_recordings(tmp_path / "all", n=10)
    rows = [json.loads(line) for line in listing.read_text().splitlines()]
    listing.write_text("".join(json.dumps({**row, "speaker": f"v{n // 3}"}) + "\n" for n, row in enumerate(rows)))
    plan, _ = run(tmp_path / "model", listing)
    assert (plan.valid_clips, plan.valid_source) == (3, "kept from the training, 1 of 10 speakers")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"architecture": "rnn"}, "architecture is 'rnn': expected one of cnn, lstm, ctc"),
        ({"parameters": {"stride": 2}}, "cnn has no option 'stride': it belongs to ctc"),
        ({"parameters": {"monitor": "wer"}}, "monitor is 'wer': cnn has accuracy and loss"),
        (
            {"parameters": {"snr": (30.0, 5.0)}},
            "snr is (30.0, 5.0): expected two numbers from -100 to 200, the smaller",
        ),
        ({"parameters": {"snr": "5,5"}}, "snr is '5,5': expected two numbers"),
        ({"parameters": {"max_seconds": 0}}, "max_seconds is 0: expected a number of seconds above 0"),
        ({"parameters": {"batch_seconds": 0.0}}, "batch_seconds is 0.0: expected a number of seconds above 0"),
        ({"parameters": {"join": 3}}, "join belongs to ctc, and cnn learns labels: leave it out"),
        ({"parameters": {"pause": (0.0, 0.1)}}, "pause belongs to ctc"),
        ({"parameters": {"blank_penalty": 1.0}}, "blank_penalty belongs to ctc"),
        ({"architecture": "ctc", "parameters": {"mixup": 0.2}}, "mixup belongs to cnn and lstm, and ctc learns texts"),
        ({"architecture": "ctc", "parameters": {"class_weights": "balanced"}}, "class_weights belongs to cnn and lstm"),
        ({"parameters": {"channels": (0,)}}, "channels is 0: expected a whole number of at least 1"),
        ({"architecture": "ctc", "parameters": {"channels": (4, 5)}}, "channels is (4, 5): expected a whole number"),
        ({"unfreeze": True}, "unfreeze trains all layers of a model to start from: name one with --base (base)"),
        ({"pieces": 50}, "pieces belongs to ctc, and cnn learns labels: leave it out"),
        ({"vocabulary": "open"}, "vocabulary belongs to ctc, and cnn learns labels"),
        ({"accept": 0.0}, "accept is 0.0: expected a share above 0"),
        ({"architecture": "ctc", "letters": "upper"}, "letters is 'upper': expected one of lower, as-is"),
        ({"architecture": "ctc", "vocabulary": "some"}, "vocabulary is 'some'"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_read(given: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=re.escape(said)):
        run(tmp_path / "model", tmp_path / "missing.jsonl", **given)


def test_a_folder_that_is_there_is_refused(recordings: Path, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(OutputError):
        run(tmp_path / "model", recordings)


def test_pieces_of_sentencepiece_are_tokens_and_stand_in_the_folder(recordings: Path, tmp_path: Path) -> None:
    _, model = run(tmp_path / "model", recordings, architecture="ctc", pieces=10, vocabulary="open")
    loaded = nlpkit.load(tmp_path / "model")
    assert isinstance(loaded, CtcRecognizer)
    assert (tmp_path / "model" / "spm.model").exists()
    assert loaded.alphabet.encode("ab ca") == model.alphabet.encode("ab ca")
    clips = [spoken("ab", 1)]
    assert loaded.recognize(clips) == model.recognize(clips)
    report = train_speech(
        tmp_path / "more", recordings, architecture="ctc", base=tmp_path / "model", parameters=LOOP, device="cpu"
    )
    assert len(report.model.alphabet) == len(model.alphabet)


def test_a_blank_penalty_finds_more_words_by_the_same_network(recordings: Path, tmp_path: Path) -> None:
    own = {"architecture": "ctc", "vocabulary": "closed"}
    for penalty in (0.0, 3.0):
        run(tmp_path / f"{penalty}", recordings, **own, parameters={"blank_penalty": penalty})
    without, model = nlpkit.load(tmp_path / "0.0"), nlpkit.load(tmp_path / "3.0")
    assert without.weights.keys() == model.weights.keys()
    for name, weights in model.weights.items():
        np.testing.assert_array_equal(weights, without.weights[name])
    logits = np.full((4, len(model.alphabet)), -5.0)
    logits[:, 0] = 1.0
    logits[[1, 2], model.alphabet.encode("ab")] = 0.0
    model.limit = without.limit = 0.0
    assert without.transcript_of(logits, np.zeros(8000)).text == ""
    [word] = model.transcript_of(logits, np.zeros(8000)).words
    assert (word.text, word.confidence) == ("ab", pytest.approx(1 / (1 + np.e), abs=0.01))


@pytest.mark.parametrize("architecture", ["cnn", "ctc"])
def test_the_score_of_the_validation_is_that_of_the_saved_model(architecture: str, tmp_path: Path) -> None:
    listing = write_recordings(tmp_path / "tones", n=6)
    valid = write_recordings(tmp_path / "valid", n=4, first=50)
    own = {**QUICK, **(CTC if architecture == "ctc" else CNN), "epochs": 4, "learning_rate": 1e-2}
    run: dict[str, Any] = {"architecture": architecture, "parameters": own, "device": "cpu", "threads": 1}
    if architecture == "ctc":
        run["vocabulary"] = "closed"
    report = train_speech(tmp_path / "model", listing, valid=valid, accept=0.8, **run)
    evaluated = evaluate_speech(tmp_path / "model", valid, normalizer="none", threads=1)
    told = nlpkit.load(tmp_path / "model").provenance["validation"]
    if architecture == "ctc":
        assert report.validation.words.errors == evaluated.transcripts.words.errors
        assert told["wer"]["rate"] == report.validation.words.rate
        assert not (tmp_path / "model" / "confusion.png").exists()
        return
    expected = evaluated.classification
    assert report.validation.confusion == expected.confusion
    assert told["accuracy"] == {"share": expected.accuracy, "low": expected.low, "high": expected.high}
    assert told["rejected"] == expected.rejected > 0
    assert set(told["classes"]) == {each.label for each in expected.classes}
    assert sum(count for _, _, count in told["confusions"]) == expected.recordings - expected.correct
    assert (tmp_path / "model" / "confusion.png").read_bytes().startswith(b"\x89PNG")
