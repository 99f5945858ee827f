"""An estimator after learning broke off, or with parameters that changed between learning and use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from nlpkit.embeddings import BagOfWords, Tfidf
from nlpkit.errors import NotFittedError, ParameterError
from nlpkit.text.counting import rows as counting

TEXTS = ["the cat sat", "the dog"]


@pytest.fixture(params=[0, 10**9], ids=["compiled", "plain"], autouse=True)
def code_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", request.param)


def broken() -> Iterator[str]:
    yield "a good text"
    yield "a better one"
    raise RuntimeError("the stream broke")


@pytest.mark.parametrize("threads", [1, 2])
def test_a_first_fit_that_breaks_leaves_an_unfitted_estimator(threads):
    model = Tfidf(threads=threads)
    for learn in model.fit, model.partial_fit, model.fit_transform:
        with pytest.raises(RuntimeError):
            learn(broken())
        with pytest.raises(NotFittedError):
            model.transform(TEXTS)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_later_fit_that_breaks_leaves_what_was_learnt(threads):
    model = Tfidf(threads=threads).fit(TEXTS)
    before = model.transform(TEXTS).toarray()
    with pytest.raises(RuntimeError):
        model.fit(broken())
    assert np.array_equal(model.transform(TEXTS).toarray(), before)
    with pytest.raises(RuntimeError):
        model.partial_fit(broken())
    assert np.array_equal(model.transform(["good better", *TEXTS]).toarray()[1:], before)
    assert model.partial_fit(["more cats"]).terms_ == ["cat", "cats", "dog", "more", "sat", "the"]


def test_parameters_that_change_after_fit():
    model = BagOfWords().fit(["The cat", "a CAT"])
    model.set_params(lowercase=False)
    assert model.transform(["CAT cat"]).toarray().tolist() == [[1, 0]]
    with pytest.raises(ParameterError, match="have changed"):
        model.partial_fit(["one more"])
    assert model.set_params(lowercase=True).partial_fit(["CAT"]).n_documents_ == 3


@pytest.mark.parametrize("threads", [1, 2])
def test_nothing_is_learnt_of_texts_that_break_off(threads):
    model = BagOfWords(threads=threads, tokenizer=str.split).fit(["cat"])
    with pytest.raises(TypeError):
        model.partial_fit(["cat"] * 10_001 + [None])
    assert (model.n_documents_, model.term_frequency_.tolist()) == (1, [1])
    with pytest.raises(ParameterError, match="empty vocabulary"):
        model.fit(["", " "])
    assert model.transform(["cat cat"]).toarray().tolist() == [[2]]


def test_weights_are_those_of_the_fit_whatever_was_read_before():
    texts = ["the cat sat", "the dog"]
    for read in False, True:
        model = Tfidf(norm=None).fit(texts)
        if read:
            assert len(model.idf_) == 4
        before = model.transform(texts).toarray()
        model.set_params(smooth_idf=False, weighting="bm25", sublinear_tf=True)
        assert np.array_equal(model.transform(texts).toarray(), before)


def test_a_preprocessor_is_applied_once():
    model = BagOfWords(vocabulary=["aaa"], preprocessor=lambda text: text + "a", token_pattern=r"\w+")
    assert model.transform(["aa"]).toarray().tolist() == [[1]]


def test_a_new_fit_forgets_that_terms_were_left_out(tmp_path):
    import nlpkit

    model = BagOfWords(max_features=1).fit(["cat dog dog"])
    model.set_params(vocabulary=["cat"], max_features=None).fit(["cat dog"]).save(tmp_path / "model")
    assert nlpkit.load(tmp_path / "model").partial_fit(["cat"]).document_frequency_.tolist() == [2]
