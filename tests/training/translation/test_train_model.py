"""Trainings: a task that must be learnt, reports, and files."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_task import reversed_pairs, small_model

from nlpkit.errors import DivergedError, InputError, ParameterError
from nlpkit.training import EncodedPairs, TrainingOptions, TrainingProgress, ValidationReport, train_model
from nlpkit.training.translation.validation import greedy
from nlpkit.training.weights import weights_of
from nlpkit.translation import RNNOptions, Seq2SeqRNN

QUICK = TrainingOptions(
    learning_rate=3e-3, warmup=20, batch_tokens=512, epochs=2, precision="float32", label_smoothing=0.1, patience=0
)


def test_a_gru_learns_to_copy() -> None:
    sources = [source for source, _ in reversed_pairs(1500, seed=3)]
    task = EncodedPairs.from_lists((source, source) for source in sources[:1450])
    held = [source for source in sources[1450:] if source not in sources[:1450]]
    torch.manual_seed(1)
    sizes = RNNOptions(
        src_size=14, trg_size=14, attention="dot", input_feeding=False, embedding_size=32, hidden_size=64
    )
    model = Seq2SeqRNN(replace(sizes, dropout=0.0))
    options = replace(QUICK, learning_rate=1e-2, warmup=30, epochs=12, batch_tokens=1024)
    train_model(model, task, None, options, device="cpu", threads=1)
    right = sum(ours == source for ours, source in zip(greedy(model, held), held, strict=True))
    assert right >= 0.95 * len(held)


def test_what_a_training_reports(pairs: EncodedPairs, valid: EncodedPairs, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[TrainingProgress] = []
    reports: list[ValidationReport] = []
    result = train_model(
        small_model(), pairs, valid, QUICK, device="cpu", threads=1, progress=told.append, validated=reports.append
    )
    assert capfd.readouterr() == ("", "")
    assert (result.ended_by, result.epochs, result.pairs, result.valid_pairs) == ("epochs", 2, 200, 20)
    assert result.tokens == 2 * (len(pairs.trg) + 200)
    assert [row.epoch for row in result.history] == [1, 2]
    assert tuple(report.row for report in reports) == result.history
    assert [len(report.samples) for report in reports] == [3, 3]
    assert reports[0].samples[0].reference == " ".join(map(str, valid.pair(0)[1]))
    assert result.history[1].valid_loss < result.history[0].valid_loss < np.log(14) + 0.5
    assert told[-1].step == result.steps
    assert told[-1].seconds_left == 0
    assert result.resumed_at is None


def test_nothing_is_left_behind(pairs: EncodedPairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = small_model()
    torch.manual_seed(99)
    before = torch.get_rng_state(), torch.get_num_threads()
    train_model(model, pairs, None, replace(QUICK, max_steps=2), device="cpu", threads=1)
    assert list(tmp_path.iterdir()) == []
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == torch.get_num_threads()


def test_bigger_steps_are_accumulated_batches(pairs: EncodedPairs) -> None:
    """Two batches a step give the gradient of both together: one step of plain PyTorch says which."""
    from nlpkit.training.course import Course
    from nlpkit.training.translation.task import TranslationTask

    options = replace(QUICK, optimizer="sgd", schedule="constant", warmup=1, learning_rate=0.5, clip=0.0, accumulate=2)
    ours, theirs = small_model(dropout=0.0), small_model(dropout=0.0)
    train_model(ours, pairs, None, replace(options, max_steps=1), device="cpu", threads=1)
    task = TranslationTask(theirs, pairs, None, options)
    first = next(Course(task, options).steps(epoch=0, batch=0, step=0))
    assert len(first.batches) == 2
    losses = [
        torch.nn.functional.cross_entropy(
            theirs(batch.src, batch.lengths, batch.trg_in).flatten(0, 1)[batch.rows[: len(batch.targets)]],
            batch.targets,
            label_smoothing=0.1,
            reduction="sum",
        )
        for batch in first.batches
    ]
    (sum(losses) / first.tokens).backward()
    with torch.no_grad():
        for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(one, other - 0.5 * other.grad, rtol=1e-4, atol=1e-6)


def test_the_best_weights_are_taken(pairs: EncodedPairs, valid: EncodedPairs) -> None:
    """The learning rate explodes after the first validation."""
    model = small_model()
    options = replace(QUICK, schedule="constant", epochs=4, average="none", monitor="loss", optimizer="sgd", clip=0.0)
    kept: list[dict[str, np.ndarray]] = []

    def spoil(report: ValidationReport) -> None:
        kept.append(weights_of(model))
        if len(kept) == 2:
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.add_(torch.randn_like(parameter))

    result = train_model(model, pairs, valid, options, device="cpu", threads=1, validated=spoil)
    assert result.chosen_steps == (result.history[1].step,)
    assert result.valid_loss == result.history[1].valid_loss
    for name, array in weights_of(model).items():
        np.testing.assert_array_equal(array, kept[1][name])


def test_the_mean_of_the_best_is_taken_if_it_is_better(pairs: EncodedPairs, valid: EncodedPairs) -> None:
    model = small_model()
    options = replace(QUICK, epochs=6, keep_best=3, monitor="loss", learning_rate=0.02, schedule="constant")
    kept: dict[int, dict[str, np.ndarray]] = {}
    result = train_model(
        model,
        pairs,
        valid,
        options,
        device="cpu",
        threads=1,
        validated=lambda report: kept.update({report.row.step: weights_of(model)}),
    )
    assert result.valid_loss is not None
    assert result.valid_loss <= min(row.valid_loss for row in result.history)
    for name, array in weights_of(model).items():
        mean = np.mean([kept[step][name] for step in result.chosen_steps], axis=0, dtype=np.float64)
        np.testing.assert_allclose(array, mean, rtol=1e-6, atol=1e-7)


def test_patience_and_minutes_end_a_training(pairs: EncodedPairs, valid: EncodedPairs) -> None:
    still = replace(QUICK, learning_rate=1e-12, epochs=0, patience=2)
    result = train_model(small_model(), pairs, valid, still, device="cpu", threads=1)
    assert (result.ended_by, len(result.history)) == ("patience", 3)
    result = train_model(small_model(), pairs, valid, replace(QUICK, minutes=1e-4), device="cpu", threads=1)
    assert (result.ended_by, len(result.history)) == ("minutes", 1)


def test_a_training_that_diverges_says_so(pairs: EncodedPairs) -> None:
    wild = replace(QUICK, optimizer="sgd", learning_rate=1e6, warmup=0, clip=0.0, schedule="constant")
    with pytest.raises(DivergedError, match="lower learning_rate"):
        train_model(small_model(), pairs, None, wild, device="cpu", threads=1)


def test_too_long_pairs_are_counted_and_none_at_all_refused(pairs: EncodedPairs, valid: EncodedPairs) -> None:
    long = EncodedPairs.from_lists([([4] * 7, [5]), ([4], [5] * 7), ([4], [5])])
    result = train_model(small_model(), long, valid, replace(QUICK, max_length=6, epochs=1), device="cpu", threads=1)
    assert (result.left_out, result.pairs, result.valid_pairs) == (2, 1, 20)
    with pytest.raises(InputError, match="no pair to train on"):
        train_model(small_model(), EncodedPairs.from_lists([]), None, QUICK, device="cpu")
    with pytest.raises(InputError, match="20 validation pairs and 1 references"):
        train_model(small_model(), pairs, valid, QUICK, references=["a"], device="cpu")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": "sdg"}, "optimizer is 'sdg': expected one of sgd, "),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"label_smoothing": 1.0}, "label_smoothing is 1.0: expected a number from 0 to 0.99"),
        ({"batch_tokens": 0}, "batch_tokens is 0: expected a whole number of at least 1"),
        ({"epochs": 1.5}, "epochs is 1.5: expected a whole number"),
        ({"clip": float("nan")}, "clip is nan"),
        ({"epochs": 0, "patience": 0}, "it never ends"),
    ],
)
def test_options_that_cant_be(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        TrainingOptions(**wrong)  # type: ignore[arg-type]


def test_options_are_data() -> None:
    import json

    options = TrainingOptions(optimizer="nadam", minutes=1.5)
    assert TrainingOptions(**json.loads(json.dumps(asdict(options)))) == options


def test_tensorboard_gets_each_validation(pairs: EncodedPairs, valid: EncodedPairs, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard isn't installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    result = train_model(small_model(), pairs, valid, QUICK, device="cpu", threads=1, tensorboard=tmp_path / "logs")
    events = EventAccumulator(str(tmp_path / "logs"))
    events.Reload()
    for name in ("train_loss", "valid_loss", "bleu"):
        logged = [(event.step, event.value) for event in events.Scalars(name)]
        assert logged == [(row.step, pytest.approx(getattr(row, name))) for row in result.history]
