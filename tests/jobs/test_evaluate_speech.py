"""Evaluation of models of speech: every recording counts, and scores are those of the model's own answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
from tone_models import tone_classifier, tone_recognizer
from tone_words import SR, spoken
from tones import ToneRecognizer, said

from nlpkit.embeddings import Hashing
from nlpkit.errors import ArtifactError, InputError, OutputError, ParameterError
from nlpkit.evaluation import score_transcripts
from nlpkit.jobs import evaluate_speech

pytest.importorskip("jiwer")


def listed(folder: Path, clips: Sequence[str], **columns: Sequence[Any]) -> Path:
    """Write recordings and their manifest, with the columns given."""
    folder.mkdir(exist_ok=True)
    rows = []
    for number, text in enumerate(clips):
        sf.write(folder / f"{number}.wav", spoken(text, 100 + number), SR)
        values = {name: column[number] for name, column in columns.items() if column[number] is not None}
        rows.append(json.dumps({"path": f"{number}.wav", **values}))
    (folder / "manifest.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder / "manifest.jsonl"


SAID = ["aaa", "aaa", "bbb", "bbb", "ccc", "   ", "bbb", "aaa"]
LABELS = ["a", "a", "b", "b", "c", "_other_", "a", "_other_"]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    return listed(tmp_path / "labelled", SAID, label=LABELS)


def test_classification_by_hand(labelled: Path) -> None:
    report = evaluate_speech(tone_classifier(), labelled)
    score = report.classification
    assert score is not None
    assert [each.answer for each in report.answers] == ["a", "a", "b", "b", "c", None, "b", "a"]
    assert [each.is_right for each in report.answers] == [True] * 6 + [False] * 2
    assert (score.correct, score.recordings, score.accuracy) == (6, 8, 0.75)
    assert [each.label for each in score.classes] == ["a", "b", "c", "_other_"]
    assert score.confusion == ((2, 1, 0, 0), (0, 2, 0, 0), (0, 0, 1, 0), (1, 0, 0, 1))
    assert (score.other_accepted, score.known_rejected) == (0.5, 0.0)
    assert report.transcripts is None
    assert report.left_out == {}


def test_probabilities_are_the_models_own(labelled: Path) -> None:
    model = tone_classifier()
    report = evaluate_speech(model, labelled)
    found = model.classify([str(labelled.parent / f"{number}.wav") for number in range(len(SAID))])
    assert [each.confidence for each in report.answers] == [each.confidence for each in found]
    score = report.classification
    assert score is not None
    p = [each.probabilities[label] for each, label in zip(found, LABELS, strict=True)]
    assert score.negative_log_likelihood == pytest.approx(-np.log(p).mean())


def test_transcripts_are_those_of_the_model_and_scored_as_alone(tmp_path: Path) -> None:
    clips = ["ab", "ba ca", "c", "abc a", "b", "ca cb", " "]
    texts = ["ab", "Ba, ca!", "c b", "abc a", "a", "ca cb", ""]
    manifest = listed(tmp_path / "texts", clips, text=texts)
    model = tone_recognizer()
    report = evaluate_speech(model, manifest, bootstrap=50, seed=3)
    made = [each.text for each in model.recognize([str(manifest.parent / f"{n}.wav") for n in range(len(clips))])]
    assert len({text == right for text, right in zip(made, clips, strict=True)}) == 2  # some are wrong, others right
    assert [each.answer for each in report.answers] == made
    assert [each.wanted for each in report.answers] == texts
    data = f"manifest.jsonl#{hashlib.sha256(manifest.read_bytes()).hexdigest()[:12]}"
    assert report.transcripts == score_transcripts(made, texts, bootstrap=50, seed=3, data=data)
    assert report.transcripts is not None
    wrong = {each.number for each in report.transcripts.wrong}
    assert [each.is_right for each in report.answers] == [number not in wrong for number in range(len(clips))]
    strict = evaluate_speech(model, manifest, normalizer="none", bootstrap=0).transcripts
    assert strict is not None
    assert strict.words.errors > report.transcripts.words.errors
    assert report.classification is None


def test_answers_do_not_depend_on_threads(labelled: Path) -> None:
    first, other = (evaluate_speech(tone_classifier(), labelled, threads=threads) for threads in (1, 3))
    assert first.answers == other.answers
    assert (first.threads, other.threads) == (1, 3)


def test_parts_rates_and_channels_are_read_as_the_manifest_says(tmp_path: Path) -> None:
    """One file of 24 kHz and two channels: "aaa" and "ccc" in turn, beside silence."""
    sound = np.repeat(np.concatenate([spoken("aaa", 1), spoken("ccc", 2)]), 3)
    half = len(spoken("aaa", 1)) / SR
    sf.write(tmp_path / "both.wav", np.stack([0 * sound, sound], axis=1), 3 * SR)
    rows = [
        {"path": "both.wav", "end": half, "channel": 2, "label": "a"},
        {"path": "both.wav", "start": half, "channel": 2, "label": "c"},
        {"path": "both.wav", "start": half, "channel": 1, "label": "_other_"},
    ]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    report = evaluate_speech(tone_classifier(), tmp_path / "m.jsonl")
    assert [each.answer for each in report.answers] == ["a", "c", None]
    assert [each.start for each in report.answers] == pytest.approx([0, half, half])
    assert report.seconds == pytest.approx(sum(each.seconds for each in report.answers))
    assert report.answers[0].seconds == pytest.approx(half, abs=0.001)
    assert report.real_time_factor == report.compute_seconds / report.seconds > 0


def test_folders_by_label_and_other_columns(tmp_path: Path) -> None:
    for label, text in (("a", "aaa"), ("b", "bbb")):
        (tmp_path / "sounds" / label).mkdir(parents=True)
        sf.write(tmp_path / "sounds" / label / "1.wav", spoken(text, 5), SR)
    report = evaluate_speech(tone_classifier(), tmp_path / "sounds")
    assert report.classification is not None
    assert report.classification.accuracy == 1
    assert "|data:sounds|" in report.classification.signature
    words = listed(tmp_path / "words", ["aaa", "bbb"], word=["a", "b"], label=["x", "y"])
    score = evaluate_speech(tone_classifier(), words, label="word").classification
    assert score is not None
    assert score.accuracy == 1


BAD = {
    "is empty": ("empty.wav", {"label": "a", "text": "a"}),
    "has no samples": ("none.wav", {"label": "a", "text": "a"}),
    "is not an audio file": ("text.wav", {"label": "a", "text": "a"}),
    "the label 'z' is none of the model's: expected one of a, b, c, _other_, or": ("0.wav", {"label": "z"}),
    "has no label to compare with": ("0.wav", {}),
}


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A manifest of one good recording and one of each bad kind."""
    manifest = listed(tmp_path / "damaged", ["aaa"], label=["a"], text=["a"])
    (tmp_path / "damaged" / "empty.wav").write_bytes(b"")
    (tmp_path / "damaged" / "text.wav").write_bytes(b"this is no sound\n" * 20)
    sf.write(tmp_path / "damaged" / "none.wav", np.zeros(0), SR)
    return manifest


@pytest.mark.parametrize("message", BAD)
def test_a_bad_recording_is_an_error_or_left_out_and_counted(damaged: Path, message: str) -> None:
    path, values = BAD[message]
    with damaged.open("a") as file:
        file.write("\n" + json.dumps({"path": path, **values}))
    with pytest.raises(InputError, match=r"line 2.*--on-bad skip leaves it out") as error:
        evaluate_speech(tone_classifier(), damaged)
    assert message in str(error.value)
    report = evaluate_speech(tone_classifier(), damaged, on_bad="skip")
    assert len(report.answers) == 1
    assert sum(report.left_out.values()) == 1


def test_recordings_without_text(tmp_path: Path) -> None:
    manifest = listed(tmp_path / "some", ["ab", "a", " "], text=["ab", None, None], label=[None, None, "_noise_"])
    with pytest.raises(InputError, match=r"line 2: has no text .*--nulls empty .*--on-bad skip"):
        evaluate_speech(tone_recognizer(), manifest)
    skipped = evaluate_speech(tone_recognizer(), manifest, on_bad="skip")
    assert [each.wanted for each in skipped.answers] == ["ab", ""]
    assert skipped.left_out == {"no text": 1}
    taken = evaluate_speech(tone_recognizer(), manifest, nulls="empty")
    assert [each.wanted for each in taken.answers] == ["ab", "", ""]


def test_a_long_recording_is_cut_as_it_is_transcribed(tmp_path: Path) -> None:
    words = ["five", "ten", "twenty", "ten"] * 4
    sound = said(*(part for word in words for part in (word, 2.0)), "?", 1.0)
    assert len(sound) > 30 * SR
    for name, samples in (("long", sound), ("short", said("ten", 0.5, "five")), ("longer", np.tile(sound, 2))):
        sf.write(tmp_path / f"{name}.wav", samples, SR)
    texts = {"long": " ".join(words), "short": "ten five", "longer": " ".join(words * 2)}
    rows = [json.dumps({"path": f"{name}.wav", "text": text}) for name, text in texts.items()]
    (tmp_path / "m.jsonl").write_text("\n".join(rows))
    report = evaluate_speech(ToneRecognizer(), tmp_path / "m.jsonl", threads=2)
    assert [each.answer for each in report.answers] == list(texts.values())
    assert [each.seconds for each in report.answers] == [len(sound) / SR, 1.1, 2 * len(sound) / SR]


def test_nothing_left_is_an_error(damaged: Path) -> None:
    damaged.write_text('{"path": "empty.wav", "label": "a"}')
    with pytest.raises(InputError, match=r"no recording is left to evaluate .*cannot be read as sound: 1"):
        evaluate_speech(tone_classifier(), damaged, on_bad="skip")


def test_confusions_are_drawn(labelled: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    evaluate_speech(tone_classifier(), labelled, confusion=tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


def test_a_saved_model_is_evaluated_by_its_path(labelled: Path, tmp_path: Path) -> None:
    tone_classifier().save(tmp_path / "model")
    report = evaluate_speech(tmp_path / "model", labelled)
    assert report.answers == evaluate_speech(tone_classifier(), labelled).answers


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"channel": "each"}, ParameterError, "channel is 'each'"),
        ({"normalizer": "upper"}, ParameterError, "normalizer is 'upper'"),
        ({"bootstrap": -1}, ParameterError, "bootstrap is -1"),
        ({"threads": 0}, ParameterError, "threads is 0"),
        ({"confusion": "c.jpg"}, ParameterError, "expected the name of a .png"),
        ({"confusion": "no/folder/c.png"}, OutputError, "c.png"),
        ({"manifest": "none.jsonl"}, InputError, "none.jsonl"),
        ({"model": "none"}, ArtifactError, "none"),
        ({"device": "gpu"}, ParameterError, "device is 'gpu'"),
    ],
)
def test_what_cannot_be(labelled: Path, changed: dict[str, Any], error: type[Exception], message: str) -> None:
    given = {"model": tone_classifier(), "manifest": labelled, **changed}
    with pytest.raises(error, match=message):
        evaluate_speech(**given)


def test_a_picture_of_texts_and_a_model_of_texts_are_refused(labelled: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="the model gives texts"):
        evaluate_speech(tone_recognizer(), labelled, confusion=tmp_path / "c.png")
    Hashing().save(tmp_path / "hashing")
    with pytest.raises(
        ParameterError, match=r"hashing: is a model of another kind \(hashing\): expected one that recognises speech"
    ):
        evaluate_speech(tmp_path / "hashing", labelled)
