"""Room for samples: in memory and beyond, the same samples and the same model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tone_words import write_recordings

from nlpkit.errors import OutputError
from nlpkit.jobs.train_speech import train_speech
from nlpkit.training.speech import clip_room
from nlpkit.training.speech.clip_room import ClipRoom


def test_samples_stay_as_they_are_wherever_they_are_held(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    clips = [draw.standard_normal(int(n)).astype(np.float32) for n in draw.integers(1, 3_000_000, 30)]
    room = ClipRoom(tmp_path, in_memory=4 * sum(map(len, clips[:3])))
    kept = [room.keep(clip) for clip in clips]
    for number, (one, other) in enumerate(zip(clips, kept, strict=True)):
        np.testing.assert_array_equal(one, other)
        assert (one is other) == (number < 3)
    assert not list(tmp_path.iterdir()), "the file has no name"


def test_a_model_does_not_depend_on_where_samples_are_held(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listing = write_recordings(tmp_path / "tones", n=6)
    own: dict[str, Any] = {"n_mels": 12, "epochs": 1, "batch_clips": 8, "band_masks": 0, "channels": (6, 8)}
    run: dict[str, Any] = {"parameters": own, "device": "cpu", "threads": 1}
    train_speech(tmp_path / "one", listing, **run)
    monkeypatch.setattr(clip_room, "IN_MEMORY", 3000)
    train_speech(tmp_path / "two", listing, **run)
    files = [tmp_path / name / "model.safetensors" for name in ("one", "two")]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["one", "tones", "two"]


def test_a_disk_without_room_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    listing = write_recordings(tmp_path / "tones", n=6)
    monkeypatch.setattr(clip_room, "IN_MEMORY", 3000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
    try:
        with pytest.raises(OutputError, match=f"^{tmp_path}: [^\n]*$"):
            train_speech(tmp_path / "model", listing, device="cpu", threads=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [entry.name for entry in tmp_path.iterdir()] == ["tones"]
