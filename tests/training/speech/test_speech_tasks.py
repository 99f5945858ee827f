"""Trainings of speech: they learn, are resumed bit for bit, and their batches depend on seed, step and place alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tone_words import SR, WORDS, spoken

from nlpkit.speech.recognition import CnnClassifier, CnnOptions, CtcOptions, CtcRecognizer, LstmClassifier, LstmOptions
from nlpkit.speech.recognition.alphabet import Alphabet
from nlpkit.speech.recognition.front import Front, front_features
from nlpkit.training.report import ValidationReport
from nlpkit.training.speech.clip_batches import PAUSE, collate, numbers_of, plan_epoch
from nlpkit.training.speech.clip_store import ClipStore
from nlpkit.training.speech.ctc_task import ctc_loss
from nlpkit.training.speech.options import SpeechTrainingOptions
from nlpkit.training.speech.training import initial_weights, task_of, train_recognizer
from nlpkit.training.speech.transfer import transferred

N_MELS = 12
ALPHABET = Alphabet(" abc")
OPTIONS = SpeechTrainingOptions(
    epochs=3,
    batch_clips=8,
    learning_rate=1e-2,
    warmup=5,
    keep_best=2,
    validate_every=4,
    mixup=0.2,
    checkpoint_minutes=0,
)
GENTLE: dict[str, Any] = {
    "schedule": "constant",
    "mixup": 0.0,
    "band_masks": 0,
    "time_masks": 0,
    "speed": 0.0,
    "filter": 0.0,
    "shift": 0.02,
    "noise": 0.0,
    "reverberation": 0.0,
    "pause": (0.0, 0.1),
}


def store(n: int, first: int = 0, *, texts: bool = False) -> ClipStore:
    """Return n clips of each word."""
    words = [(word, seed) for seed in range(first, first + n) for word in WORDS]
    targets = [ALPHABET.encode(word) if texts else [WORDS.index(word)] for word, _ in words]
    return ClipStore.of([spoken(word, seed) for word, seed in words], targets, SR)


def untrained(architecture: str, clips: ClipStore, seed: int = 1) -> Any:
    front = Front.fitted(front_features(SR, N_MELS), [clips.clip(number) for number in range(len(clips))])
    if architecture == "ctc":
        options: Any = CtcOptions(n_mels=N_MELS, n_tokens=len(ALPHABET), channels=8, hidden_size=24, layers=1)
        cls, rest = CtcRecognizer, {"letters": ALPHABET.letters}
    elif architecture == "cnn":
        options = CnnOptions(n_mels=N_MELS, n_labels=len(WORDS), channels=(8, 12))
        cls, rest = CnnClassifier, {"labels": WORDS}
    else:
        options = LstmOptions(n_mels=N_MELS, n_labels=len(WORDS), hidden_size=16, layers=1)
        cls, rest = LstmClassifier, {"labels": WORDS}
    from nlpkit.registry import resolve

    network = resolve("network", {"network": cls.network})
    return cls(options, front, initial_weights(network, options, seed), **rest)


@pytest.mark.parametrize("architecture", ["cnn", "lstm"])
def test_a_classifier_learns_words_of_tones(architecture: str) -> None:
    clips, valid = store(12), store(4, 100)
    options = replace(OPTIONS, epochs=40, monitor="accuracy", validate_every=25, **GENTLE)
    model, result = train_recognizer(untrained(architecture, clips), clips, valid, options, device="cpu", threads=1)
    assert result.accuracy == 100
    found = [each.label for each in model.classify([valid.clip(number) for number in range(len(valid))])]
    assert found == [WORDS[int(label)] for [label] in valid.targets]


def test_ctc_learns_letters_of_tones_and_joins_words_to_strings() -> None:
    clips, valid = store(24, texts=True), store(4, 100, texts=True)
    options = replace(OPTIONS, epochs=30, monitor="wer", join=3, batch_clips=4, validate_every=100, **GENTLE)
    model, result = train_recognizer(untrained("ctc", clips), clips, valid, options, device="cpu", threads=1)
    assert result.wer == 0
    said = np.concatenate([spoken(word, 500 + number) for number, word in enumerate(("ca", "ab", "ba", "ab"))])
    [transcript] = model.recognize([said])
    assert transcript.text == "ca ab ba ab"
    ends = np.cumsum([len(spoken(word, 500 + number)) / SR for number, word in enumerate(("ca", "ab", "ba", "ab"))])
    for word, start, end in zip(transcript.words, [0, *ends], ends, strict=False):
        assert start <= word.start < word.end <= end
        assert 0 < word.confidence <= 1


class BrokenError(Exception):
    pass


@pytest.mark.parametrize("architecture", ["cnn", "lstm", "ctc"])
def test_a_broken_training_ends_as_a_whole_one_bit_for_bit(architecture: str, tmp_path: Path) -> None:
    texts = architecture == "ctc"
    clips, valid = store(8, texts=texts), store(2, 100, texts=texts)
    options = replace(OPTIONS, join=2) if texts else OPTIONS
    whole, expected = train_recognizer(untrained(architecture, clips), clips, valid, options, device="cpu", threads=1)

    def break_off(report: ValidationReport) -> None:
        if report.row.step == 8:
            raise BrokenError

    run: dict[str, Any] = {"state_folder": tmp_path, "device": "cpu", "threads": 1}
    with pytest.raises(BrokenError):
        train_recognizer(untrained(architecture, clips), clips, valid, options, validated=break_off, **run)
    again, result = train_recognizer(untrained(architecture, clips, seed=2), clips, valid, options, **run)
    assert 0 < result.resumed_at < 8
    assert [row.train_loss for row in result.history] == [row.train_loss for row in expected.history]
    assert [row.metrics for row in result.history] == [row.metrics for row in expected.history]
    for name, array in whole.weights.items():
        np.testing.assert_array_equal(again.weights[name], array)


def test_a_plan_has_every_clip_once_and_batches_within_their_limits() -> None:
    clips = ClipStore.of([np.zeros(n * 100) for n in range(1, 60)], [[0]] * 59, SR)
    options = SpeechTrainingOptions(batch_clips=7, batch_seconds=2.0, join=3)
    plans = [plan_epoch(clips, options, epoch) for epoch in (8, 8, 9)]
    assert plans[0] == plans[1] != plans[2]
    for plan in plans:
        items = [item for batch in plan for item in batch]
        assert sorted(number for item in items for number in numbers_of(item)) == list(range(59))
        assert {(item[0] == PAUSE, item[-1] == PAUSE) for item in items} == set(product((True, False), repeat=2))
        for batch in plan:
            longest = max(clips.seconds[numbers_of(item)].sum() for item in batch)
            assert len(batch) <= 7
            assert len(batch) == 1 or len(batch) * longest <= 2.0 + 1e-9
    at_first = plan_epoch(clips, options, 0)
    assert all(len(item) == 1 for batch in at_first for item in batch)
    in_order = plan_epoch(clips, options, 0, shuffled=False)
    assert all(len(item) == 1 for batch in in_order for item in batch)


def test_pauses_are_silence_between_clips_and_at_the_ends() -> None:
    clips, still = store(2), dict.fromkeys(("speed", "tempo", "gain", "shift", "noise", "reverberation", "filter"), 0)
    options = replace(OPTIONS, pause=(0.5, 0.5), time_masks=0, band_masks=0, mixup=0.0, **still)
    front = untrained("cnn", clips).front
    batch = collate(clips, [(PAUSE, 0, 1, PAUSE)], front, options, 1, separator=9)
    silence = np.zeros(SR // 2, np.float32)
    whole = np.concatenate([silence, clips.clip(0), silence, clips.clip(1), silence])
    expected = front.features([whole])[0][0]
    np.testing.assert_allclose(batch.features[0, :, : expected.shape[1]], expected, atol=1e-4)
    assert batch.targets.tolist() == [*clips.targets[0], 9, *clips.targets[1]]


def test_a_batch_depends_on_its_seed_alone() -> None:
    clips = store(2)
    front = untrained("cnn", clips).front
    items = [(0,), (1,), (4,)]
    one, same, other = (collate(clips, items, front, OPTIONS, seed) for seed in (3, 3, 4))
    assert torch.equal(one.features, same.features)
    assert one.features.shape != other.features.shape or not torch.equal(one.features, other.features)
    plain = collate(clips, items, front, None, 5)
    for number, (clip,) in enumerate(items):
        alone = front.features([clips.clip(clip)])[0][0]
        np.testing.assert_allclose(plain.features[number, :, : alone.shape[1]], alone, atol=2e-5)


def test_ctc_loss_is_the_sum_over_all_paths() -> None:
    """Worked by hand: two frames, target "a": the paths aa, a-, -a."""
    p = torch.tensor([[[0.3, 0.6, 0.1], [0.5, 0.2, 0.3]]])
    expected = 0.6 * 0.2 + 0.6 * 0.5 + 0.3 * 0.2
    found = ctc_loss(p.log(), torch.tensor([2]), torch.tensor([1]), torch.tensor([1]))
    assert float(found) == pytest.approx(-np.log(expected), rel=1e-5)


def test_the_loss_of_a_step_is_divided_by_what_the_plan_counts() -> None:
    clips = store(2, texts=True)
    model = untrained("ctc", clips)
    task = task_of(model, model.module(), clips, None, replace(OPTIONS, mixup=0.0))
    items = task.plan(0)[0]
    batch = task.collate(items, 1)
    assert task.count(items) == len(batch.targets) + len(batch.counts)
    loss, nll = task.loss(batch, step=1, divisor=4.0)
    assert float(loss.detach()) == pytest.approx(float(nll) / 4)


def test_one_number_stands_for_both_of_a_range() -> None:
    options = SpeechTrainingOptions(snr=np.float32(5), pause=(0, 1))  # type: ignore[arg-type]
    assert (options.snr, options.pause) == ((5.0, 5.0), (0.0, 1.0))


def test_rows_of_a_head_are_copied_where_they_are_known() -> None:
    new = {"body": np.zeros((2, 2)), "output.weight": np.zeros((3, 2)), "output.bias": np.zeros(3)}
    base = {"body": np.ones((2, 2)), "output.weight": np.arange(8.0).reshape(4, 2), "output.bias": np.arange(4.0)}
    found = transferred(new, base, {0: 0, 2: 3})
    assert found["body"].all()
    assert found["output.weight"].tolist() == [[0, 1], [0, 0], [6, 7]]
    assert found["output.bias"].tolist() == [0, 0, 3]
    assert not transferred(new, base, {})["output.weight"].any()
    assert not new["output.weight"].any()


def test_a_new_head_on_a_frozen_body_learns_other_words_and_changes_nothing_else() -> None:
    clips = store(10)
    options = replace(OPTIONS, epochs=12, **GENTLE)
    base, _ = train_recognizer(untrained("cnn", clips), clips, None, options, device="cpu", threads=1)
    words = ("b", "ac")
    sounds = [(word, seed) for seed in range(8) for word in words]
    few = ClipStore.of([spoken(*sound) for sound in sounds], [[words.index(word)] for word, _ in sounds], SR)
    options_of = replace(base.options, n_labels=2)
    from nlpkit.speech.recognition._cnn_torch import CnnNetwork

    weights = transferred(initial_weights(CnnNetwork, options_of, 3), base.weights)
    new = CnnClassifier(options_of, base.front, weights, labels=words)
    model, result = train_recognizer(new, few, few, options, frozen=True, device="cpu", threads=1)
    for name, array in base.weights.items():
        assert np.array_equal(model.weights[name], array) == (not name.startswith("output.")), name
    assert result.accuracy > 80
