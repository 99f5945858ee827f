"""The benchmarks compare equal things."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlpkit.training.translation.encoded_pairs import EncodedPairs

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_plain_transformer_of_same_weights_has_same_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import translation_steps

    draw = np.random.default_rng(0)
    pairs = [tuple(draw.integers(5, 50, draw.integers(1, 9)).tolist() for _ in range(2)) for _ in range(7)]
    setting = translation_steps.Setting(size=50, d_model=16, layers=2, heads=2, ffn_dim=32)
    own, plain = translation_steps.losses(setting, EncodedPairs.from_lists(pairs))
    assert own == pytest.approx(plain, rel=1e-5)


@pytest.mark.parametrize("architecture", ["cnn", "lstm", "ctc"])
def test_plain_recogniser_of_same_weights_has_same_loss(monkeypatch: pytest.MonkeyPatch, architecture: str) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import recognition_steps

    from nlpkit.training.speech.proposal import proposed

    clips, texts = recognition_steps.spoken(None, 20)
    store = recognition_steps.store_of(architecture, clips, texts)
    model = recognition_steps.model_of(architecture, store.sr, clips)
    own, plain = recognition_steps.losses(model, store, proposed(architecture, len(store), {}))
    assert own == pytest.approx(plain, rel=1e-5)


def test_features_by_librosa_are_those_of_the_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import plain_sound
    import recognition_steps

    clips, texts = recognition_steps.spoken(None, 4)
    front = recognition_steps.model_of("cnn", 8000, clips).front
    values, lengths = front.features(clips)
    targets = recognition_steps.store_of("cnn", clips, texts).targets
    features, frames, labels, _ = next(plain_sound.plain_batches(clips, targets, iter([[0, 1, 2, 3]]), front))
    assert frames.tolist() == lengths.tolist()
    assert labels.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(features, values, atol=2e-3)


def test_trainings_of_speech_take_turns_on_the_same_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import recognition
    import recognition_steps

    from nlpkit.training.speech.proposal import proposed
    from nlpkit.training.speech.training import task_of

    clips, texts = recognition_steps.spoken(None, 40)
    store = recognition_steps.store_of("lstm", clips, texts)
    model = recognition_steps.model_of("lstm", store.sr, clips)
    options = proposed("lstm", len(store), {})
    task = task_of(model, model.module(), store, None, options)
    plan = task.plan(0)
    ready = {tuple(items): task.collate(items, 1) for items in plan}
    taken: list[int] = []

    class Loop:
        def run(self, steps: int) -> int:
            taken.append(steps)
            return 1

    turns = recognition_steps.Turns(task, ready, Loop(), 3)
    batches = [turns.collate(items, 1) for items in plan[:8]]
    assert taken == [3, 3, 3]
    assert len(turns.rates) == 1  # the first turn warms up, the third one is unfinished
    assert all(batch is ready[tuple(items)] for batch, items in zip(batches, plan, strict=False))
    for kind in recognition.BATCHES:
        rates = recognition_steps.alternate(model, store, options, kind, recognition.parsed(["--tiny"]))
        assert len(rates) == 2
        assert np.all(np.array(rates) > 0)
