"""The loop and the checkpoint of trainings, with a trainer of three tables whose unit is a cell, not a word."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest

from nlpkit.embeddings.word_training import (
    ChunkTrainer,
    WordTraining,
    WordTrainingProgress,
    WordTrainingState,
    training,
)
from nlpkit.embeddings.word_training.checkpoint import WordCheckpoint
from nlpkit.errors import DivergedError, ParameterError

N_CELLS, CHUNK = 1000, 64
SIZES: dict[str, Any] = {
    "n_units": N_CELLS, "chunk_units": CHUNK, "n_words": 5000, "epochs": 3, "alpha": 0.5, "min_alpha": 0.1, "seed": 7,
}  # fmt: skip


class Cells:
    """Adds to each cell a number that depends on all arguments of a trainer; the loss of a cell is 2."""

    n_workers = 1

    def __init__(self, arrays: Any = None) -> None:
        self.tables = {name: array.copy() for name, array in arrays.items()} if arrays else {
            "words": np.zeros(N_CELLS), "contexts": np.zeros((N_CELLS, 2)), "biases": np.zeros(1)}  # fmt: skip
        self.told: list[tuple[Any, ...]] = []
        self.hold: dict[int, Event] = {}  # what an epoch waits for

    def train(
        self, worker: int, start: int, stop: int, alpha_start: float, alpha_end: float, seed: int
    ) -> tuple[float, int]:
        self.told.append((worker, start, stop, alpha_start, alpha_end, seed))
        if seed >> 32 in self.hold:
            assert self.hold[seed >> 32].wait(60)
        self.tables["words"][start:stop] = 0.5 * self.tables["words"][start:stop] + np.linspace(
            alpha_start, alpha_end, stop - start
        )
        self.tables["contexts"][start:stop] += seed >> 32
        self.tables["biases"] += start
        return 2.0 * (stop - start), stop - start

    def arrays(self) -> dict[str, np.ndarray]:
        return self.tables


@pytest.fixture(autouse=True)
def told_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PROGRESS_SECONDS", 0.001)


def train(trainer: ChunkTrainer, **changed: Any) -> WordTrainingState:
    return WordTraining(trainer, **{**SIZES, **changed}).run()


def test_chunks_come_in_order_and_alpha_falls_evenly() -> None:
    trainer = Cells()
    state = train(trainer)
    assert (state.epoch, state.chunk, state.losses) == (3, 0, [2.0, 2.0, 2.0])
    chunks = -(-N_CELLS // CHUNK)
    assert [(start, stop) for _, start, stop, *_ in trainer.told] == [
        (at, min(at + CHUNK, N_CELLS)) for at in range(0, N_CELLS, CHUNK)
    ] * 3
    assert [seed for *_, seed in trainer.told] == [7 + (epoch << 32) for epoch in range(3) for _ in range(chunks)]
    ends = [(begin, end) for *_, begin, end, _ in trainer.told]
    assert (ends[0][0], ends[-1][1]) == (0.5, pytest.approx(0.1))
    assert all(math.isclose(end, begin) for (_, end), (begin, _) in pairwise(ends))


def test_a_broken_training_of_any_arrays_resumes(tmp_path: Path) -> None:
    def stop(progress: WordTrainingProgress) -> None:
        if progress.epoch == 2:
            second.set()
            raise KeyboardInterrupt

    made_by: tuple[Any, str] = {"kind": "cells", "alpha": 0.5}, "1234"
    whole, broken, second = Cells(), Cells(), Event()
    broken.hold[1] = second
    train(whole)
    with pytest.raises(KeyboardInterrupt):
        train(broken, save=WordCheckpoint(tmp_path / "state", *made_by).write, progress=stop)
    kept = WordCheckpoint(tmp_path / "state", *made_by).read()
    assert kept is not None
    state, arrays = kept
    assert state.epoch >= 1
    assert set(arrays) == {"words", "contexts", "biases"}
    resumed = Cells(arrays)
    assert train(resumed, state=state).losses == [2.0, 2.0, 2.0]
    assert len(resumed.told) < len(whole.told)
    for name, table in whole.tables.items():
        np.testing.assert_array_equal(resumed.tables[name], table)
    with pytest.raises(ParameterError, match="alpha"):
        WordCheckpoint(tmp_path / "state", {"kind": "cells", "alpha": 0.4}, "1234").read()
    with pytest.raises(ParameterError, match="other texts"):
        WordCheckpoint(tmp_path / "state", made_by[0], "5678").read()


def test_progress_is_reported_in_words() -> None:
    def tell(progress: WordTrainingProgress) -> None:
        told.append(progress)
        if progress.epoch == 3:
            third.set()

    told: list[WordTrainingProgress] = []
    trainer, third = Cells(), Event()
    trainer.hold[2] = third
    train(trainer, progress=tell)
    assert {progress.total_words for progress in told} == {15_000}
    assert 10_000 <= told[-1].words <= 15_000
    assert told[-1].epochs == 3


def test_an_epoch_that_ends_at_once_reports_too(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Thread.start

    def start_and_finish(thread: Thread) -> None:
        start(thread)
        thread.join()

    reports: list[WordTrainingProgress] = []
    monkeypatch.setattr(Thread, "start", start_and_finish)
    train(Cells(), progress=reports.append)
    assert len(reports) == 3


def test_weights_that_are_no_longer_finite_are_not_kept() -> None:
    trainer, saved = Cells(), []
    trainer.tables["biases"][0] = np.nan
    with pytest.raises(DivergedError, match=r"'biases'.*lower alpha, which is 0\.5"):
        train(trainer, save=lambda *kept: saved.append(kept))
    assert not saved
