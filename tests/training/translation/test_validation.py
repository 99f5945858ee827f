"""Validation: BLEU of a model's translations."""

from __future__ import annotations

import pytest
from small_task import small_model

from nlpkit.training.translation.encoded_pairs import EncodedPairs
from nlpkit.training.translation.validation import Validation


def test_targets_of_one_word_have_a_bleu_of_one_word() -> None:
    pairs = EncodedPairs.from_lists([([4, 5], [4]), ([6, 7], [6]), ([8, 9], [9])])
    validation = Validation(pairs, translate=lambda model, sources: [source[:1] for source in sources])
    assert validation.run(small_model()).metrics["bleu"] == pytest.approx(100 * 2 / 3)
