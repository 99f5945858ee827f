"""Corners where fast code could differ from scikit-learn: fractions of documents, threads, code paths, ties."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from parity_oracle import difference, difference_of_matrices, embed, ours, peer
from parity_texts import ASCII, MULTILINGUAL, NAUGHTY, UNSEEN

import nlpkit
from nlpkit.errors import InputError, NlpkitError
from nlpkit.text.counting import rows as counting

TEXTS = ASCII + MULTILINGUAL + NAUGHTY
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("bow", {}),
    ("bow", {"ngram_range": (1, 3), "stop_words": "english"}),
    ("bow", {"analyzer": "char_wb", "ngram_range": (2, 4)}),
    ("tfidf", {"analyzer": "char", "ngram_range": (1, 2)}),
    ("tfidf", {"ngram_range": (2, 2), "min_df": 2}),
    ("onehot", {"min_df": 2}),
    ("hashing", {"ngram_range": (1, 2)}),
]
everyone = pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=str)


def same(mine: Any, want: Any) -> None:
    how = difference_of_matrices(mine, want)
    assert not how, how


@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.3, 1 / 3, 0.6, 0.7, 0.9])
def test_fractions_of_documents(fraction: float, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Term k is in k documents: any rounding of ``fraction * n`` shows."""
    monkeypatch.setattr(counting, "SMALL", small)
    for n in (1, 2, 3, 5, 7, 10, 11, 20, 30, 33, 60):
        texts = [" ".join(f"t{k:02}" for k in range(d + 1)) for d in range(n)]
        for options in ({"min_df": fraction}, {"max_df": fraction}, {"min_df": fraction / 2, "max_df": fraction}):
            how = difference(embed(ours("bow", **options), texts, []), embed(peer("bow", **options), texts, []))
            assert not how, (n, how)


@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.float32, np.float64, np.uint8])
@pytest.mark.parametrize("n_terms", [10, 17, 100, 2000])
def test_ties_for_max_features(n_terms: int, dtype: type, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    chance = random.Random(n_terms)
    texts = [" ".join(f"w{chance.randrange(n_terms)}" for _ in range(40)) for _ in range(n_terms // 8 + 2)]
    for n in (1, n_terms // 10, n_terms // 3, n_terms - 1):
        options = {"max_features": n, "dtype": dtype}
        how = difference(embed(ours("bow", **options), texts, []), embed(peer("bow", **options), texts, []))
        assert not how, (n, how)


@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.float32])
def test_counts_beyond_the_dtype(dtype: type, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    texts = ["aa " * 300 + "bb " * 129, "aa " * 33_000, "bb " * 256]
    for options in ({"dtype": dtype}, {"dtype": dtype, "binary": True}):
        mine = embed(ours("bow", **options), texts, texts)
        if (
            np.dtype(dtype).kind in "iu" and "binary" not in options
        ):  # scikit-learn's counts begin again at the least one
            assert isinstance(mine.error, InputError), mine
            assert "is not within the range of dtype" in str(mine.error)
            continue
        assert not difference(mine, embed(peer("bow", **options), texts, texts))


@everyone
def test_a_model_changes_code_paths(kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """One code path learns, the other one transforms and continues."""
    for first, then in ((10**12, 0), (0, 10**12)):
        monkeypatch.setattr(counting, "SMALL", first)
        model, theirs = ours(kind, **options).fit(ASCII), peer(kind, **options).fit(ASCII)
        monkeypatch.setattr(counting, "SMALL", then)
        same(model.transform(UNSEEN), theirs.transform(UNSEEN))
        model.partial_fit(MULTILINGUAL)
        monkeypatch.setattr(counting, "SMALL", first)
        model.partial_fit(NAUGHTY)
        if kind == "hashing":
            continue
        theirs.fit(TEXTS)
        same(model.transform(UNSEEN), theirs.transform(UNSEEN))
        assert model.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()


@everyone
def test_parameters_may_change_between_fits(kind: str, options: dict[str, Any]) -> None:
    model = ours(kind, **options).fit(TEXTS[:40])
    same(
        model.set_params(lowercase=False).fit_transform(ASCII),
        peer(kind, **options, lowercase=False).fit_transform(ASCII),
    )
    other = {**options, "analyzer": "char_wb", "ngram_range": (3, 3), "stop_words": None}
    same(model.set_params(**other, lowercase=True).fit_transform(ASCII), peer(kind, **other).fit_transform(ASCII))


@everyone
@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
def test_one_model_in_many_threads(
    kind: str, options: dict[str, Any], small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    monkeypatch.setattr(counting, "BATCH", 200)
    model = ours(kind, **options, threads=2).fit(TEXTS)
    lots = [TEXTS[start:] + UNSEEN for start in range(12)]
    alone = [model.transform(texts) for texts in lots]
    with ThreadPoolExecutor(4) as pool:
        for together, want in zip(pool.map(model.transform, lots), alone, strict=True):
            same(together, want)


@everyone
def test_many_models_in_many_threads(kind: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", 0)
    monkeypatch.setattr(counting, "BATCH", 200)
    want = peer(kind, **options).fit_transform(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for X in pool.map(
            lambda threads: ours(kind, **options, threads=threads).fit_transform(TEXTS), [1, 2, 3, 2] * 3
        ):
            same(X, want)


@everyone
@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
def test_many_short_and_empty_texts(
    kind: str, options: dict[str, Any], small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    texts = ([""] * 700 + ["one two", "é"] + [" "] * 700 + ["two ΟΔΟΣ one"]) * 3
    same(ours(kind, **options, threads=2).fit_transform(texts), peer(kind, **options).fit_transform(texts))


@pytest.mark.parametrize("kind", ["bow", "tfidf", "onehot"])
def test_learning_goes_on_after_loading(kind: str, tmp_path: Any) -> None:
    """A loaded model, of which nothing was pruned, goes on as if it had never been away."""
    ours(kind).fit(ASCII).save(tmp_path / "model")
    model = nlpkit.load(tmp_path / "model").partial_fit(MULTILINGUAL)
    theirs = peer(kind).fit(ASCII + MULTILINGUAL)
    same(model.transform(UNSEEN), theirs.transform(UNSEEN))
    assert model.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    assert model.n_documents_ == len(ASCII + MULTILINGUAL)


def test_matrices_own_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later call does not write into an earlier result."""
    for small in (10**12, 0):
        monkeypatch.setattr(counting, "SMALL", small)
        model = ours("bow", threads=1).fit(TEXTS)
        first = model.transform(TEXTS)
        kept = first.copy()
        model.transform(UNSEEN * 50)
        model.partial_fit(UNSEEN * 50)
        same(first, kept)


@pytest.mark.parametrize("kind", ["bow", "tfidf", "onehot"])
@pytest.mark.parametrize("term", [7, None, b"fish", ("a", "b")], ids=repr)
def test_a_term_that_is_no_text(kind: str, term: Any) -> None:
    """scikit-learn stumbles over it, or lets it stand in a column that nothing can fill."""
    with pytest.raises(TypeError, match="vocabulary") as caught:
        ours(kind, vocabulary=["the", term]).fit(ASCII)
    assert isinstance(caught.value, NlpkitError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
@pytest.mark.parametrize("kind", ["bow", "onehot"])
def test_no_texts_give_no_rows(kind: str, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    same(ours(kind).fit(ASCII).transform([]), peer(kind).fit(ASCII).transform([]))
