"""The learning curve is a picture that shows what was handed in."""

from __future__ import annotations

import struct

import pytest

from nlpkit.training import HistoryRow
from nlpkit.training.learning_curve import learning_curve

pytest.importorskip("matplotlib")


def rows(bleu: list[float | None]) -> list[HistoryRow]:
    return [
        HistoryRow(
            step=100 * number,
            epoch=number,
            tokens=1000 * number,
            seconds=number,
            train_loss=4 / number,
            valid_loss=5 / number,
            metrics={"bleu": value},
            learning_rate=0.1,
            tokens_per_second=1000.0,
        )
        for number, value in enumerate(bleu, start=1)
    ]


@pytest.mark.parametrize("bleu", [[1.0, 20.0, 30.5], [None, None], [0.0], [5.0] * 60])
def test_a_png_of_1280_by_720(bleu: list[float | None]) -> None:
    png = learning_curve(rows(bleu), chosen_steps=(100,), title="copy", metric="bleu")
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (1280, 720)


def test_other_numbers_give_another_picture() -> None:
    assert learning_curve(rows([1.0, 2.0]), metric="bleu") != learning_curve(rows([1.0, 3.0]), metric="bleu")
    assert learning_curve(rows([1.0, 2.0]), metric="bleu") == learning_curve(rows([1.0, 2.0]), metric="bleu")
