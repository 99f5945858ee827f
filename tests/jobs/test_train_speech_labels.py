"""Labels and texts of a training of speech: which column, which are rejected, and recordings that are listed twice."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tone_words import write_recordings

from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs.evaluate_speech import evaluate_speech
from nlpkit.jobs.speech_plan import SpeechPlan
from nlpkit.jobs.train_speech import train_speech

CNN: dict[str, Any] = {"epochs": 1, "batch_clips": 8, "band_masks": 0, "n_mels": 12, "channels": (6, 8)}
CTC: dict[str, Any] = {"epochs": 1, "batch_clips": 8, "n_mels": 12, "channels": 4, "hidden_size": 8, "layers": 1}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recordings(tmp_path_factory.mktemp("tones"), n=3)


def relisted(recordings: Path, name: str, change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Path:
    """Write a manifest with changed rows beside another one."""
    rows = [json.loads(line) for line in recordings.read_text().splitlines()]
    path = recordings.parent / name
    path.write_text("".join(json.dumps(change(number, row)) + "\n" for number, row in enumerate(rows)))
    return path


def run(output: Path, manifest: Any, **given: Any) -> tuple[SpeechPlan, Any]:
    own = CTC if given.get("architecture") == "ctc" else CNN
    report = train_speech(output, manifest, parameters=own, device="cpu", threads=1, **given)
    return report.plan, report.model


def test_white_space_around_labels_is_no_part_of_them(recordings: Path, tmp_path: Path) -> None:
    listing = relisted(
        recordings, "spaces.jsonl", lambda n, row: {**row, "label": ["", " ", "\t"][n % 3] + row["label"]}
    )
    plan, _ = run(tmp_path / "model", listing)
    assert plan.labels == ("ab", "ba", "ca")
    assert not plan.left_out
    spaced = relisted(recordings, "after.jsonl", lambda n, row: {**row, "label": row["label"] + " "})
    assert evaluate_speech(tmp_path / "model", spaced).classification.recordings == 9


def test_a_label_to_reject_that_no_recording_has(recordings: Path, tmp_path: Path) -> None:
    said = "reject is 'ac', a label that no recording has (--reject): expected one of ab, ba, ca"
    for architecture in ("cnn", "ctc"):
        with pytest.raises(ParameterError, match=re.escape(said)):
            run(tmp_path / "model", recordings, architecture=architecture, reject=["ab", "ac"])
    unlabelled = relisted(recordings, "texts.jsonl", lambda _, row: {"path": row["path"], "text": row["text"]})
    with pytest.raises(ParameterError, match=r"none has a label in the column 'label' \(--label\)"):
        run(tmp_path / "model", unlabelled, architecture="ctc", reject=["ab"])


def test_not_all_labels_can_be_rejected(recordings: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"all labels are of sounds to reject \(ab, ba, ca\).*--reject"):
        run(tmp_path / "model", recordings, reject=["ab", "ba", "ca"])
    with pytest.raises(ParameterError, match="all recordings are of sounds to reject"):
        run(tmp_path / "model", recordings, architecture="ctc", reject=["ab", "ba", "ca"])
    plan, model = run(tmp_path / "model", recordings, architecture="ctc", reject=["ca"], vocabulary="closed")
    assert (model.alphabet.letters, plan.vocabulary, plan.left_out) == ((" ", "a", "b"), ("ab", "ba"), {})


def test_a_column_of_labels_that_is_not_there(recordings: Path, tmp_path: Path) -> None:
    listing = relisted(
        recordings, "moods.jsonl", lambda n, row: {"path": row["path"], "emotion": n % 2, "client_id": n}
    )
    said = f"{listing}: there is no column 'Emotions' of labels (--label); found speaker, emotion"
    with pytest.raises(InputError, match=re.escape(said)):
        run(tmp_path / "model", listing, label="Emotions")
    with pytest.raises(
        InputError, match=r"there is no column 'label' of labels, or it is empty \(--label\); found spe"
    ):
        run(tmp_path / "model", listing)
    assert run(tmp_path / "model", listing, label="emotion")[0].labels == ("0", "1")
    assert len(run(tmp_path / "speakers", listing, label="client_id")[0].labels) == 9
    with pytest.raises(
        InputError, match=r"there is no column 'Emotions' of labels \(--label\); found speaker, emotion"
    ):
        evaluate_speech(tmp_path / "model", listing, label="Emotions", on_bad="skip")


def test_texts_that_are_not_there(recordings: Path, tmp_path: Path) -> None:
    listing = relisted(recordings, "labels.jsonl", lambda _, row: {"path": row["path"], "label": row["label"]})
    said = "no recording has a text, which ctc learns (--arch); the recordings have labels, which --arch cnn and --arch"
    with pytest.raises(InputError, match=re.escape(said)):
        run(tmp_path / "model", listing, architecture="ctc")
    bare = relisted(recordings, "bare.jsonl", lambda _, row: {"path": row["path"]})
    with pytest.raises(InputError, match=r"no recording has a text, which ctc learns \(--arch\)$"):
        run(tmp_path / "model", bare, architecture="ctc")


def warned(output: Path, manifest: Any, **given: Any) -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(output, manifest, **given)
    return [str(each.message) for each in caught if "recording" in str(each.message)]


def test_recordings_that_are_trained_on_and_validated_with(recordings: Path, tmp_path: Path) -> None:
    other = relisted(recordings, "other.jsonl", lambda n, row: {**row, "end": 0.2} if n > 1 else row)
    [said] = warned(tmp_path / "model", recordings, valid=other)
    name = f"{recordings.parent}/ab-0.wav"
    assert said == (
        f"2 of 9 recordings to validate with are also trained on (such as {name}), so that the score is too good: give"
        " other recordings with --valid"
    )
    assert warned(tmp_path / "twice", [recordings, recordings]) == []
    plans = [run(tmp_path / f"{n}", [recordings] * n)[0] for n in (1, 3)]
    assert plans[1].clips == 3 * plans[0].clips
    assert plans[1].valid_clips == 3 * plans[0].valid_clips
    apart = relisted(recordings, "apart.jsonl", lambda _, row: {**row, "end": 0.2})
    assert warned(tmp_path / "apart", recordings, valid=apart) == []


def test_a_recording_with_two_labels(recordings: Path, tmp_path: Path) -> None:
    valid = write_recordings(tmp_path / "valid", n=1)
    again = relisted(recordings, "again.jsonl", lambda n, row: {**row, "label": "ba"} if n < 3 else row)
    [said] = warned(tmp_path / "model", [recordings, again], valid=valid)
    assert said == (
        "2 recordings to train on are listed with different labels (such as"
        f" {recordings.parent}/ab-0.wav: 'ab' and 'ba'): list each once, with the right one"
    )
    assert warned(tmp_path / "texts", [recordings, again], valid=valid, architecture="ctc") == []
