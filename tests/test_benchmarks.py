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
