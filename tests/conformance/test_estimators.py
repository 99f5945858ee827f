"""One suite over every embedder: that it is an estimator as scikit-learn means it."""

from __future__ import annotations

import inspect
import pickle
import warnings
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted

from nlpkit.errors import NlpkitError, NotFittedError, ParameterError
from nlpkit.registry import EMBEDDERS, resolve

TEXTS = [
    "the film was a joy from start to finish",
    "a dull film, and a long one",
    "what a joy, what a fine cast",
    "dull, dull, dull: the cast was asleep",
    "fine acting and a fine story",
    "the story was dull and the acting was bad",
    "a joy to watch, fine in every way",
    "bad from start to finish",
    "l'été était très beau, quelle joie",
    "long and bad and dull",
    "watch it for the cast: a joy",
    "a bad story in every way",
]
LABELS = [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
STATELESS = {"hashing"}

everyone = pytest.mark.parametrize("name", EMBEDDERS)
learners = pytest.mark.parametrize("name", [name for name in EMBEDDERS if name not in STATELESS])


def make(name: str, **parameters: Any) -> Any:
    return resolve(name)(**parameters)


def light(name: str, **parameters: Any) -> Any:
    """The same, with few enough columns for a classifier."""
    return make(name, **({"n_features": 256} if name == "hashing" else {}), **parameters)


def matrix(X: Any) -> np.ndarray:
    return X.toarray() if sp.issparse(X) else np.asarray(X)


def learnt(model: Any) -> bytes:
    """What a model holds, as bytes that change when it changes."""
    X = sp.csr_matrix(model.transform(TEXTS))
    return b"".join(array.tobytes() for array in (X.data, X.indices, X.indptr))


@everyone
def test_parameters_are_keyword_only_and_stored_as_they_are(name: str) -> None:
    signature = inspect.signature(resolve(name))
    assert signature.parameters
    for parameter in signature.parameters.values():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, parameter.name
        assert parameter.default is not inspect.Parameter.empty
        marker = object()
        assert getattr(make(name, **{parameter.name: marker}), parameter.name) is marker
    assert list(make(name).get_params()) == sorted(signature.parameters)


@everyone
def test_get_and_set_params(name: str) -> None:
    model = make(name, ngram_range=(1, 2), lowercase=False)
    assert model.get_params()["ngram_range"] == (1, 2)
    assert model.get_params(deep=True) == model.get_params(deep=False)
    assert model.set_params(lowercase=True, analyzer="char") is model
    assert (model.lowercase, model.analyzer, model.ngram_range) == (True, "char", (1, 2))
    assert model.set_params() is model
    assert make(name, **model.get_params()).get_params() == model.get_params()


@everyone
def test_an_unknown_parameter(name: str) -> None:
    with pytest.raises(TypeError):
        make(name, ngramm_range=(1, 2))
    with pytest.raises(ValueError, match="ngramm_range") as caught:
        make(name).set_params(ngramm_range=(1, 2))
    assert "\n" not in str(caught.value)


@everyone
def test_clone(name: str) -> None:
    words = ["the", "a"]
    model = make(name, ngram_range=(1, 2), stop_words=words).fit(TEXTS)
    copy = clone(model)
    assert copy is not model
    assert type(copy) is type(model)
    assert copy.get_params() == model.get_params()
    assert copy.stop_words is not words
    if name not in STATELESS:
        with pytest.raises(SklearnNotFittedError):
            copy.transform(TEXTS)


@everyone
def test_fit_returns_self_and_changes_no_parameter(name: str) -> None:
    model = make(name, stop_words=["the", "was"], ngram_range=(1, 2))
    before = deepcopy(model.get_params())
    kept = {key: id(value) for key, value in model.get_params().items()}
    assert model.fit(TEXTS) is model
    model.transform(TEXTS)
    assert model.partial_fit(TEXTS) is model
    assert model.get_params() == before
    assert {key: id(value) for key, value in model.get_params().items()} == kept


@everyone
def test_the_constructor_learns_and_checks_nothing(name: str) -> None:
    model = make(name, analyzer="nonsense", ngram_range=(3, 1))
    assert not [attribute for attribute in vars(model) if attribute.endswith("_")]
    with pytest.raises(ParameterError):
        model.fit(TEXTS)


@everyone
def test_y_is_taken_and_ignored(name: str) -> None:
    for X in (light(name).fit(TEXTS, LABELS).transform(TEXTS), light(name).fit_transform(TEXTS, LABELS)):
        np.testing.assert_array_equal(matrix(X), matrix(light(name).fit(TEXTS).transform(TEXTS)))
    assert light(name).partial_fit(TEXTS, LABELS) is not None


@everyone
def test_repeated_fit_forgets(name: str) -> None:
    model = make(name).fit(["something else entirely", "that has other words"])
    model.fit(TEXTS)
    assert learnt(model) == learnt(make(name).fit(TEXTS)) == learnt(model.fit(TEXTS))


@everyone
def test_fit_then_transform_is_fit_transform(name: str) -> None:
    X = light(name).fit_transform(TEXTS)
    np.testing.assert_array_equal(matrix(X), matrix(light(name).fit(TEXTS).transform(TEXTS)))
    assert X.shape[0] == len(TEXTS)


@everyone
def test_transform_changes_nothing(name: str) -> None:
    model = make(name).fit(TEXTS)
    before = learnt(model)
    model.transform(["unseen words entirely", ""])
    assert learnt(model) == before
    X = model.transform(TEXTS)
    if sp.issparse(X):
        X.data[:] = 7
    assert learnt(model) == before


@learners
def test_not_fitted(name: str) -> None:
    calls = {
        "transform": lambda model: model.transform(TEXTS),
        "get_feature_names_out": lambda model: model.get_feature_names_out(),
        "inverse_transform": lambda model: model.inverse_transform(np.zeros((1, 1))),
    }
    for call in calls.values():
        with pytest.raises(NotFittedError) as caught:
            call(make(name))
        assert isinstance(caught.value, SklearnNotFittedError | NlpkitError)
        assert isinstance(caught.value, SklearnNotFittedError)
        assert isinstance(caught.value, NlpkitError)
        assert "\n" not in str(caught.value)
    with pytest.raises(SklearnNotFittedError):
        check_is_fitted(make(name))
    check_is_fitted(make(name).fit(TEXTS))


@learners
def test_a_failed_fit_leaves_no_half_learnt_model(name: str) -> None:
    model = make(name)
    with pytest.raises(ValueError, match="empty vocabulary"):
        model.fit(["", " "])
    with pytest.raises((NotFittedError, ValueError)):
        model.transform(TEXTS)
    assert learnt(model.fit(TEXTS)) == learnt(make(name).fit(TEXTS))


@pytest.mark.parametrize("name", sorted(STATELESS))
def test_stateless_ones_need_no_fit(name: str) -> None:
    np.testing.assert_array_equal(matrix(light(name).transform(TEXTS)), matrix(light(name).fit_transform(TEXTS)))
    check_is_fitted(light(name))
    assert not hasattr(light(name), "get_feature_names_out")


@learners
def test_a_fixed_vocabulary_needs_no_fit(name: str) -> None:
    if name == "tfidf":  # scikit-learn's has no document frequencies then, and refuses; so do we
        with pytest.raises(NotFittedError):
            make(name, vocabulary=["joy", "dull"]).transform(TEXTS)
        return
    model = make(name, vocabulary=["joy", "dull"])
    assert model.transform(TEXTS).shape == (len(TEXTS), 2)
    assert model.get_feature_names_out().tolist() == ["joy", "dull"]


@learners
def test_feature_names(name: str) -> None:
    model = make(name)
    X = model.fit_transform(TEXTS)
    names = model.get_feature_names_out()
    assert names.dtype == object
    assert names.shape == (X.shape[1],)
    assert all(type(term) is str for term in names)
    assert list(names) == sorted(names) == list(model.terms_)
    assert model.vocabulary_ == {term: column for column, term in enumerate(names)}
    assert model.get_feature_names_out(None).tolist() == names.tolist()


@everyone
def test_set_output(name: str) -> None:
    plain = make(name).fit(TEXTS)
    assert plain.set_output(transform="default") is plain
    assert learnt(plain) == learnt(make(name).fit(TEXTS))
    for frame in ("pandas", "polars"):
        for use in (lambda m: m.fit(TEXTS).transform(TEXTS), lambda m: m.fit_transform(TEXTS)):
            with pytest.raises(ValueError, match=frame) as caught:
                use(make(name).set_output(transform=frame))
            assert isinstance(caught.value, NlpkitError)
            assert "\n" not in str(caught.value)
        model = make(name).set_output(transform=frame).set_output(transform="default")
        assert sp.issparse(model.fit(TEXTS).transform(TEXTS))
    with pytest.raises(ValueError, match="excel"):
        make(name).set_output(transform="excel").fit_transform(TEXTS)


@everyone
def test_set_output_survives_clone(name: str) -> None:
    model = clone(make(name).set_output(transform="pandas"))
    with pytest.raises(ValueError, match="pandas"):
        model.fit_transform(TEXTS)


@everyone
def test_pipeline(name: str) -> None:
    pipeline = Pipeline([("embed", light(name)), ("classify", LogisticRegression())]).fit(TEXTS, LABELS)
    assert pipeline.score(TEXTS, LABELS) == 1.0
    pipeline.set_params(embed__ngram_range=(1, 2), embed__lowercase=False)
    assert pipeline.fit(TEXTS, LABELS).named_steps["embed"].ngram_range == (1, 2)
    assert make_pipeline(light(name), LogisticRegression()).fit(TEXTS, LABELS).predict(["dull and bad"]).tolist() == [0]


@learners
def test_names_through_a_pipeline(name: str) -> None:
    pipeline = make_pipeline(make(name)).fit(TEXTS)
    assert pipeline.get_feature_names_out().tolist() == make(name).fit(TEXTS).get_feature_names_out().tolist()


@pytest.mark.parametrize(("name", "jobs"), [*((name, None) for name in EMBEDDERS), ("tfidf", 2)])
def test_grid_search(name: str, jobs: int | None) -> None:
    pipeline = Pipeline([("embed", light(name, threads=1)), ("classify", LogisticRegression())])
    grid = {"embed__ngram_range": [(1, 1), (1, 2)], "embed__analyzer": ["word", "char_wb"]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise", n_jobs=jobs).fit(TEXTS, LABELS)
    assert len(search.cv_results_["params"]) == 4
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(search.predict(TEXTS)) == len(TEXTS)


@everyone
def test_cross_validation(name: str) -> None:
    scores = cross_val_score(make_pipeline(light(name), LogisticRegression()), TEXTS, LABELS, cv=3, error_score="raise")
    assert scores.shape == (3,)


@everyone
def test_feature_union(name: str) -> None:
    union = FeatureUnion([("words", light(name)), ("characters", light(name, analyzer="char", ngram_range=(1, 2)))])
    X = union.fit_transform(TEXTS)
    halves = [model.fit(TEXTS).transform(TEXTS) for _, model in clone(union).transformer_list]
    np.testing.assert_array_equal(X[:, : halves[0].shape[1]].toarray(), halves[0].toarray())
    assert X.shape[1] == sum(half.shape[1] for half in halves)
    if name not in STATELESS:
        names = union.get_feature_names_out()
        assert len(names) == X.shape[1]
        assert names[0].startswith("words__")


@everyone
def test_column_transformer(name: str) -> None:
    import pandas as pd

    frame = pd.DataFrame({"title": TEXTS, "body": TEXTS[::-1], "number": range(len(TEXTS))})
    columns = ColumnTransformer(
        [("title", light(name), "title"), ("body", light(name), "body"), ("rest", "passthrough", ["number"])]
    )
    X = columns.fit_transform(frame)
    assert X.shape[0] == len(TEXTS)
    first = light(name).fit_transform(TEXTS)
    np.testing.assert_array_equal(matrix(X[:, : first.shape[1]]), matrix(first))
    if name not in STATELESS:
        assert columns.get_feature_names_out()[0].startswith("title__")


@everyone
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_and_copy(name: str, protocol: int) -> None:
    model = make(name, ngram_range=(1, 2)).fit(TEXTS)
    for copy in (pickle.loads(pickle.dumps(model, protocol)), deepcopy(model)):
        assert copy.get_params() == model.get_params()
        assert learnt(copy) == learnt(model)
        if name not in STATELESS:
            copy.partial_fit(["entirely new words"])
            assert "entirely" in copy.vocabulary_
            assert "entirely" not in model.vocabulary_
    unfitted = pickle.loads(pickle.dumps(make(name, lowercase=False), protocol))
    assert unfitted.get_params() == make(name, lowercase=False).get_params()


@learners
def test_a_compiled_model_can_be_pickled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlpkit.text import counting

    monkeypatch.setattr(counting, "SMALL", 0)
    model = make(name, ngram_range=(1, 2), threads=2).fit(TEXTS)
    for copy in (pickle.loads(pickle.dumps(model)), deepcopy(model)):
        assert learnt(copy) == learnt(model)
        assert copy.partial_fit(["entirely new words"]).vocabulary_.keys() > model.vocabulary_.keys()


@everyone
def test_repr(name: str) -> None:
    kind = resolve(name).__name__
    assert repr(make(name)) == f"{kind}()"
    assert repr(make(name, ngram_range=(1, 2))) == f"{kind}(ngram_range=(1, 2))"
    assert "\n" not in repr(make(name).fit(TEXTS))


@everyone
def test_check_estimator_as_far_as_it_goes(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(make(name), on_fail=None)
    failed = [(check["check_name"], repr(check["exception"])) for check in results if check["status"] == "failed"]
    assert results
    assert not failed


@everyone
def test_tags(name: str) -> None:
    from sklearn.utils import get_tags

    tags = get_tags(make(name))
    assert tags.input_tags.string
    assert not tags.input_tags.two_d_array
    assert tags.requires_fit is (name not in STATELESS)


@everyone
def test_every_parameter_is_documented(name: str) -> None:
    text = inspect.getdoc(resolve(name)) or ""
    assert "Examples\n--------" in text
    lines = text.split("\n")
    for parameter in inspect.signature(resolve(name)).parameters:
        assert any(line.startswith(f"{parameter} : ") or f"{parameter}, " in line for line in lines), parameter
