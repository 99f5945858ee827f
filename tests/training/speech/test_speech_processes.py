"""Two processes that share one training of a recogniser."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("train_small_recognizer.py")
OPTIONS = {"learning_rate": 1e-2, "warmup": 0, "schedule": "constant", "epochs": 0, "validate_every": 2}


def train(place: Path, folder: Path, *, processes: int, **options: Any) -> Any:
    """Train in several processes at once, and return what the main one saved."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    several = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": str(processes)}
    several["LOCAL_WORLD_SIZE"] = several["WORLD_SIZE"]
    running = []
    for rank in range(processes):
        result = place.with_name(f"{place.name}-{rank}.npz")
        settings = json.dumps({**OPTIONS, "batch_clips": 5, **options})
        command = [sys.executable, "-P", str(SCRIPT), str(result), settings, str(folder)]
        own = {**several, "RANK": str(rank), "LOCAL_RANK": str(rank)} if processes > 1 else {}
        running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **own}))
    for process in running:
        _, errors = process.communicate(timeout=300)
        assert (process.returncode, errors) == (0, "")
    assert [entry.name for entry in place.parent.glob(f"{place.name}-*.npz")] == [f"{place.name}-0.npz"]
    return np.load(place.with_name(f"{place.name}-0.npz"))


@pytest.mark.slow
def test_two_processes_resume_as_if_they_had_not_stopped(tmp_path: Path) -> None:
    """Each step begins with the main process's statistics of batch normalisation, which are those that are kept."""
    own: dict[str, Any] = {"processes": 2, "architecture": "cnn"}
    whole = train(tmp_path / "whole", tmp_path / "one", max_steps=4, **own)
    train(tmp_path / "first", tmp_path / "two", max_steps=2, **own)
    again = train(tmp_path / "second", tmp_path / "two", max_steps=4, **own)
    rows, others = (json.loads(str(each["history"])) for each in (whole, again))
    assert [row["step"] for row in rows] == [2, 4]
    for name in ("step", "tokens", "train_loss", "valid_loss"):
        assert [row[name] for row in rows] == [row[name] for row in others]
    statistics = [name for name in whole.files if name.endswith("running_var")]
    assert statistics
    for name in set(whole.files) - {"history"}:
        assert np.isfinite(whole[name]).all()
        np.testing.assert_array_equal(again[name], whole[name])


@pytest.mark.slow
def test_two_processes_without_what_is_random_take_the_steps_of_one(tmp_path: Path) -> None:
    """A recurrent network has no statistics of batches, so that two batches in two processes are as two in one."""
    random = ("speed", "tempo", "gain", "shift", "noise", "reverberation", "filter", "time_masks", "band_masks")
    plain: dict[str, Any] = dict.fromkeys(random, 0) | {"architecture": "lstm", "dropout": 0.0, "average": "none"}
    plain["max_steps"] = 4
    one = train(tmp_path / "one", tmp_path / "a", processes=1, accumulate=2, **plain)
    two = train(tmp_path / "two", tmp_path / "b", processes=2, **plain)
    rows, others = (json.loads(str(each["history"])) for each in (one, two))
    assert rows[-1]["step"] == 4
    for name in ("tokens", "train_loss", "valid_loss"):
        np.testing.assert_allclose([row[name] for row in others], [row[name] for row in rows], rtol=1e-3)
