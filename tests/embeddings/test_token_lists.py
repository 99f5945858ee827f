"""Texts that are cut already: lists and tuples of str are taken as they are, by every method."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

import nlpkit
from nlpkit.corpora import GivenTexts
from nlpkit.embeddings import BagOfWords, FastText, Hashing, OneHot, Tfidf, Word2Vec
from nlpkit.errors import InputError, NlpkitError, ParameterError
from nlpkit.jobs import embed_texts, search_files
from nlpkit.text.counting import rows as counting

TOKENS: list[Any] = [
    ["New York", "taxi", "SKU 17"],
    ["New York", "bridge", "a", "a", "!"],
    [],
    ["e\u0301", "हिन्दी", "ΣΊΣΥΦΟΣ", "İ", "x\ty"],
    ["York", "New", "York"],
] * 3
PEERS: dict[Any, Any] = {
    BagOfWords: CountVectorizer,
    Tfidf: TfidfVectorizer,
    OneHot: CountVectorizer,
    Hashing: HashingVectorizer,
}
counters = pytest.mark.parametrize("cls", PEERS)
words = pytest.mark.parametrize("cls", [Word2Vec, FastText])
code_paths = pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])


def same(text: Any) -> Any:
    return text


def make(cls: Any, **changed: Any) -> Any:
    small = {"min_count": 1, "vector_size": 4, "epochs": 2, "threads": 1, "sample": 0, **changed}
    return cls(**({"bucket": 100} if cls is FastText else {}) | small)


@counters
@code_paths
@pytest.mark.parametrize(
    "options",
    [{}, {"ngram_range": (1, 2)}, {"ngram_range": (2, 3)}, {"stop_words": ["New York", "a"]}, {"tokenizer": "cjk"}],
    ids=str,
)
def test_scikit_learn_with_identity(cls: Any, small: int, options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    mine = cls(**options, threads=2)
    peer_options = {**options, "tokenizer": same, "preprocessor": same, "token_pattern": None}
    if cls is OneHot:
        peer_options |= {"binary": True, "dtype": np.float64}
    theirs = PEERS[cls](**peer_options)
    for given in TOKENS, tuple(map(tuple, TOKENS)), iter(TOKENS):
        X, Y = mine.fit_transform(given), theirs.fit_transform(TOKENS)
        assert X.shape == Y.shape
        np.testing.assert_allclose(X.toarray(), Y.toarray(), atol=1e-12)
        np.testing.assert_allclose(mine.transform(iter(TOKENS)).toarray(), Y.toarray(), atol=1e-12)
    if cls is not Hashing:
        assert mine.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()


@counters
@code_paths
@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2)])
def test_texts_of_both_kinds(
    cls: Any, small: int, ngram_range: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of a text's own tokens is that text."""
    monkeypatch.setattr(counting, "SMALL", small)
    strings = ["The cat saw", "a cat, हिन्दी भाषा", "", "e\u0301 cafe\u0301 ΣΊΣΥΦΟΣ"] * 3
    model = cls(ngram_range=ngram_range, stop_words=["the"])
    cut = model.build_tokenizer()
    mixed = [cut(text.lower()) if i % 2 else text for i, text in enumerate(strings)]
    wanted = model.fit_transform(strings)
    found = cls(ngram_range=ngram_range, stop_words=["the"]).fit_transform(mixed)
    assert (found != wanted).nnz == 0
    assert (model.transform(mixed) != wanted).nnz == 0


@counters
@code_paths
@pytest.mark.parametrize("analyzer", ["char", "char_wb"])
def test_characters_of_tokens_are_refused(cls: Any, small: int, analyzer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    for texts in TOKENS, ["a text", *TOKENS]:
        with pytest.raises(ParameterError, match=rf"a text is a list of tokens, and analyzer='{analyzer}'") as caught:
            cls(analyzer=analyzer).fit_transform(texts)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make_model", [*PEERS, lambda: make(Word2Vec), lambda: make(FastText)])
@pytest.mark.parametrize("texts", [[["a", 1]], [["one", "two"], ["a", None]], ["text", (b"bytes",)], [["a", ["b"]]]])
def test_tokens_are_str(make_model: Any, texts: list[Any]) -> None:
    with pytest.raises(ParameterError, match=r"a token is (int|NoneType|bytes|list), expected str"):
        make_model().fit(texts).transform(texts)


@code_paths
def test_white_space_in_late_tokens_is_not_mistaken(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """N-grams of a compiled count are joined by spaces; a token with a space would be taken for one."""
    monkeypatch.setattr(counting, "SMALL", small)
    texts = [*["some text"] * 500, ["New York", "taxi"]]
    model = BagOfWords(ngram_range=(1, 2), threads=1)
    if small:
        assert "New York taxi" in model.fit(iter(texts)).vocabulary_
        return
    with pytest.raises(ParameterError, match=r"the token 'New York' has white space.*--ngram-range"):
        model.fit(iter(texts))
    assert "New York" in BagOfWords(threads=1).fit(iter(texts)).vocabulary_


@words
@code_paths
def test_word_vectors(cls: Any, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    model = make(cls).fit([*TOKENS, "new york"])
    assert set(model.word_vectors.words) == {token for text in TOKENS for token in text} | {"new", "york"}
    rows = model.transform([["New York", "taxi"], "york", []])
    vectors = model.word_vectors
    np.testing.assert_allclose(rows[0], (vectors["New York"] + vectors["taxi"]) / 2, rtol=1e-5)
    np.testing.assert_array_equal(rows[1], vectors["york"])
    assert not rows[2].any()
    model.partial_fit([["Old York", "taxi"]])
    assert "Old York" in model.word_vectors
    identity = make(cls, tokenizer=same, lowercase=False).fit(TOKENS)
    np.testing.assert_array_equal(identity.word_vectors.vectors, make(cls).fit(TOKENS).word_vectors.vectors)


@counters
def test_functions_of_the_user_get_lists(cls: Any) -> None:
    def shouted(tokens: Any) -> list[str]:
        return [token.upper() for token in tokens]

    def joined(tokens: Any) -> str:
        return " ".join(tokens)

    lists = [["new york", "taxi"], ["taxi"]]
    upper = [["NEW YORK", "TAXI"], ["TAXI"]]
    for options in {"tokenizer": shouted}, {"analyzer": shouted}, {"preprocessor": shouted}:
        assert (cls(**options).fit_transform(lists) != cls().fit_transform(upper)).nnz == 0
    assert (cls(preprocessor=joined).fit_transform(lists) != cls().fit_transform(["new york taxi", "taxi"])).nnz == 0


def test_saved_and_loaded(tmp_path: Path) -> None:
    for n in (1, 1), (1, 2):
        model = BagOfWords(ngram_range=n).fit(TOKENS)
        model.save(tmp_path / "model", force=True)
        assert (nlpkit.load(tmp_path / "model").transform(TOKENS) != model.transform(TOKENS)).nnz == 0


@pytest.mark.parametrize("suffix", ["jsonl", "parquet", "npz", "svmlight"])
@pytest.mark.parametrize("method", ["bow", "tfidf", "hashing", "onehot", "word2vec", "fasttext"])
def test_rows_hold_the_tokens_joined_by_spaces(method: str, suffix: str, tmp_path: Path) -> None:
    texts = [["New York", "taxi"], "a bridge", ("New York", "bridge")]
    output = tmp_path / f"out.{suffix}"
    small = {"min_count": 1, "vector_size": 4, "sample": 0} if method in ("word2vec", "fasttext") else {}
    if method == "fasttext":
        small |= {"bucket": 100}
    if small and suffix == "npz":
        output = output.with_suffix(".npy")
    report = embed_texts(texts, output, method=method, parameters=small)
    assert report.rows == 3
    if suffix == "jsonl":
        found = [json.loads(line)["text"] for line in output.read_text(encoding="utf-8").splitlines()]
    elif suffix == "parquet":
        from pyarrow import parquet

        found = parquet.read_table(output)["text"].to_pylist()
    else:
        return
    assert found == ["New York taxi", "a bridge", "New York bridge"]


def test_shards_go_on_for_the_same_tokens_alone(tmp_path: Path) -> None:
    one, two = GivenTexts([["a b", "c"]]), GivenTexts([["a", "b c"]])
    assert (
        len({json.dumps(texts.fingerprint()) for texts in (one, two, GivenTexts(["a b c"]), GivenTexts(["a b", "c"]))})
        == 4
    )
    assert one.fingerprint() == GivenTexts([("a b", "c")]).fingerprint()


def test_search() -> None:
    texts = GivenTexts([["New York", "taxi"], ["York", "New"], "new york"])
    assert [hit.text for hit in search_files(["New York"], texts)] == ["New York taxi"]
    assert [hit.text for hit in search_files("new york", texts, method="bow")] == ["new york"]


def test_given_texts() -> None:
    texts = GivenTexts(["one", ["two", "three"], ("four",)])
    assert list(texts.texts()) == ["one", ["two", "three"], ("four",)]
    assert [len(block.texts) for block in texts.blocks(3)] == [1, 1, 1]
    for wrong, message in ([["a", 1]], "text 0, a list of tokens: found int"), (["a", 2], "text 1: found int"):
        with pytest.raises(InputError, match=message):
            GivenTexts(wrong)


@counters
def test_a_stream_of_lists_is_read_once(cls: Any) -> None:
    def stream() -> Iterator[list[str]]:
        yield from TOKENS

    assert cls(ngram_range=(1, 2)).fit_transform(stream()).shape[0] == len(TOKENS)


def test_lists_with_nothing_to_learn() -> None:
    for model in BagOfWords(), BagOfWords(stop_words=["the"]), make(Word2Vec):
        with pytest.raises(NlpkitError) as caught:
            model.fit([[], [""], []] if model.kind == "word2vec" or not model.stop_words else [["the"]])
        assert "\n" not in str(caught.value)
