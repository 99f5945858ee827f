"""BLEU where words have no spaces between them: sacrebleu called directly."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from nlpkit.evaluation import compare_translations, score_translations
from nlpkit.evaluation.bleu_tokenizer import bleu_tokenizer

sacrebleu = pytest.importorskip("sacrebleu")

JAPANESE = "ja-mecab" if find_spec("MeCab") and find_spec("ipadic") else "char"
CHINESE = ["昨天司机在车站卖了一只小狗。", "上周老师在学校附近找到了一只小狗。", "星期天安娜用 iPhone 12 买了书。"]
THAI = ["ผมพบร่มสีแดงที่สถานี", "ครูซื้อหมาตัวเล็ก"]
KOREAN = ["어제 운전사가 역에서 작은 개를 팔았다.", "지난주 선생님이 책을 샀다."]


@pytest.mark.parametrize(
    ("references", "language", "tokenizer"),
    [
        (CHINESE, None, "zh"),
        (CHINESE, "en", "13a"),
        (CHINESE, "ja", JAPANESE),
        (CHINESE, "src text", "zh"),
        (["pinyin"], "zh-Latn", "zh"),
        (["x"], "zh_TW", "zh"),
        (["x"], "yue", "zh"),
        (["駅で犬を見た。"], None, JAPANESE),
        (THAI, None, "char"),
        (["x"], "my-MM", "char"),
        (["x"], "KM", "char"),
        (KOREAN, None, "13a"),
        (KOREAN, "ko", "13a"),
        (["Ein Hund."], None, "13a"),
        ([], None, "13a"),
    ],
)
def test_tokenizers(references: list[str], language: str | None, tokenizer: str) -> None:
    assert bleu_tokenizer(references, language) == tokenizer


@pytest.mark.parametrize(("references", "tokenizer"), [(CHINESE, "zh"), (THAI, "char"), (KOREAN, "13a")])
def test_scores_and_comparisons_are_sacrebleus(references: list[str], tokenizer: str) -> None:
    ours = [references[0], references[1][:-4], *references[2:]]
    theirs = sacrebleu.corpus_bleu(ours, [references], tokenize=tokenizer).score
    found = score_translations(ours, references, bootstrap=0)
    compared = compare_translations(references, ours, references, metrics=["bleu"], samples=10)
    assert found.bleu is not None
    assert compared.bleu is not None
    assert found.bleu.score == compared.bleu.system == pytest.approx(theirs, abs=1e-12)
    assert f"tok:{tokenizer}|" in found.bleu.signature
    assert f"tok:{tokenizer}|" in compared.bleu.signature
    asked = score_translations(ours, references, tokenize="none", bootstrap=0)
    assert asked.bleu is not None
    assert "tok:none|" in asked.bleu.signature
    assert found.chrf == asked.chrf
    assert found.ter == asked.ter


def test_lengths_are_in_characters_there() -> None:
    groups = score_translations(CHINESE, CHINESE, bootstrap=0, lengths=[10, 13, 16]).by_length
    assert [(group.by, group.shortest, group.sentences) for group in groups] == [
        ("reference characters", 11, 1),
        ("reference characters", 14, 1),
        ("reference characters", 17, 1),
    ]
    sources = ["The driver sold a dog.", "A dog.", "A book."]
    groups = score_translations(CHINESE, CHINESE, sources=sources, bootstrap=0, lengths=[3, 5]).by_length
    assert [(group.by, group.sentences) for group in groups] == [("source words", 2), ("source words", 1)]
