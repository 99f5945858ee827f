"""Models of speech as folders and on sound: the same alone, in a batch, from a file or at another rate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import torch
from tone_words import SR, spoken

import nlpkit
from nlpkit.errors import ArtifactError, InputError, NlpkitError, ParameterError
from nlpkit.registry import resolve
from nlpkit.speech import resample
from nlpkit.speech.recognition import CnnClassifier, CnnOptions, CtcOptions, CtcRecognizer, LstmClassifier, LstmOptions
from nlpkit.speech.recognition.front import Front, front_features
from nlpkit.training.weights import weights_of

CLIPS = [spoken("abc", 1), spoken("a", 2), spoken("ca b", 3), np.zeros(1, np.float32), np.zeros(3, np.float32)]


def model_of(cls: Any, options: Any, **given: Any) -> Any:
    front = Front.fitted(front_features(SR, options.n_mels), CLIPS[:3])
    torch.manual_seed(3)
    network = resolve("network", {"network": cls.network})(options)
    return cls(options, front, weights_of(network), **given)


MODELS: dict[str, Any] = {
    "cnn": model_of(CnnClassifier, CnnOptions(n_mels=12, n_labels=3, channels=(4, 6)), labels=("x", "y", "z")),
    "lstm": model_of(LstmClassifier, LstmOptions(n_mels=12, n_labels=3, hidden_size=6), labels=("x", "y", "z")),
    "ctc": model_of(CtcRecognizer, CtcOptions(n_mels=12, n_tokens=5, hidden_size=6, channels=4), letters=" abc"),
}


def answers(model: Any, clips: Any, **given: Any) -> list[Any]:
    return model.recognize(clips, **given) if isinstance(model, CtcRecognizer) else model.classify(clips, **given)


@pytest.mark.parametrize("name", MODELS)
def test_alone_or_in_a_batch_the_answers_are_equal_to_the_last_bit(name: str) -> None:
    model = MODELS[name]
    together = answers(model, CLIPS, threads=2)
    assert together == [answers(model, [clip], threads=1)[0] for clip in CLIPS]
    assert len(together) == len(CLIPS)


@pytest.mark.parametrize("name", MODELS)
def test_a_folder_gives_the_same_answers_and_half_the_size_nearly_the_same(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    model.save(tmp_path / "model", provenance={"data": "tones"})
    loaded = nlpkit.load(tmp_path / "model")
    assert type(loaded) is type(model)
    assert answers(loaded, CLIPS) == answers(model, CLIPS)
    assert loaded.provenance["data"] == "tones"
    assert loaded.front.options == model.front.options
    model.save(tmp_path / "half", half=True)
    sizes = [(tmp_path / folder / "model.safetensors").stat().st_size for folder in ("model", "half")]
    assert sizes[1] < 0.75 * sizes[0]
    for (_, one), (_, other) in zip(
        model.logits(CLIPS[:3]), nlpkit.load(tmp_path / "half").logits(CLIPS[:3]), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=5e-3)


@pytest.mark.parametrize("name", MODELS)
def test_torch_gives_the_same_answers_on_its_device(name: str) -> None:
    """As "cpu:0" the CPU is used through torch, like a GPU."""
    model = MODELS[name]
    expected = [logits for _, logits in model.logits(CLIPS[:3])]
    found = [logits for _, logits in model.with_weights(model.weights).on("cpu:0").logits(CLIPS[:3])]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_files_and_other_rates_are_resampled(tmp_path: Path) -> None:
    model = MODELS["cnn"]
    sf.write(tmp_path / "a.wav", CLIPS[0], SR, subtype="FLOAT")
    expected = model.classify([CLIPS[0]])
    assert model.classify([tmp_path / "a.wav"]) == expected
    assert model.classify([CLIPS[0].astype(np.float64)]) == expected
    faster = resample(CLIPS[0], SR, 16000)
    [found] = model.classify([faster], sr=16000)
    assert found.confidence == pytest.approx(expected[0].confidence, abs=0.02)


def test_what_is_no_list_of_clips_is_refused(tmp_path: Path) -> None:
    model = MODELS["cnn"]
    for one in (CLIPS[0], str(tmp_path / "a.wav"), tmp_path / "a.wav"):
        with pytest.raises(ParameterError, match=r"put it into a list, \[clip\]"):
            model.classify(one)
    with pytest.raises(ParameterError, match="2 rows"):
        model.classify([np.zeros((2, 100), np.float32)])
    with pytest.raises(InputError, match="clip"):
        model.classify([np.full(100, np.nan, np.float32)])
    with pytest.raises(InputError, match="missing"):
        model.classify([tmp_path / "missing.wav"])


def test_uncertain_labels_and_those_of_other_sounds_are_rejected() -> None:
    model = MODELS["cnn"]
    sure, unsure = np.array([4.0, 0.0, 0.0]), np.array([0.1, 0.0, 0.0])
    assert model.label_of(sure).label == model.label_of(unsure).label == "x"
    careful = model.with_weights(model.weights, limit=0.6)
    assert careful.label_of(sure).label == "x"
    assert careful.label_of(unsure).label is None
    assert careful.label_of(unsure).confidence == pytest.approx(np.exp(0.1) / (np.exp(0.1) + 2))
    other = model.with_weights(model.weights, rejects=("x",))
    assert other.label_of(sure).label is None
    cooler = model.with_weights(model.weights, temperature=2.0)
    assert cooler.label_of(sure).confidence == pytest.approx(np.exp(2) / (np.exp(2) + 2))
    assert sum(cooler.label_of(sure).probabilities.values()) == pytest.approx(1)


def test_words_have_times_and_unknown_or_uncertain_ones_are_counted() -> None:
    """Worked by hand: 20 ms a frame; "ab" in frames 1 to 3, a space, "c" in frames 5 and 6."""
    model = MODELS["ctc"]
    p = np.full((8, 5), 0.01)
    for frame, (token, share) in enumerate(
        [(0, 0.9), (2, 0.8), (0, 0.9), (3, 0.7), (1, 0.9), (4, 0.6), (4, 0.5), (0, 0.9)]
    ):
        p[frame, token] = share
    logits = np.log(p / p.sum(1, keepdims=True))
    sound = np.zeros(round(0.16 * SR), np.float32)  # silence: words last from their first to their last letter
    found = model.transcript_of(logits, sound)
    assert found.text == "ab c"
    assert [(round(word.start, 3), round(word.end, 3)) for word in found.words] == [(0.02, 0.06), (0.1, 0.12)]
    sums = p.sum(1)
    np.testing.assert_allclose(
        [word.confidence for word in found.words], [np.sqrt(0.8 / sums[1] * 0.7 / sums[3]), 0.6 / sums[5]]
    )
    careful = model.with_weights(model.weights, limit=0.94)
    assert (careful.transcript_of(logits, sound).text, careful.transcript_of(logits, sound).rejected) == ("ab", 1)
    closed = model.with_weights(model.weights, vocabulary=("c",))
    assert (closed.transcript_of(logits, sound).text, closed.transcript_of(logits, sound).rejected) == ("c", 1)


@pytest.mark.parametrize("damage", ["missing", "shape", "labels", "option"])
def test_a_folder_of_another_network_is_refused_in_one_line(damage: str, tmp_path: Path) -> None:
    model = MODELS["cnn"]
    weights = dict(model.weights)
    given: dict[str, Any] = {"labels": ("x", "y", "z")}
    options = model.options
    if damage == "missing":
        weights.pop("stem.conv.weight")
    elif damage == "shape":
        weights["output.weight"] = weights["output.weight"][:, :-1]
    elif damage == "labels":
        given["labels"] = ("x", "y")
    else:
        options = replace(options, n_labels=4)
    with pytest.raises(ArtifactError):
        CnnClassifier(options, model.front, weights, **given)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_what_is_wrong_with_an_array_names_it(name: str, threads: int) -> None:
    wrong = {
        "clip 2 has no samples": np.zeros(0),
        "clip 2 has 2 rows": np.zeros((2, 100)),
        "clip 2 is int16": np.zeros(100, np.int16),
        "clip 2 has 1 sample that is NaN or infinite at 5:": np.where(np.arange(100) == 5, np.nan, 0),
    }
    for message, clip in wrong.items():
        with pytest.raises((InputError, ParameterError), match=message):
            answers(MODELS[name], [*CLIPS[:2], clip], sr=2 * SR, threads=threads)


def test_the_method_of_another_model_names_the_right_one() -> None:
    for name, other, right in (("cnn", "recognize", "classify"), ("lstm", "recognize", "classify")):
        assert not hasattr(MODELS[name], other)
        with pytest.raises(NlpkitError, match=f"Classifier has no {other}: {right} gives the label of each clip"):
            getattr(MODELS[name], other)([])
    with pytest.raises(AttributeError, match="a CtcRecognizer has no classify: recognize gives the words"):
        MODELS["ctc"].classify(CLIPS)
    with pytest.raises(AttributeError, match="'CtcRecognizer' object has no attribute 'transcribe'"):
        MODELS["ctc"].transcribe(CLIPS)
