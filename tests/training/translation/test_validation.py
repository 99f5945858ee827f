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


TARGETS = {4: "我看到了一只小狗。", 5: "老师买了三本书。", 6: "老师卖了三本书。"}


@pytest.mark.parametrize(("language", "tokenizer"), [(None, "zh"), ("zh-CN", "zh"), ("th", "char"), ("de", "13a")])
def test_bleu_of_a_language_without_spaces_is_sacrebleus(language: str | None, tokenizer: str) -> None:
    sacrebleu = pytest.importorskip("sacrebleu")
    pairs = EncodedPairs.from_lists([([4], [4]), ([5], [6])])
    validation = Validation(
        pairs,
        translate=lambda model, sources: list(sources),
        detokenise=lambda rows: [TARGETS[row[0]] for row in rows],
        language=language,
    )
    assert f"|tok:{tokenizer}|" in validation.signature
    exact = sacrebleu.BLEU(tokenize=tokenizer, effective_order=True)
    expected = exact.corpus_score([TARGETS[4], TARGETS[5]], [[TARGETS[4], TARGETS[6]]]).score
    assert validation.run(small_model()).metrics["bleu"] == pytest.approx(expected)
    assert (expected > 50) == (tokenizer != "13a")
