"""The training loop knows no task: a small one, with BatchNorm and random augmentation, trains, stops and resumes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from nlpkit.errors import ParameterError
from nlpkit.training.batch_statistics import renew_statistics
from nlpkit.training.course import Course
from nlpkit.training.options import LoopOptions
from nlpkit.training.report import TrainingResult, ValidationReport
from nlpkit.training.task import Validated
from nlpkit.training.trainer import train_task
from nlpkit.training.weights import weights_of

OPTIONS = LoopOptions(learning_rate=0.02, warmup=5, epochs=6, precision="float32", patience=0, validate_every=3)


@dataclass
class Points:
    """A batch of points in the plane, and which of two classes each belongs to."""

    x: torch.Tensor
    y: torch.Tensor

    def to(self, device: torch.device) -> Points:
        return Points(self.x.to(device), self.y.to(device))


class TwoMoons:
    """Classify two interleaving half circles; ``noise`` is added to the points of a batch, from its seed."""

    kind = "moons"
    width = 8
    better: Mapping[str, str] = {"errors": "lower"}
    described: Mapping[str, str] = {"points": "points"}
    made_by: Mapping[str, Any]
    summary: Mapping[str, Any] = {"points": 400}

    def __init__(self, noise: float = 0.1) -> None:
        self.noise = noise
        self.made_by = {"noise": noise, "points": "by the seed 0"}
        self.drawn: list[float] = []
        self.losses = 0
        random = np.random.default_rng(0)
        angle = random.uniform(0, np.pi, 500)
        upper = np.arange(500) % 2 == 0
        x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
        y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
        self.x = torch.tensor(np.stack([x, y], axis=1) + random.normal(0, 0.05, (500, 2)), dtype=torch.float32)
        self.y = torch.tensor(upper, dtype=torch.int64)
        torch.manual_seed(1)
        self.model: nn.Module = nn.Sequential(
            nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 2)
        )

    def plan(self, epoch: int) -> Sequence[np.ndarray]:
        return np.array_split(np.random.default_rng([7, epoch]).permutation(400), 10)

    def count(self, items: np.ndarray) -> int:
        return len(items)

    def collate(self, items: np.ndarray, seed: int) -> Points:
        noise = self.noise * torch.randn(len(items), 2, generator=torch.Generator().manual_seed(seed))
        self.drawn.append(float(noise.sum()))
        return Points(self.x[items] + noise, self.y[items])

    def loss(self, batch: Points, *, step: int, divisor: float) -> tuple[torch.Tensor, torch.Tensor]:
        self.losses += 1
        loss = nn.functional.cross_entropy(self.model(batch.x), batch.y, reduction="sum")
        return loss / divisor, loss.detach().double()

    @property
    def validation_units(self) -> int:
        return 100

    def validate(self) -> Validated:
        scores = self.model(self.x[400:])
        wrong = (scores.argmax(dim=1) != self.y[400:]).float().mean()
        loss = nn.functional.cross_entropy(scores, self.y[400:])
        return Validated(loss=float(loss), metrics={"errors": 100 * float(wrong)}, samples=("a sample",))

    def renew(self) -> None:
        batches = (self.collate(items, seed) for seed, items in enumerate(self.plan(0)))
        renew_statistics(self.model, batches, lambda batch: self.model(batch.x))

    def state(self) -> dict[str, Any]:
        return {"losses": self.losses}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.losses = state["losses"]


@dataclass(frozen=True, kw_only=True)
class MoonOptions(LoopOptions):
    """The loop's options, with the task's metric as one that can be monitored."""

    MONITORS = ("errors", "loss")


class BrokenError(Exception):
    pass


def run(
    task: TwoMoons, folder: Path | None = None, *, break_at: int = 0, options: LoopOptions = OPTIONS
) -> TrainingResult:
    def break_off(report: ValidationReport) -> None:
        assert report.samples == ("a sample",)
        if report.row.step == break_at:
            raise BrokenError

    return train_task(task, options, state_folder=folder, validated=break_off, device="cpu", threads=1)


def test_the_metric_falls_and_the_best_weights_are_chosen() -> None:
    task = TwoMoons()
    options = MoonOptions(**{**vars(OPTIONS), "monitor": "errors"})
    result = run(task, options=options)
    errors = [row.errors for row in result.history]
    assert errors[0] > 15
    assert result.errors <= min(errors) < 12
    assert result.points == 400
    assert result.tokens == 6 * 400
    task.model.eval()
    with torch.no_grad():
        found = task.validate()
    assert found.metrics["errors"] == pytest.approx(result.errors)


def test_augmentation_differs_by_step_and_is_drawn_again_alike() -> None:
    tasks = [TwoMoons(), TwoMoons()]
    for task in tasks:
        run(task, options=replace(OPTIONS, epochs=2))
    assert tasks[0].drawn == tasks[1].drawn
    assert len(set(tasks[0].drawn)) == len(tasks[0].drawn) >= 20


@pytest.mark.parametrize("process", [0, 1, 2])
def test_batches_laid_out_in_advance_are_the_same(process: int) -> None:
    options = replace(OPTIONS, accumulate=2)
    found = []
    for threads in (0, 1, 3):
        course = Course(TwoMoons(), options, 3, threads)
        steps = course.steps(epoch=1, batch=1, step=3, process=process)
        found.append([next(steps) for _ in range(9)])
        steps.close()
    for steps_of in zip(*found, strict=True):
        assert len({(each.number, each.tokens, each.is_filling, len(each.batches)) for each in steps_of}) == 1
        for batches in zip(*(each.batches for each in steps_of), strict=True):
            assert all(torch.equal(batches[0].x, each.x) for each in batches)


def test_an_error_in_a_batch_that_is_laid_out_in_advance_is_raised() -> None:
    class Broken(TwoMoons):
        def collate(self, items: np.ndarray, seed: int) -> Points:
            raise BrokenError

    with pytest.raises(BrokenError):
        train_task(Broken(), OPTIONS, device="cpu", threads=2)


def test_a_stopped_training_resumes_bit_for_bit(tmp_path: Path) -> None:
    whole = TwoMoons()
    expected = run(whole)
    options = replace(OPTIONS, checkpoint_minutes=0.0)
    for step in (6, 27):
        with pytest.raises(BrokenError):
            run(TwoMoons(), tmp_path, break_at=step, options=options)
    again = TwoMoons()
    result = run(again, tmp_path, options=options)
    assert result.resumed_at == 26
    assert again.losses == 60, "the task's own state did not come back"
    assert result.chosen_steps == expected.chosen_steps
    for row, other in zip(result.history, expected.history, strict=True):
        assert (row.train_loss, row.valid_loss, row.errors) == (other.train_loss, other.valid_loss, other.errors)
    arrays = weights_of(whole.model)
    assert {"1.running_mean", "1.running_var", "1.num_batches_tracked"} <= arrays.keys()
    for name, array in weights_of(again.model).items():
        np.testing.assert_array_equal(array, arrays[name])


def test_weights_are_averaged_and_statistics_of_batch_norm_made_anew_for_them() -> None:
    task = TwoMoons()
    kept: dict[int, dict[str, np.ndarray]] = {}
    options = replace(OPTIONS, keep_best=3, average="last", learning_rate=0.02, schedule="constant")
    result = train_task(
        task,
        options,
        validated=lambda report: kept.update({report.row.step: weights_of(task.model)}),
        device="cpu",
        threads=1,
    )
    assert len(result.chosen_steps) == 3
    arrays = weights_of(task.model)
    for name in dict(task.model.named_parameters()):
        mean = np.mean([kept[step][name] for step in result.chosen_steps], axis=0, dtype=np.float64)
        np.testing.assert_allclose(arrays[name], mean, rtol=1e-6, atol=1e-7)
    batches = [task.collate(items, seed).x.numpy() for seed, items in enumerate(task.plan(0))]
    inner = [x @ arrays["0.weight"].T + arrays["0.bias"] for x in batches]
    np.testing.assert_allclose(arrays["1.running_mean"], np.mean([x.mean(0) for x in inner], 0), atol=1e-5)
    np.testing.assert_allclose(arrays["1.running_var"], np.mean([x.var(0, ddof=1) for x in inner], 0), rtol=1e-4)


def test_another_task_is_not_resumed(tmp_path: Path) -> None:
    run(TwoMoons(), tmp_path, options=replace(OPTIONS, epochs=1))
    with pytest.raises(ParameterError, match=r"begun with noise=0\.1, now it is 0\.2"):
        run(TwoMoons(noise=0.2), tmp_path)
    other = TwoMoons()
    other.made_by = {**other.made_by, "points": "others"}
    with pytest.raises(ParameterError, match="begun with other points"):
        run(other, tmp_path)
