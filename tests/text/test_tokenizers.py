"""Tokenizers by name, against rules written anew as regular expressions, or as plain loops."""

from __future__ import annotations

import io
import pickle
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import word_oracle
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.embeddings import BagOfWords
from nlpkit.errors import InputError, NlpkitError, ParameterError
from nlpkit.text.counting import rows as counting
from nlpkit.text.tokenize import named_tokenizer

TEXTS = [
    "The quick brown fox: don't stop! a_b 3.14",
    "",
    "   ",
    "東京都に住んでいます。カタカナ word and 漢 字",
    "ภาษาไทย is Thai; ລາວ ខ្មែរ မြန်မာ",
    "한국어는 띄어 쓴다",
    "mixed中文text日本語abc x中y",
    "naïve e\u0301 \u0301 \u200b😀😀 a😀b",
    "tab\tnewline\nnbsp\xa0sep\x1c\x1d\x85\u2028x\u3000y",
    "nul\0inside \0",
    "\ud800 lone \ud800\udc00 surrogates",
    "A B CC",
]
RULES = {
    "words": word_oracle.words,
    "whitespace": lambda text: re.findall(r"\S+", text),
    "wordpunct": word_oracle.word_punct,
    "wordpunct-1": lambda text: [t for t in re.split(r"(\w+)|\s+", text) if t],
}
UNSPACED = (
    "CJK UNIFIED",
    "CJK COMPATIBILITY IDEOGRAPH",
    "HIRAGANA LETTER",
    "KATAKANA LETTER",
    "THAI CHAR",
    "LAO LETTER",
)


def tokens(name: str, text: str) -> list[str]:
    return list(BagOfWords(tokenizer=name).build_tokenizer()(text))


def unspaced(character: str) -> bool:
    return unicodedata.name(character, "").startswith((*UNSPACED, "KHMER LETTER", "MYANMAR LETTER"))


@pytest.mark.parametrize("name", RULES)
@given(
    text=st.one_of(st.sampled_from(TEXTS), st.text(st.characters(exclude_categories=())), st.text("aB _.\t\x1c中é!"))
)
def test_rules(name: str, text: str) -> None:
    assert tokens(name, text) == RULES[name](text)


@given(st.text("aB9_ .é"))
def test_cjk_is_words_where_nothing_is_unspaced(text: str) -> None:
    assert tokens("cjk", text) == tokens("words", text)


@given(st.text("中文日本語ひらがなカタカナ", min_size=2))
def test_cjk_bigrams_overlap(text: str) -> None:
    assert tokens("cjk", text) == [a + b for a, b in pairwise(text)]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("東京都に住んで", ["東京", "京都", "都に", "に住", "住ん", "んで"]),
        ("漢 字", ["漢", "字"]),
        ("中文abc日本x", ["中文", "abc", "日本"]),
        ("I love 寿司!", ["love", "寿司"]),
        ("コーヒー、紅茶", ["コー", "ーヒ", "ヒー", "紅茶"]),
        ("ไทย", ["ไท", "ทย"]),
        ("한국어는 좋다", ["한국어는", "좋다"]),
        ("人々", ["人々"]),
        ("𠀀𠀁𠀂", ["𠀀𠀁", "𠀁𠀂"]),
        ("。、", []),
        ("", []),
    ],
)
def test_cjk_by_hand(text: str, want: list[str]) -> None:
    assert tokens("cjk", text) == want


def test_cjk_knows_the_scripts() -> None:
    """A run of four characters is three tokens where a script writes no spaces, else one."""
    for code in (
        *range(0x0E01, 0x0E2F),
        *range(0x3041, 0x3097),
        *range(0x30A1, 0x30FB),
        *range(0x4E00, 0xA000, 97),
    ):
        character = chr(code)
        if unspaced(character):
            assert tokens("cjk", character * 4) == [character * 2] * 3, hex(code)
    for character in "aéжαאبकক한აհᏣ":
        assert tokens("cjk", character * 4) == [character * 4], character


def test_cjk_keeps_combining_marks_of_the_run() -> None:
    assert "".join(dict.fromkeys("".join(tokens("cjk", "ภาษาที่ดี")))) == "".join(dict.fromkeys("ภาษาที่ดี"))
    assert tokens("cjk", "か\u3099き") == ["か\u3099", "\u3099き"]


@pytest.mark.parametrize("name", ["words", "whitespace", "wordpunct", "cjk"])
@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 3)])
def test_named_tokenizers_embed_as_their_functions_do(
    name: str, small: int, ngram_range: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    monkeypatch.setattr(counting, "SMALL", small)
    mine = BagOfWords(tokenizer=name, ngram_range=ngram_range)
    theirs = CountVectorizer(tokenizer=lambda text: tokens(name, text), token_pattern=None, ngram_range=ngram_range)
    X, Y = mine.fit_transform(TEXTS), theirs.fit_transform(TEXTS)
    assert mine.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    assert (X != Y).nnz == 0
    new = ["the fox 東京 \x1c unseen", ""]
    assert (mine.transform(new) != theirs.transform(new)).nnz == 0


def test_default_is_the_token_pattern() -> None:
    assert BagOfWords().build_tokenizer()("a bb c_c d'ee") == ["bb", "c_c", "ee"]
    assert BagOfWords(tokenizer="words").build_tokenizer()("a bb c_c d'ee") == ["bb", "c_c", "ee"]


def test_naming_a_tokenizer_warns_of_nothing(recwarn: pytest.WarningsRecorder) -> None:
    for name in ("words", "whitespace", "wordpunct", "cjk"):
        BagOfWords(tokenizer=name).fit(["some text here"])
    assert not [str(warning.message) for warning in recwarn]


@pytest.mark.parametrize("name", ["word", "Words", "sentencepiece", "", "cjk "])
def test_unknown_names(name: str) -> None:
    with pytest.raises(ParameterError, match="tokenizer") as caught:
        BagOfWords(tokenizer=name).fit(["some text"])
    assert "\n" not in str(caught.value)


def train(path: Path, lines: list[str]) -> None:
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_writer=model,
        vocab_size=90,
        minloglevel=2,
        hard_vocab_limit=False,
    )
    path.write_bytes(model.getvalue())


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "pieces.model"
    train(path, [f"the quick brown fox number {n} jumps over {n * 7} lazy dogs, größer naïve" for n in range(200)])
    return path


@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
def test_sentencepiece(pieces: Path, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    import sentencepiece

    monkeypatch.setattr(counting, "SMALL", small)
    processor = sentencepiece.SentencePieceProcessor(model_file=str(pieces))
    model = BagOfWords(tokenizer=f"sentencepiece:{pieces}", threads=2)
    texts = ["The quick BROWN fox", "lazy dogs 777", "größer"]
    X = model.fit_transform(texts)
    for row, text in enumerate(texts):
        want = processor.encode(text.lower(), out_type=str)
        assert list(model.build_tokenizer()(text.lower())) == want
        assert X[row].sum() == len(want)
        assert sorted(model.inverse_transform(X)[row]) == sorted(set(want))
    copy: Any = pickle.loads(pickle.dumps(model))
    assert (copy.transform(texts) != X).nnz == 0


def test_sentencepiece_model_trained_anew_at_the_same_path(tmp_path: Path) -> None:
    path = tmp_path / "pieces.model"
    train(path, ["aaaa bbbb"] * 50)
    old = named_tokenizer(f"sentencepiece:{path}")
    before = old("aaaa bbbb cccc")
    train(path, ["cccc dddd"] * 50)
    new = named_tokenizer(f"sentencepiece:{path}")
    assert new("aaaa bbbb cccc") != before
    assert old("aaaa bbbb cccc") == pickle.loads(pickle.dumps(old))("aaaa bbbb cccc") == before
    path.unlink()
    assert pickle.loads(pickle.dumps(old))("aaaa bbbb cccc") == before


def test_sentencepiece_file_that_is_none(tmp_path: Path) -> None:
    bad = tmp_path / "bad.model"
    bad.write_bytes(b"no model at all")
    for path in (bad, tmp_path / "absent.model", tmp_path):
        with pytest.raises(InputError, match=re.escape(str(path))) as caught:
            BagOfWords(tokenizer=f"sentencepiece:{path}").fit(["some text"])
        assert isinstance(caught.value, NlpkitError)
        assert "\n" not in str(caught.value)
