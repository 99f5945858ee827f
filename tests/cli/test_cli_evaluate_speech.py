"""``nlpkit evaluate --manifest``: the report, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import soundfile as sf
from tone_models import tone_classifier, tone_recognizer
from tone_words import SR, spoken

pytest.importorskip("jiwer")

SAID = ("aaa", "aaa", "bbb", "ccc", "   ", "bbb", "aaa", "bbb")
LABELS = ("a", "a", "b", "c", "_other_", "a", "_other_", "a")


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    tone_classifier().save(tmp_path / "labels")
    tone_recognizer().save(tmp_path / "texts")
    rows = []
    for number, (text, label) in enumerate(zip(SAID, LABELS, strict=True)):
        sf.write(tmp_path / f"{number}.wav", spoken(text, 100 + number), SR)
        rows.append({"path": f"{number}.wav", "label": label})
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)))
    texts = []
    for text, right in (("ab", "Ab."), ("ab", "ab"), ("ba", "ab"), ("c", "c b")):
        sf.write(tmp_path / f"{text}.wav", spoken(text, 100), SR)
        texts.append({"path": f"{text}.wav", "text": right})
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, texts)))
    (tmp_path / "bad.jsonl").write_text(json.dumps({"path": "gone.wav", "label": "a"}) + "\n" + json.dumps(rows[0]))


def cells(out: str, first: str) -> list[str]:
    """The words of the line that begins so."""
    [line] = [line.split() for line in out.splitlines() if line.strip().startswith(first)]
    return line


def test_a_classifiers_report(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    outcome = run("evaluate", "labels", "--manifest", "labels.jsonl", "--confusion", "c.png")
    assert (outcome.code, outcome.err) == (0, "")
    assert "8 recordings" in outcome.out
    assert cells(outcome.out, "accuracy  ")[1:3] == ["62.50", "%"]
    assert cells(outcome.out, "rejected  ")[1] == "12.50"
    assert cells(outcome.out, "not rejected of other sounds")[5] == "50.00"
    by_class = outcome.out.partition("precision")[2].partition("most frequent")[0]
    assert cells(by_class, "a   ")[1:7] == ["4", "66.67", "%", "50.00", "%", "57.14"]
    assert cells(outcome.out, "expected calibration error")[-1] == "%"
    confusions = outcome.out.partition("most frequent errors")[2]
    assert confusions.split()[:3] == ["label", "answer", "times"]
    assert [line.split() for line in confusions.splitlines()[4:6]] == [["a", "b", "2"], ["_other_", "a", "1"]]
    assert "recordings with a wrong answer: 3\n" in outcome.out
    for number in (5, 6, 7):
        assert f"{number}.wav" in outcome.out
    assert "real-time factor 0.0" in outcome.out
    assert "metric:accuracy|data:labels.jsonl#" in outcome.out
    assert (tmp_path / "c.png").stat().st_size > 5000


def test_a_recognisers_report(run: Any) -> None:
    outcome = run("evaluate", "texts", "--manifest", "texts.jsonl")
    assert (outcome.code, outcome.err) == (0, "")
    assert cells(outcome.out, "WER, words")[2:4] == ["40.00", "%"]
    assert cells(outcome.out, "WER, words")[-4:] == ["1", "1", "0", "5"]
    assert "recordings with a wrong word: 2 of 4" in outcome.out
    assert "the normaliser 'lower'" in outcome.out
    assert "ba.wav\nREF: ab\nHYP: ba\n     S\n" in outcome.out
    assert "c.wav\nREF: c b\nHYP: c *\n       D\n" in outcome.out
    assert "metric:WER|data:texts.jsonl#" in outcome.out
    strict = run("evaluate", "texts", "--manifest", "texts.jsonl", "--normalizer", "none").out
    assert cells(strict, "WER, words")[2] == "60.00"
    assert "the normaliser 'none'" in strict


def test_the_worst_recordings_are_shown(run: Any) -> None:
    one = run("evaluate", "labels", "--manifest", "labels.jsonl", "--worst", "1").out
    assert "recordings with a wrong answer: 3 (shown: 1, the surest)" in one
    assert sum(f"{number}.wav" in one for number in range(8)) == 1
    assert "wrong answer" not in run("evaluate", "labels", "--manifest", "labels.jsonl", "--worst", "0").out
    few = run("evaluate", "texts", "--manifest", "texts.jsonl", "--worst", "1").out
    assert few.count("REF:") == 1


def test_reports_as_json(run: Any) -> None:
    labels, texts = (
        json.loads(run("evaluate", name, "--manifest", f"{name}.jsonl", "--format", "json", "--bootstrap", "0").out)
        for name in ("labels", "texts")
    )
    assert labels["classification"]["accuracy"] == 5 / 8
    assert labels["transcripts"] is None
    assert [answer["answer"] for answer in labels["answers"]] == ["a", "a", "b", "c", None, "b", "a", "b"]
    assert [answer["is_right"] for answer in labels["answers"]] == [True] * 5 + [False] * 3
    assert labels["real_time_factor"] == labels["compute_seconds"] / labels["seconds"]
    assert texts["transcripts"]["words"]["rate"] == 2 / 5
    assert texts["transcripts"]["words"]["low"] is None
    assert texts["transcripts"]["wrong"][0] == {"number": 2, "pairs": [["ab", "ba"]]}
    assert texts["left_out"] == {}


def test_what_is_left_out_is_said(run: Any) -> None:
    refused = run("evaluate", "labels", "--manifest", "bad.jsonl")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "gone.wav" in refused.err
    assert "--on-bad skip" in refused.err
    skipped = run("evaluate", "labels", "--manifest", "bad.jsonl", "--on-bad", "skip")
    assert skipped.code == 0
    assert skipped.err.startswith("nlpkit: left out, ")
    assert skipped.err.endswith(": 1\n")
    assert "1 recording " in skipped.out


RECORDINGS = ("--manifest", "labels.jsonl")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["labels", *RECORDINGS, "--beam", "2"], "--beam is about translations"),
        (["labels", *RECORDINGS, "--ref", "a.txt"], "--ref is about translations"),
        (["labels", *RECORDINGS, "-o", "a.txt"], "--output is about translations"),
        (["labels", *RECORDINGS, "--lowercase"], "--lowercase is about translations"),
        (["none", *RECORDINGS], "of the one that ships, spoken-digits"),
        (["labels", *RECORDINGS, "--worst", "-1"], "--worst is -1"),
        (["labels", *RECORDINGS, "--format", "xml"], "choose text or json"),
        (["labels", *RECORDINGS, "--channel", "each"], "channel is 'each'"),
        (["labels", *RECORDINGS, "--label", "colour"], "there is no column 'colour' of labels (--label); found label"),
        (["labels", "--manifest", "texts.jsonl"], "there is no column 'label' of labels, or it is empty (--label)"),
        (["texts", *RECORDINGS], "line 1: has no text to compare with; --nulls empty"),
        (["texts", *RECORDINGS, "--confusion", "c.png"], "the model gives texts"),
        (["labels", "--worst", "3"], "--worst is about recordings: name them with --manifest"),
        (["labels", "--src", "a.txt", "--ref", "a.txt", "--normalizer", "none"], "--normalizer is about recordings"),
        (["labels"], "or recordings with --manifest"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(value),
)
def test_what_cannot_be_is_refused_in_one_line(run: Any, arguments: list[str], message: str) -> None:
    outcome = run("evaluate", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1


def test_less_than_a_moment_of_sound_has_no_real_time_factor(run: Any, tmp_path: Path) -> None:
    sf.write(tmp_path / "short.wav", [0.1], SR)
    (tmp_path / "short.jsonl").write_text(json.dumps({"path": "short.wav", "text": "a"}))
    outcome = run("evaluate", "texts", "--manifest", "short.jsonl")
    assert (outcome.code, outcome.err) == (0, "")
    assert "1 recording " in outcome.out
    assert "real-time factor" not in outcome.out
