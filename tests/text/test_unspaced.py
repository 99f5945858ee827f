"""Scripts without spaces: what they are, and how pieces of their words are found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.text.subword import Subwords
from nlpkit.text.unspaced import count_words, has_unspaced, unspaced_script

CHINESE = "昨天我们的邻居在车站找到了一把红雨伞。"
THAI = "เมื่อวานเพื่อนบ้านของเราพบร่มสีแดงที่สถานี"
SUBWORDS = Subwords.train(
    [f"{word}{other}" for word in ("我们", "你们", "老师") for other in ("用 iPhone 12", "在车站。")] * 20
    + [THAI[:8], THAI[8:12]] * 20,
    vocab_size=330,
)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (CHINESE, "han"),
        ("我用 iPhone 12 Pro Max 拍照。", "han"),
        ("昨日、駅で赤い傘を見つけた。", "japanese"),
        ("カメラ", "japanese"),
        (THAI, "other"),
        ("ຂ້ອຍພົບຮົ່ມສີແດງ", "other"),
        ("ខ្ញុំបានរកឃើញឆត្រក្រហម", "other"),
        ("ကျွန်တော် ထီးနီကို တွေ့ခဲ့တယ်", "other"),
        ("어제 이웃이 역에서 빨간 우산을 찾았다。", None),
        ("A dog called 犬 barks.", None),
        ("Die Katze", None),
        ("मैंने लाल छाता देखा", None),
        ("12 + 3", None),
        ("", None),
    ],
)
def test_scripts(text: str, script: str | None) -> None:
    assert unspaced_script([text]) == script
    if script:
        assert has_unspaced(text)


def test_words_are_letters_there() -> None:
    assert count_words(CHINESE) == 18 + 1
    assert count_words("one two  three") == 3
    assert count_words(" ") == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("two dogs", ["two", "dogs"]),
        ("我们用 iPhone 12", ["我们用", "iPhone", "12"]),
        ("鬱鬱x", ["鬱", "鬱", "x"]),  # unknown characters, of three bytes each
    ],
)
def test_parts_by_hand(text: str, parts: list[str]) -> None:
    [ids] = SUBWORDS.encode([text])
    assert SUBWORDS.decode([ids[begin:end] for begin, end in SUBWORDS.parts(ids)]) == parts


def test_parts_of_sentences() -> None:
    for text in ("老师在车站。", THAI, CHINESE):
        [ids] = SUBWORDS.encode([text])
        assert len(SUBWORDS.words(ids)) == 1
        assert 2 < len(SUBWORDS.parts(ids)) <= len(text)


@settings(max_examples=150, deadline=None)
@given(st.text("我们用鬱ก็a b▁é。\u00a0😀"))
def test_parts_are_the_text_in_order(text: str) -> None:
    [ids] = SUBWORDS.encode([text])
    parts, words = SUBWORDS.parts(ids), SUBWORDS.words(ids)
    assert "".join(SUBWORDS.decode([ids[begin:end] for begin, end in parts])) == "".join(text.split())
    assert {begin for begin, _ in words} <= {begin for begin, _ in parts}
    assert [begin for begin, _ in parts[1:]] == [end for _, end in parts[:-1]]
