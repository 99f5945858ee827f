"""A training that was broken off goes on as if it never had been."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from small_task import small_model

from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.training import EncodedPairs, TrainingOptions, TrainingResult, ValidationReport, train_model
from nlpkit.training.course import Course
from nlpkit.training.state import TrainingFolder
from nlpkit.training.translation.task import TranslationTask
from nlpkit.training.weights import weights_of
from nlpkit.translation.model import TranslationModel

OPTIONS = TrainingOptions(
    learning_rate=3e-3,
    warmup=20,
    schedule="plateau",
    batch_tokens=256,
    epochs=3,
    precision="float32",
    keep_best=2,
    scheduled_sampling=0.3,
    validate_every=4,
)


class BrokenError(Exception):
    pass


def run(
    pairs: EncodedPairs,
    valid: EncodedPairs,
    folder: Path | None,
    *,
    break_at: int = 0,
    options: TrainingOptions = OPTIONS,
    **sizes: int,
) -> tuple[TrainingResult, TranslationModel]:
    model = small_model(**sizes)

    def break_off(report: ValidationReport) -> None:
        if report.row.step == break_at:
            raise BrokenError

    result = train_model(
        model, pairs, valid, options, state_folder=folder, validated=break_off, device="cpu", threads=1
    )
    return result, model


def numbers(result: TrainingResult) -> list[tuple[float, ...]]:
    return [
        (row.step, row.epoch, row.tokens, row.train_loss, row.valid_loss, row.bleu or 0.0, row.learning_rate)
        for row in result.history
    ]


@pytest.mark.parametrize("every", [0, 1], ids=["each epoch", "each step"])
def test_a_broken_training_ends_as_a_whole_one(
    pairs: EncodedPairs, valid: EncodedPairs, tmp_path: Path, every: int
) -> None:
    options = replace(OPTIONS, checkpoint_minutes=0.0 if every else 5.0)
    whole, model = run(pairs, valid, None)
    for step in (4, 20):
        with pytest.raises(BrokenError):
            run(pairs, valid, tmp_path, break_at=step, options=options)
    result, again = run(pairs, valid, tmp_path, options=options)
    ends = accumulate(
        Course(TranslationTask(model, pairs, None, options), options).steps_in(epoch) for epoch in range(3)
    )
    last_epoch = max(step for step in ends if step < 20)
    assert result.resumed_at == (19 if every else last_epoch)
    np.testing.assert_allclose(numbers(result), numbers(whole), rtol=1e-12)
    assert result.chosen_steps == whole.chosen_steps
    expected = weights_of(model)
    for name, array in weights_of(again).items():
        np.testing.assert_array_equal(array, expected[name])


def test_the_state_before_serves_where_the_last_is_damaged(
    pairs: EncodedPairs, valid: EncodedPairs, tmp_path: Path
) -> None:
    whole, _ = run(pairs, valid, tmp_path)
    states = sorted(tmp_path.glob("state-*"), key=lambda path: (path / "config.json").stat().st_mtime_ns)
    weights = states[1] / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\xff")
    result, _ = run(pairs, valid, tmp_path)
    assert result.resumed_at is not None
    assert result.resumed_at < whole.steps
    np.testing.assert_allclose(numbers(result), numbers(whole), rtol=1e-12)

    shutil.rmtree(states[0])
    (states[1] / "config.json").write_text("{")
    with pytest.raises(ArtifactError, match="states are damaged"):
        run(pairs, valid, tmp_path)


def test_a_finished_training_is_only_chosen_from_again(
    pairs: EncodedPairs, valid: EncodedPairs, tmp_path: Path
) -> None:
    whole, model = run(pairs, valid, tmp_path)
    again, same = run(pairs, valid, tmp_path)
    assert (again.resumed_at, again.ended_by) == (whole.steps, whole.ended_by)
    expected = weights_of(model)
    for name, array in weights_of(same).items():
        np.testing.assert_array_equal(array, expected[name])
    longer, _ = run(pairs, valid, tmp_path, options=replace(OPTIONS, epochs=4))
    assert longer.epochs == 4


def test_another_training_is_refused(pairs: EncodedPairs, valid: EncodedPairs, tmp_path: Path) -> None:
    quick = replace(OPTIONS, epochs=1)
    run(pairs, valid, tmp_path, options=quick)
    with pytest.raises(ParameterError, match=r"begun with learning_rate=0\.003, now it is 0\.001"):
        run(pairs, valid, tmp_path, options=replace(quick, learning_rate=1e-3))
    with pytest.raises(ParameterError, match="begun with heads=2, now it is 4"):
        run(pairs, valid, tmp_path, options=quick, heads=4)  # of which no weight has another shape
    with pytest.raises(ParameterError, match="begun with other pairs"):
        run(valid, valid, tmp_path, options=quick)
    with pytest.raises(ParameterError, match="begun with other pairs"):
        run(valid, valid, tmp_path, options=replace(quick, learning_rate=1e-3))  # as fewer pairs have it proposed


def test_old_weights_are_removed(pairs: EncodedPairs, valid: EncodedPairs, tmp_path: Path) -> None:
    result, _ = run(pairs, valid, tmp_path, options=replace(OPTIONS, epochs=6))
    kept = sorted(path.name for path in tmp_path.glob("weights-*"))
    assert set(result.chosen_steps) <= {int(name.removeprefix("weights-")) for name in kept}
    assert len(result.history) > len(kept) <= 4  # of the last two states, two each


def test_a_folder_has_states_of_trainings_only(tmp_path: Path) -> None:
    folder = TrainingFolder(tmp_path / "new", "translation", {"seed": 1})
    assert folder.read() is None
    (tmp_path / "new" / "state-0").mkdir()
    assert folder.read() is None
    (tmp_path / "new" / "state-0" / "config.json").write_text("no state")
    with pytest.raises(ArtifactError, match="damaged"):
        folder.read()
