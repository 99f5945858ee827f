"""The two folders that keep a training's state: one is always whole, and another training's is refused."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpkit import artifact
from nlpkit.artifact.slots import STATES, Slots, has_state, remove_leavings, save_state
from nlpkit.errors import ArtifactError, OutputError, ParameterError

MADE_BY = {"parameters": {"alpha": 0.1, "sizes": (3, 4)}, "corpus": "1234"}


def slots(path: Path, made_by: Any = MADE_BY) -> Slots:
    return Slots(path, kind="training", made_by=made_by, named={"corpus": "texts"}, number="step")


def write(to: Slots, epoch: int) -> None:
    to.write({"state": {"epoch": epoch}}, {"weights": np.full((2, 3), epoch, np.float32)})


def epoch_of(stored: artifact.Artifact) -> int:
    """The epoch of a state, once its weights are found to be of it."""
    assert np.unique(stored.arrays["weights"]).tolist() == [stored.options["state"]["epoch"]]
    return int(stored.options["state"]["epoch"])


def written(path: Path, epochs: int = 3) -> Path:
    for epoch in range(epochs):
        write(slots(path) if epoch == 0 else resumed(path), epoch)
    return path


def resumed(path: Path) -> Slots:
    found = slots(path)
    found.read(epoch_of)
    return found


def test_the_latest_state_is_read_and_the_older_one_is_replaced(tmp_path: Path) -> None:
    assert slots(tmp_path / "new").read(epoch_of) is None
    assert not has_state(tmp_path / "new")
    to = slots(tmp_path / "new")
    for epoch in range(5):
        write(to, epoch)
        assert has_state(tmp_path / "new")
        assert slots(tmp_path / "new").read(epoch_of) == epoch
    steps = {name: artifact.read(tmp_path / "new" / name).options["step"] for name in STATES}
    assert steps == {"state-0": 4, "state-1": 3}


def test_what_a_state_holds(tmp_path: Path) -> None:
    config = json.loads((written(tmp_path / "a", 1) / "state-0" / "config.json").read_text())
    assert config["kind"] == "training"
    assert config["options"] == {"step": 0, "state": {"epoch": 0}, "made_by": json.loads(json.dumps(MADE_BY))}


def damage(slot: Path, how: str) -> None:
    weights, config = slot / "model.safetensors", slot / "config.json"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    if how == "flipped":
        weights.write_bytes(content)
    elif how == "cut":
        weights.write_bytes(content[:-5])
    elif how == "no config":
        config.unlink()
    elif how == "no state":
        config.write_text(json.dumps(options_without(json.loads(config.read_text()), "state")))
    elif how == "no number":
        config.write_text(json.dumps(options_without(json.loads(config.read_text()), "step")))
    elif how == "empty":
        shutil.rmtree(slot)
        slot.mkdir()


def options_without(config: dict[str, Any], name: str) -> dict[str, Any]:
    return config | {"options": {key: value for key, value in config["options"].items() if key != name}}


@pytest.mark.parametrize("how", ["flipped", "cut", "no config", "no state", "no number", "empty"])
def test_a_damaged_state_is_passed_over_and_replaced(tmp_path: Path, how: str) -> None:
    folder = written(tmp_path / "a")
    damage(folder / "state-0", how)
    to = slots(folder)
    assert to.read(epoch_of) == 1
    write(to, 7)
    assert slots(folder).read(epoch_of) == 7
    assert slots(folder).read(lambda stored: stored.path.name) == "state-0"


@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_no_whole_state(tmp_path: Path, how: str) -> None:
    folder = written(tmp_path / "a")
    for name in STATES:
        damage(folder / name, how)
    assert slots(folder).read(epoch_of) is None
    assert has_state(folder)


def test_a_model_that_isnt_a_state_is_passed_over(tmp_path: Path) -> None:
    folder = written(tmp_path / "a", 1)
    artifact.save(folder / "state-1", kind="other", options={"step": 9})
    assert slots(folder).read(epoch_of) == 0


@pytest.mark.parametrize(
    ("made_by", "message"),
    [
        ({"parameters": {"alpha": 0.2, "sizes": [3, 4]}, "corpus": "1234"}, "alpha=0.1, now it is 0.2"),
        ({"parameters": {"alpha": 0.1, "sizes": [3, 5]}, "corpus": "1234"}, "sizes=[3, 4], now it is [3, 5]"),
        ({"parameters": MADE_BY["parameters"], "corpus": "5678"}, "with other texts"),
        ({"parameters": {"alpha": 0.2}, "corpus": "5678"}, "with other texts"),
        ({"parameters": {"alpha": 0.1, "beta": 1}, "corpus": "1234"}, "beta=None, now it is 1"),
    ],
)
def test_a_state_of_another_training(tmp_path: Path, made_by: Any, message: str) -> None:
    folder = written(tmp_path / "a")
    with pytest.raises(ParameterError, match=re.escape(message)) as caught:
        slots(folder, made_by).read(epoch_of)
    assert str(folder) in str(caught.value)
    assert "remove that folder" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_the_training_no_longer_depends_on_is_not_compared(tmp_path: Path) -> None:
    folder = written(tmp_path / "a")
    assert slots(folder, {"parameters": {"alpha": 0.1}, "corpus": "1234"}).read(epoch_of) == 2


def test_a_named_mapping_is_compared_as_a_whole(tmp_path: Path) -> None:
    def of(shapes: dict[str, int]) -> Slots:
        return Slots(tmp_path, kind="training", made_by={"model": shapes}, named={"model": "sizes of the model"})

    of({"w": 3}).write({}, {})
    with pytest.raises(ParameterError, match="other sizes of the model"):
        of({"w": 4}).read(lambda stored: stored)


def test_a_failed_write_leaves_the_newer_state(tmp_path: Path) -> None:
    folder = written(tmp_path / "a")
    to = resumed(folder)
    with pytest.raises(ArtifactError):
        to.write({"state": object()}, {})
    assert slots(folder).read(epoch_of) == 2
    with pytest.raises(OutputError, match="the training's state can't be kept"):
        save_state(tmp_path / "missing" / "state", kind="training", options={}, arrays={})


def test_leavings_are_removed(tmp_path: Path) -> None:
    folder = written(tmp_path / "a")
    kept = {*STATES, "weights-12", ".DS_Store"}
    for name in ("weights-12", ".nlpkit-0a1b.partial", "state-1.0a1b.old", "weights-3.0a1b.old"):
        (folder / name).mkdir()
        (folder / name / "config.json").touch()
    (folder / ".DS_Store").touch()
    remove_leavings(folder, others=r"weights-\d+")
    assert {entry.name for entry in folder.iterdir()} == kept


@pytest.mark.parametrize("name", ["letters.txt", "state-2", "weights-12", "state-0 copy"])
def test_what_no_training_wrote_is_left_and_refused(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path / "a")
    (folder / name).mkdir()
    with pytest.raises(OutputError, match=f"{name}.*isn't a training's") as caught:
        remove_leavings(folder)
    assert "\n" not in str(caught.value)
    assert (folder / name).exists()
