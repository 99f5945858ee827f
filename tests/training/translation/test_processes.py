"""Trainings in processes of their own: killed and resumed; two that share one training."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("train_small_task.py")
OPTIONS = {"learning_rate": 3e-3, "warmup": 20, "batch_tokens": 256, "precision": "float32", "epochs": 0}


def start(result: Path, options: dict[str, object], *folder: Path, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", str(SCRIPT), str(result), json.dumps({**OPTIONS, **options}), *map(str, folder)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPT.parent), **environment},
    )


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")


STOPPED = {"dropout": 0.1, "max_steps": 40, "validate_every": 5, "checkpoint_minutes": 0.0, "patience": 0}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of a training that nobody stopped."""
    place = tmp_path_factory.mktemp("whole") / "whole.npz"
    finish(start(place, STOPPED))
    return place


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_a_killed_training_ends_as_a_whole_one(whole: Path, tmp_path: Path, number: signal.Signals) -> None:
    killed = start(tmp_path / "none.npz", STOPPED, tmp_path / "state")
    assert killed.stdout is not None
    while int(killed.stdout.readline()) < 20:
        pass
    killed.send_signal(number)
    killed.communicate()
    assert killed.returncode in (-number, 128 + number, 1)
    assert not (tmp_path / "none.npz").exists()
    again = start(tmp_path / "again.npz", STOPPED, tmp_path / "state")
    assert again.stdout is not None
    assert int(again.stdout.readline()) >= 20
    finish(again)

    expected, gone_on = np.load(whole), np.load(tmp_path / "again.npz")
    rows, others = json.loads(str(expected["history"])), json.loads(str(gone_on["history"]))
    for name in ("step", "train_loss", "valid_loss", "bleu"):
        np.testing.assert_allclose([row[name] for row in others], [row[name] for row in rows], rtol=1e-6)
    for name in set(expected.files) - {"history"}:
        np.testing.assert_allclose(gone_on[name], expected[name], rtol=1e-6, atol=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize(("batch_tokens", "steps"), [(256, 20), (100_000, 4)], ids=["17 batches", "one batch"])
def test_two_processes_train_as_one_does(batch_tokens: int, steps: int, tmp_path: Path) -> None:
    """The loss is summed over the tokens of both. The last step of an epoch has a batch for one of them alone."""
    options = {"dropout": 0.0, "average": "none", "patience": 0, "max_steps": steps, "batch_tokens": batch_tokens}
    one = start(tmp_path / "one.npz", {**options, "accumulate": 2})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    both = [
        start(
            tmp_path / f"two-{rank}.npz",
            options,
            MASTER_ADDR="127.0.0.1",
            MASTER_PORT=port,
            WORLD_SIZE="2",
            LOCAL_WORLD_SIZE="2",
            RANK=str(rank),
            LOCAL_RANK=str(rank),
        )
        for rank in (0, 1)
    ]
    for process in (one, *both):
        finish(process)
    assert not (tmp_path / "two-1.npz").exists()
    alone, shared = np.load(tmp_path / "one.npz"), np.load(tmp_path / "two-0.npz")
    rows, others = json.loads(str(alone["history"])), json.loads(str(shared["history"]))
    assert rows[-1]["step"] == steps
    for name in ("step", "tokens", "train_loss", "valid_loss"):
        np.testing.assert_allclose([row[name] for row in others], [row[name] for row in rows], rtol=1e-4)
    for name in set(alone.files) - {"history"}:
        np.testing.assert_allclose(shared[name], alone[name], atol=1e-4)
