"""BM25 weights against bm25s, and against the formula where bm25s has no word: new texts, pruned terms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from parity_oracle import ours, peer
from parity_texts import ASCII, MULTILINGUAL, NAUGHTY, UNSEEN

import nlpkit
from nlpkit.corpora import GivenTexts
from nlpkit.errors import NlpkitError
from nlpkit.jobs import search_files
from nlpkit.text.counting import rows as counting

bm25s = pytest.importorskip("bm25s")

TEXTS = ASCII + MULTILINGUAL + NAUGHTY
ANALYSES: list[dict[str, Any]] = [
    {},
    {"ngram_range": (1, 2)},
    {"ngram_range": (2, 3)},
    {"analyzer": "char_wb", "ngram_range": (2, 4)},
    {"analyzer": "char", "ngram_range": (1, 2)},
    {"stop_words": "english"},
    {"token_pattern": r"\S+"},
    {"tokenizer": str.split, "token_pattern": None},
    {"strip_accents": "unicode", "lowercase": False},
]
CONSTANTS = [(1.2, 0.0), (0.9, 1.0), (0.0, 0.5)]


@pytest.fixture(params=[(10**12, None), (0, None), (0, 60)], ids=["plain", "compiled", "batches"], autouse=True)
def code_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    small, batch = request.param
    monkeypatch.setattr(counting, "SMALL", small)
    if batch is not None:
        monkeypatch.setattr(counting, "BATCH", batch)


def peer_weights(tokens: list[list[str]], names: list[str], k1: float, b: float) -> sp.csr_matrix:
    """The weights of bm25s, (n_texts, n_terms), in the order of ``names``."""
    index = bm25s.BM25(method="lucene", k1=k1, b=b, dtype="float64")
    index.index(tokens, create_empty_token=False, show_progress=False)
    scores = index.scores
    X = sp.csc_matrix((scores["data"], scores["indices"], scores["indptr"]), shape=(len(tokens), len(index.vocab_dict)))
    return X[:, [index.vocab_dict[name] for name in names]].tocsr()


def formula(tf: Any, length: Any, mean: float, df: Any, n: int, k1: float, b: float) -> Any:
    """Lucene's BM25, as the paper of Kamphuis et al. (2020) gives it."""
    return np.log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + k1 * (1 - b + b * length / mean))


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    ("options", "k1", "b"),
    [*((options, 1.5, 0.75) for options in ANALYSES), *(({}, k1, b) for k1, b in CONSTANTS)],
    ids=str,
)
def test_weights_are_those_of_bm25s(options: dict[str, Any], k1: float, b: float, threads: int) -> None:
    model = ours("tfidf", weighting="bm25", k1=k1, b=b, threads=threads, **options)
    X = model.fit_transform(TEXTS)
    analyze = peer("bow", **options).build_analyzer()
    names = model.get_feature_names_out().tolist()
    want = peer_weights([list(analyze(text)) for text in TEXTS], names, k1, b)
    assert X.dtype == np.float64
    assert X.nnz == want.nnz
    np.testing.assert_allclose(X.toarray(), want.toarray(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(model.transform(TEXTS).toarray(), want.toarray(), rtol=1e-12, atol=1e-12)
    if (k1, b) == (1.5, 0.75):
        default = ours("tfidf", weighting="bm25", **options).fit_transform(TEXTS)
        np.testing.assert_allclose(default.toarray(), want.toarray(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "pruning", [{"min_df": 2}, {"max_df": 2}, {"max_features": 10}, {"min_df": 2, "max_features": 7}]
)
def test_lengths_count_tokens_before_pruning(pruning: dict[str, Any]) -> None:
    whole = ours("tfidf", weighting="bm25", ngram_range=(1, 2)).fit(TEXTS)
    model = ours("tfidf", weighting="bm25", ngram_range=(1, 2), **pruning)
    X = model.fit_transform(TEXTS)
    columns = [whole.vocabulary_[name] for name in model.get_feature_names_out()]
    assert 0 < len(columns) < len(whole.vocabulary_)
    np.testing.assert_allclose(X.toarray(), whole.transform(TEXTS).toarray()[:, columns], rtol=1e-12)
    new = whole.transform(UNSEEN).toarray()[:, columns]
    np.testing.assert_allclose(model.transform(UNSEEN).toarray(), new, rtol=1e-12)


@pytest.mark.parametrize("pieces", [1, 3])
def test_new_texts_use_the_fitted_mean_length(pieces: int) -> None:
    model = ours("tfidf", weighting="bm25", k1=1.1, b=0.6)
    for begin in range(pieces):
        model.partial_fit(ASCII[begin::pieces])
    counts = peer("bow").fit(ASCII)
    analyze = counts.build_analyzer()
    mean = np.mean([len(analyze(text)) for text in ASCII])
    lengths = np.array([len(analyze(text)) for text in UNSEEN])[:, None]
    df = counts.transform(ASCII).getnnz(axis=0)
    want = formula(counts.transform(UNSEEN).toarray(), lengths, mean, df, len(ASCII), 1.1, 0.6)
    np.testing.assert_allclose(model.transform(UNSEEN).toarray(), want, rtol=1e-12, atol=1e-15)


def test_worked_by_hand() -> None:
    # Two texts of 2 and 4 tokens: the mean is 3. "cat" is in both, n = 2: idf = ln(1 + 0.5 / 2.5).
    model = ours("tfidf", weighting="bm25", k1=1.0, b=0.5)
    X = model.fit_transform(["cat dog", "cat cat cat bird"]).toarray()
    assert model.get_feature_names_out().tolist() == ["bird", "cat", "dog"]
    assert X[0, 1] == pytest.approx(np.log(1.2) * 1 / (1 + (0.5 + 0.5 * 2 / 3)), rel=1e-14)
    assert X[1, 1] == pytest.approx(np.log(1.2) * 3 / (3 + (0.5 + 0.5 * 4 / 3)), rel=1e-14)
    assert X[1, 0] == pytest.approx(np.log(1 + 1.5 / 1.5) * 1 / (1 + (0.5 + 0.5 * 4 / 3)), rel=1e-14)


def test_a_search_ranks_as_bm25s_does() -> None:
    model = ours("tfidf", weighting="bm25").fit(ASCII)
    index = bm25s.BM25(method="lucene", dtype="float64")
    analyze = peer("bow").build_analyzer()
    index.index([analyze(text) for text in ASCII], create_empty_token=False, show_progress=False)
    query = ["one", "fish", "rose"]
    columns = [model.vocabulary_[term] for term in query]
    scores = np.asarray(model.transform(ASCII)[:, columns].sum(axis=1)).ravel()
    np.testing.assert_allclose(scores, index.get_scores(query), rtol=1e-12, atol=1e-12)


QUERIES = ["one one fish", "rose rose rose", "one fish rose", "unheard one unheard", "fish one fish one"]


@pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (0.0, 0.5), (1.2, 0.0)])
def test_a_repeated_word_of_a_query_counts_as_often_as_in_bm25s(k1: float, b: float) -> None:
    model = ours("tfidf", weighting="bm25", k1=k1, b=b).fit(ASCII)
    analyze = peer("bow").build_analyzer()
    index = bm25s.BM25(method="lucene", k1=k1, b=b, dtype="float64")
    index.index([analyze(text) for text in ASCII], create_empty_token=False, show_progress=False)
    scores = (model.transform(ASCII) @ model.transform_queries(QUERIES).T).toarray()
    want = [index.get_scores([word for word in analyze(query) if word in model.vocabulary_]) for query in QUERIES]
    np.testing.assert_allclose(scores.T, want, rtol=1e-12, atol=1e-12)
    hits = search_files(QUERIES[0], GivenTexts(ASCII), model=model, k=len(ASCII))
    assert [hit.score for hit in hits] == pytest.approx(sorted((x for x in want[0] if x > 0), reverse=True))


def test_the_word_cat_twice_scores_twice() -> None:
    texts = GivenTexts(["the cat", "the dog", "a bird"])
    once, twice = (
        {hit.text: hit.score for hit in search_files(query, texts, parameters={"weighting": "bm25"})}
        for query in ("cat dog", "cat cat dog")
    )
    assert twice == {"the cat": pytest.approx(2 * once["the cat"]), "the dog": once["the dog"]}


def test_other_queries_are_embedded_as_texts_are() -> None:
    plain = ours("tfidf").fit(ASCII)
    assert (plain.transform_queries(QUERIES) != plain.transform(QUERIES)).nnz == 0
    binary = ours("tfidf", weighting="bm25", binary=True).fit(ASCII)
    assert binary.transform_queries(["one one fish"]).data.tolist() == [1, 1]


@pytest.mark.parametrize(
    "options",
    [{"norm": "l1"}, {"use_idf": False}, {"smooth_idf": False}, {"sublinear_tf": True}, {"norm": None}],
    ids=str,
)
def test_parameters_of_tfidf_do_not_apply(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))) as caught:
        ours("tfidf", weighting="bm25", **options).fit(ASCII)
    assert isinstance(caught.value, NlpkitError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("options", [{"weighting": "bm11"}, {"k1": -1.0}, {"b": 1.5}, {"b": "half"}], ids=str)
def test_values_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        ours("tfidf", **{"weighting": "bm25", **options}).fit(ASCII)


def test_saved_and_loaded(tmp_path: Any) -> None:
    model = ours("tfidf", weighting="bm25", k1=1.1, b=0.3, min_df=2).fit(TEXTS)
    model.save(tmp_path / "model")
    loaded = nlpkit.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.transform(UNSEEN).toarray(), model.transform(UNSEEN).toarray())
    assert (loaded.weighting, loaded.k1, loaded.b) == ("bm25", 1.1, 0.3)


def test_texts_without_tokens() -> None:
    X = ours("tfidf", weighting="bm25").fit(ASCII).transform(["", "!!!", "unheard_of_1"])
    assert X.shape[0] == 3
    assert X.nnz == 0
