"""Trainings of speech that start from a trained model: what is taken from it, and what is new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tone_words import write_recordings

from nlpkit.errors import ParameterError
from nlpkit.jobs.speech_plan import SpeechPlan
from nlpkit.jobs.train_speech import train_speech

LOOP: dict[str, Any] = {"epochs": 1, "batch_clips": 8, "band_masks": 0}
STILL: dict[str, Any] = {**LOOP, "max_steps": 1, "learning_rate": 1e-9}
SIZES: dict[str, Any] = {
    "cnn": {"n_mels": 12, "channels": (6, 8)},
    "ctc": {"n_mels": 12, "channels": 4, "hidden_size": 8, "layers": 1},
}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recordings(tmp_path_factory.mktemp("tones"), n=4)


def run(output: Path, manifest: Any, **given: Any) -> tuple[SpeechPlan, Any]:
    """Train; a model that starts from none is small."""
    sizes = {} if "base" in given else SIZES[given.get("architecture", "cnn")]
    own = {**sizes, **LOOP, **given.pop("parameters", {})}
    report = train_speech(output, manifest, parameters=own, device="cpu", threads=1, **given)
    return report.plan, report.model


def test_a_base_gives_its_body_and_its_features(recordings: Path, tmp_path: Path) -> None:
    _, base = run(tmp_path / "base", recordings)
    new = write_recordings(tmp_path / "new", n=6, words=("bb", "ac"))
    plan, model = run(tmp_path / "model", new, base=tmp_path / "base")
    assert plan.labels == ("ac", "bb")
    for name, array in base.weights.items():
        if not name.startswith("output."):
            np.testing.assert_array_equal(model.weights[name], array)
    np.testing.assert_array_equal(model.front.mean, base.front.mean)
    others: list[dict[str, Any]] = [{"sr": 16000}, {"parameters": {"n_mels": 20}}, {"parameters": {"channels": (6, 9)}}]
    for other in others:
        with pytest.raises(ParameterError, match=r"and the model of --base has .*: leave it out"):
            run(tmp_path / "other", new, base=tmp_path / "base", **other)
    with pytest.raises(ParameterError, match=r"is a CnnClassifier, and ctc \(--arch\) starts from a CtcRecognizer"):
        run(tmp_path / "ctc", new, base=tmp_path / "base", architecture="ctc")


def _row_of(model: Any, token: str) -> list[float]:
    place = model.alphabet.tokens.index(token)
    return [*model.weights["output.weight"][place].tolist(), float(model.weights["output.bias"][place])]


@pytest.fixture(scope="module")
def base_of_letters(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("base") / "model"
    return folder, run(folder, recordings, architecture="ctc", vocabulary="open")[1]


@pytest.mark.parametrize("pieces", [None, 9])
def test_new_letters_get_a_new_head_that_keeps_the_known_ones(
    pieces: int | None, base_of_letters: tuple[Path, Any], tmp_path: Path
) -> None:
    folder, base = base_of_letters
    new = write_recordings(tmp_path / "new", n=3, words=("cad", "dab"))
    given: dict[str, Any] = {"architecture": "ctc", "parameters": STILL}
    plan, model = run(tmp_path / "model", new, base=folder, pieces=pieces, **given)
    assert not plan.left_out
    known = {token for token in model.alphabet.tokens if token in base.alphabet.tokens}
    assert known >= {"", "a", "b", "c", " "}
    for token in known:
        assert _row_of(model, token) == pytest.approx(_row_of(base, token), abs=1e-6), token
    for name, array in base.weights.items():
        assert np.array_equal(model.weights[name], array) == (not name.startswith("output.")), name
    assert plan.new_labels == len(model.alphabet) - len(known)
    if pieces is None:
        assert model.alphabet.letters == (" ", "a", "b", "c", "d")
        assert plan.new_labels == 1
        return
    assert plan.pieces == len(model.alphabet)
    # a model of sub-words gets new sub-words, too
    more = write_recordings(tmp_path / "more", n=3, words=("ead", "dee"))
    plan, third = run(tmp_path / "third", more, base=tmp_path / "model", **given)
    assert plan.left_out == {}
    assert plan.pieces == len(third.alphabet)
    assert third.alphabet.decode(third.alphabet.encode("dee ead")) == "dee ead"


def test_a_base_whose_letters_suffice_keeps_its_head(base_of_letters: tuple[Path, Any], tmp_path: Path) -> None:
    folder, base = base_of_letters
    new = write_recordings(tmp_path / "new", n=3, words=("aa", "ba"))
    plan, model = run(tmp_path / "model", new, architecture="ctc", base=folder, parameters=STILL)
    assert plan.new_labels == 0
    assert model.alphabet.letters == base.alphabet.letters
    np.testing.assert_allclose(model.weights["output.weight"], base.weights["output.weight"], atol=1e-6)


def test_labels_that_a_base_knows_keep_their_rows(recordings: Path, tmp_path: Path) -> None:
    _, base = run(tmp_path / "base", recordings)
    new = write_recordings(tmp_path / "new", n=3, words=("ba", "bb", "ca"))
    plan, model = run(tmp_path / "model", new, base=tmp_path / "base", parameters=STILL)
    assert (model.labels, plan.new_labels) == (("ba", "bb", "ca"), 1)
    head, before = model.weights["output.weight"], base.weights["output.weight"]
    np.testing.assert_allclose(head[[0, 2]], before[[1, 2]], atol=1e-6)
    assert not np.allclose(head[1], before[0], atol=1e-3)
