"""Every embedder in scikit-learn's pipelines, searches and unions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from members import DENSE, LABELS, OPTIONS, STATELESS, TEXTS, everyone, learners, light, make, matrix, sparse
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from nlpkit.registry import EMBEDDERS


@everyone
def test_pipeline(name: str) -> None:
    pipeline = Pipeline([("embed", light(name)), ("classify", LogisticRegression())]).fit(TEXTS, LABELS)
    assert name in DENSE or pipeline.score(TEXTS, LABELS) == 1.0
    options = {f"embed__{option}": value for option, value in OPTIONS[name].items()}
    assert pipeline.set_params(**options).fit(TEXTS, LABELS).get_params().items() >= options.items()
    assert pipeline.predict(TEXTS).shape == (len(TEXTS),)


@sparse
def test_a_pipeline_predicts(name: str) -> None:
    assert make_pipeline(light(name), LogisticRegression()).fit(TEXTS, LABELS).predict(["dull and bad"]).tolist() == [0]


@learners
def test_names_through_a_pipeline(name: str) -> None:
    pipeline = make_pipeline(make(name)).fit(TEXTS)
    assert pipeline.get_feature_names_out().tolist() == make(name).fit(TEXTS).get_feature_names_out().tolist()


@pytest.mark.parametrize(("name", "jobs"), [*((name, None) for name in EMBEDDERS), ("tfidf", 2)])
def test_grid_search(name: str, jobs: int | None) -> None:
    pipeline = Pipeline([("embed", light(name, threads=1)), ("classify", LogisticRegression())])
    grid: dict[str, list[Any]] = {"embed__ngram_range": [(1, 1), (1, 2)], "embed__analyzer": ["word", "char_wb"]}
    if name in DENSE:
        grid = {"embed__window": [2, 5], "embed__architecture": ["skipgram", "cbow"]}
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
    other = {"vector_size": 4} if name in DENSE else {"analyzer": "char", "ngram_range": (1, 2)}
    union = FeatureUnion([("words", light(name)), ("others", light(name, **other))])
    X = union.fit_transform(TEXTS)
    halves = [model.fit(TEXTS).transform(TEXTS) for _, model in clone(union).transformer_list]
    np.testing.assert_array_equal(matrix(X)[:, : halves[0].shape[1]], matrix(halves[0]))
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
