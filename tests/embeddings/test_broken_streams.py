"""What stays of an estimator when learning breaks off, or its parameters change between learning and use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from nlpkit.embeddings import BagOfWords, Tfidf
from nlpkit.errors import NotFittedError, ParameterError
from nlpkit.text import counting

TEXTS = ["the cat sat", "the dog"]


@pytest.fixture(params=[0, 10**9], ids=["compiled", "plain"], autouse=True)
def road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
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
