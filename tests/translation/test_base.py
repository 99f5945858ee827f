"""A training that starts from a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpkit.artifact import read
from nlpkit.errors import ParameterError
from nlpkit.jobs.train_translation import train_translation
from nlpkit.translation import Translator

STEPS = {"max_steps": 12, "validate_every": 12, "batch_tokens": 512, "warmup": 2}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The words of the model, of which one has another translation."""
    words = {"one": "un", "two": "deux", "three": "trois", "four": "four"}
    place = tmp_path_factory.mktemp("base") / "pairs.tsv"
    rows = [(f"⟦fr⟧ {a} {b}", f"{words[a]} {words[b]}") for a in words for b in words]
    place.write_text("".join(f"{src}\t{trg}\n" for src, trg in rows * 12), encoding="utf-8")
    return place


def train(several: Path, pairs: Path, output: Path, **given: Any) -> Any:
    chosen = {**STEPS, **given.pop("parameters", {})}
    return train_translation(output, pairs=pairs, base=several, parameters=chosen, threads=1, device="cpu", **given)


def test_a_training_starts_from_trained_weights(several: Path, pairs: Path, tmp_path: Path) -> None:
    report = train(several, pairs, tmp_path / "mine", freeze=["encoder", "embeddings"], parameters={"dropout": 0.1})
    before, after = read(several).arrays, read(tmp_path / "mine").arrays
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed
    assert all(name.startswith("decoder") for name in changed)
    assert report.plan.vocabulary == len(Translator(several).src_subwords)
    made = Translator(tmp_path / "mine")
    assert made.src_subwords == Translator(several).src_subwords
    assert made.marks == Translator(several).marks
    assert made.options.dropout == 0.1
    assert made.translate(["one two three"], to="fr") == ["un deux trois"]  # which 12 steps do not learn
    assert made.translate(["two"], to="de") == ["zwei"]


def test_new_pairs_are_learnt(several: Path, pairs: Path, tmp_path: Path) -> None:
    train(several, pairs, tmp_path / "mine", parameters={"max_steps": 60, "learning_rate": 3e-3})
    assert Translator(tmp_path / "mine").translate(["four one"], to="fr") == ["four un"]
    assert Translator(several).translate(["four one"], to="fr") == ["quatre un"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"parameters": {"d_model": 64}}, "d_model is 64, and the model of --base has 32: leave it out"),
        ({"vocab_size": 50}, "vocab_size is 50, and the model of --base has its own: leave it out"),
        ({"reserved": ["x"]}, "reserved is .* and the model of --base has its own"),
        ({"architecture": "gru"}, "architecture is 'gru', and the model of --base has 'transformer'"),
        ({"freeze": ["head"]}, "freeze is 'head': expected one of embeddings, encoder, decoder"),
        ({"freeze": ["embeddings", "encoder", "decoder"]}, "freeze leaves nothing to train"),
    ],
)
def test_what_the_base_decides(several: Path, pairs: Path, tmp_path: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        train(several, pairs, tmp_path / "mine", **given)
    assert not (tmp_path / "mine").exists()


def test_without_a_base_nothing_is_frozen(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="name one with --base"):
        train_translation(tmp_path / "mine", pairs=pairs, freeze=["encoder"])
