"""Words of all scripts: by hand, by a plain loop, and by both code paths."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import word_oracle
from hypothesis import given
from hypothesis import strategies as st

import nlpkit
from nlpkit.embeddings import BagOfWords, FastText, Hashing, OneHot, Tfidf, Word2Vec
from nlpkit.jobs import embed_texts
from nlpkit.text.counting import rows as counting
from nlpkit.text.tokenize import named_tokenizer
from nlpkit.text.vocabulary import Vocabulary
from nlpkit.text.words import WORD_PATTERN, word_punct, words

MARKS = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
ZWNJ, ZWJ, ACUTE, SELECTOR = "\u200c", "\u200d", "\u0301", "\ufe0f"
BY_HAND = [
    ("आधुनिक मानक हिन्दी भाषा।", ["आधुनिक", "मानक", "हिन्दी", "भाषा"]),
    ("தமிழ் மொழி, ஒரு", ["தமிழ்", "மொழி", "ஒரு"]),
    ("বাংলা ভাষা", ["বাংলা", "ভাষা"]),
    ("مُحَمَّدٌ رَسُولٌ", ["مُحَمَّدٌ", "رَسُولٌ"]),
    ("שָׁלוֹם עוֹלָם", ["שָׁלוֹם", "עוֹלָם"]),
    ("ไม่มีช่องว่าง", ["ไม่มีช่องว่าง"]),
    (f"می{ZWNJ}خواهم", [f"می{ZWNJ}خواهم"]),
    (f"क्{ZWJ}ष", [f"क्{ZWJ}ष"]),
    (f"cafe{ACUTE} nai\u0308ve", [f"cafe{ACUTE}", "nai\u0308ve"]),
    (f"é e{ACUTE} e{ACUTE}{ACUTE} a{SELECTOR} a\U000e0100 क् د\u064e", []),
    ("की का", ["की", "का"]),
    (f"{ACUTE}ab {ACUTE}{SELECTOR} {ZWJ}cd{ZWJ} ef{ZWNJ}{ZWNJ} {ZWJ}", ["ab", "cd", "ef"]),
    (f"a{ZWJ}b c{ZWJ}{ZWNJ}d e{ZWJ}.f g{ZWJ}{ACUTE}", [f"a{ZWJ}b", f"c{ZWJ}{ZWNJ}d"]),
    (f"x{ACUTE}yz {ACUTE}", [f"x{ACUTE}yz"]),
    ("👩\u200d👩\u200d👧 ☃\ufe0f 1\ufe0f\u20e3 ab\u20ddcd", ["ab", "cd"]),
]
ALPHABET = ["a", "b", "_", "é", "ж", "क", "ष", "中", "7", " ", ".", "—", "😀", ZWNJ, ZWJ, ACUTE, SELECTOR]
ALPHABET += [
    "\u093f",
    "\u094d",
    "\u0e35",
    "\u180b",
    "\U000e0100",
    "\u20dd",
    "\U00011046",
    "İ",
    "Σ",
    "Ⱥ",
    "\0",
    "\ud800",
]
texts = st.one_of(
    st.text(st.sampled_from(ALPHABET)),
    st.text(st.one_of(st.sampled_from(MARKS), st.sampled_from(ALPHABET))),
    st.text(st.characters(exclude_categories=())),
)


@pytest.mark.parametrize(("text", "want"), BY_HAND)
def test_by_hand(text: str, want: list[str]) -> None:
    assert words(text) == want
    assert word_oracle.words(text) == want


@given(texts)
def test_by_a_plain_loop(text: str) -> None:
    assert words(text) == word_oracle.words(text)
    assert word_punct(text) == word_oracle.word_punct(text)


@given(st.text(st.characters(exclude_categories=("Mn", "Mc", "Cf"))))
def test_without_marks_as_before(text: str) -> None:
    import re

    assert words(text) == re.findall(WORD_PATTERN, text)


@pytest.mark.parametrize("word", ["naïve", "café", "Ångström", "ở", "é", "ǟ", "ḯb"])
def test_both_forms_are_alike(word: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, word) for form in ("NFC", "NFD"))
    assert [unicodedata.normalize("NFC", found) for found in words(decomposed)] == words(composed)


def surrounded(mark: str) -> str:
    return f"{mark}ab{mark}c é{mark} b{ZWJ}{mark} {mark}{mark}x{mark}{ZWNJ}{mark}y {ZWJ}{mark}z ж{mark}{ZWJ} Σ{mark}"


@pytest.mark.parametrize("lowercase", [True, False])
def test_all_marks_in_both_code_paths(lowercase: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [surrounded(mark) for mark in MARKS]
    found = []
    for small in 0, 10**12:
        monkeypatch.setattr(counting, "SMALL", small)
        model = BagOfWords(lowercase=lowercase, threads=2)
        found.append((model.fit_transform(lines), model.get_feature_names_out().tolist()))
    assert found[0][1] == found[1][1]
    assert (found[0][0] != found[1][0]).nnz == 0
    cut = {word for line in lines for word in word_oracle.words(line.lower() if lowercase else line)}
    assert set(found[0][1]) == cut


@given(st.lists(texts, max_size=6))
def test_any_text_in_both_code_paths(given_texts: list[str]) -> None:
    from nlpkit.text.analysis import Scan
    from nlpkit.text.counting.scanner import Scanner

    (buffer, starts, lengths), ends = Scanner(Scan(cut="word", shortest=2, marks=True, lower=False), (1, 1))(
        given_texts
    )
    slices = [bytes(buffer[a : a + n]).decode("utf-8", "surrogatepass") for a, n in zip(starts, lengths, strict=True)]
    assert [slices[a:b] for a, b in zip([0, *ends], ends, strict=False)] == list(map(word_oracle.words, given_texts))


def test_long_runs_take_no_time() -> None:
    """Quadratic work would take hours."""
    n = 500_000
    for text in (
        f"a{ZWJ * n}b",
        f"a{ACUTE * n}",
        f"a{ZWJ * n}",
        (ACUTE + ZWJ) * n,
        f"a{(ACUTE + ZWJ) * n}",
        "ab" + ACUTE * n,
    ):
        assert words(text) == word_oracle.words(text)
        assert Vocabulary.from_texts([text, "x " * 300_000]).terms == words(text)


@pytest.mark.parametrize("small", [0, 10**12], ids=["compiled", "plain"])
@pytest.mark.parametrize("cls", [BagOfWords, OneHot, Tfidf])
def test_stop_words_and_ngrams(cls: Any, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    model = cls(ngram_range=(1, 2), stop_words=["मानक", f"cafe{ACUTE}"]).fit(
        ["आधुनिक मानक हिन्दी", f"the cafe{ACUTE} e{ACUTE} door"]
    )
    assert set(model.terms_) == {"आधुनिक", "हिन्दी", "आधुनिक हिन्दी", "the", "door", "the door"}
    again = cls(ngram_range=(1, 2), vocabulary=["हिन्दी भाषा", "भाषा"])
    assert again.fit_transform(["यह हिन्दी भाषा"]).nnz == 2


@pytest.mark.parametrize("small", [0, 10**12], ids=["compiled", "plain"])
def test_every_method_has_the_word(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    text = "आधुनिक मानक हिन्दी भाषा।"
    wanted = ["आधुनिक", "मानक", "हिन्दी", "भाषा"]
    assert sorted(Vocabulary.from_texts([text])) == sorted(wanted)
    for tokenizer in None, "words":
        for cls in Word2Vec, FastText:
            model = cls(tokenizer=tokenizer, min_count=1, vector_size=4, epochs=1, threads=1, sample=0).fit([text])
            assert sorted(model.word_vectors.words) == sorted(wanted)
            old = cls(token_pattern=WORD_PATTERN, min_count=1, vector_size=4, threads=1, sample=0).fit(
                [text + " ab ab"]
            )
            assert "हिन्दी" not in old.word_vectors.words
        assert Hashing(tokenizer=tokenizer, norm=None).transform([text]).nnz == 4
    pooled = embed_texts([text], model=model.word_vectors).vectors
    assert pooled.tolist() == model.transform([text]).tolist()


def test_a_pattern_is_idle_beside_a_tokenizer() -> None:
    with pytest.warns(UserWarning, match="'token_pattern' will not be used"):
        Word2Vec(tokenizer="whitespace", token_pattern="a", min_count=1, sample=0, threads=1).fit(["ab cd"])


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("हिन्दी 漢字", ["हिन्दी", "漢字"]),
        (f"cafe{ACUTE}東京都", [f"cafe{ACUTE}", "東京", "京都"]),
        (f"e{ACUTE} 漢", ["漢"]),
        (f"می{ZWNJ}خواهم", [f"می{ZWNJ}خواهم"]),
        ("naïve か\u3099き", ["naïve", "か\u3099", "\u3099き"]),
    ],
)
def test_cjk_keeps_marks_in_words(text: str, want: list[str]) -> None:
    assert named_tokenizer("cjk")(text) == want


@given(st.text(st.sampled_from(ALPHABET)).filter(lambda text: not set(text) & {"中", "\u0e35"}))
def test_cjk_is_words_where_nothing_is_unspaced(text: str) -> None:
    assert named_tokenizer("cjk")(text) == words(text)


def test_a_saved_model_keeps_its_word(tmp_path: Path) -> None:
    text = "आधुनिक हिन्दी"
    BagOfWords().fit([text]).save(tmp_path / "new")
    BagOfWords(token_pattern=WORD_PATTERN).fit([text]).save(tmp_path / "sklearn")
    assert list(nlpkit.load(tmp_path / "new").partial_fit(["भाषा"]).terms_) == ["आधुनिक", "भाषा", "हिन्दी"]
    assert "हिन्दी" not in nlpkit.load(tmp_path / "sklearn").partial_fit([text]).terms_
