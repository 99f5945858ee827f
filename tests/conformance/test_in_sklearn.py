"""Every embedder in scikit-learn's pipelines, searches and unions."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn
from members import (
    CLASSES,
    GRIDS,
    LABELS,
    OPTIONS,
    SOUND,
    SPARSE,
    STATELESS,
    everyone,
    inputs,
    learners,
    light,
    make,
    matrix,
    sparse,
)
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline


@everyone
def test_pipeline(name: str) -> None:
    pipeline = Pipeline([("embed", light(name)), ("classify", LogisticRegression())]).fit(inputs(name), LABELS)
    assert name not in SPARSE or pipeline.score(inputs(name), LABELS) == 1.0
    options = {f"embed__{option}": value for option, value in OPTIONS[name].items()}
    assert pipeline.set_params(**options).fit(inputs(name), LABELS).get_params().items() >= options.items()
    assert pipeline.predict(inputs(name)).shape == (len(inputs(name)),)


@everyone
@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_a_pipeline_under_the_global_output(name: str, frame: str) -> None:
    plain = make_pipeline(light(name), LogisticRegression()).fit(inputs(name), LABELS).predict(inputs(name))
    with sklearn.config_context(transform_output=frame):
        X = light(name).fit(inputs(name)).transform(inputs(name))
        assert type(X).__module__.split(".")[0] == ("scipy" if name in SPARSE else frame)
        pipeline = make_pipeline(light(name), LogisticRegression()).fit(inputs(name), LABELS)
        assert pipeline.predict(inputs(name)).tolist() == plain.tolist()


@sparse
def test_a_pipeline_predicts(name: str) -> None:
    assert make_pipeline(light(name), LogisticRegression()).fit(inputs(name), LABELS).predict(
        ["dull and bad"]
    ).tolist() == [0]


@learners
def test_names_through_a_pipeline(name: str) -> None:
    pipeline = make_pipeline(make(name)).fit(inputs(name))
    assert pipeline.get_feature_names_out().tolist() == make(name).fit(inputs(name)).get_feature_names_out().tolist()


@pytest.mark.parametrize(("name", "jobs"), [*((name, None) for name in CLASSES), ("tfidf", 2)])
def test_grid_search(name: str, jobs: int | None) -> None:
    one = {"threads": 1} if "threads" in CLASSES[name].defaults() else {}
    pipeline = Pipeline([("embed", light(name, **one)), ("classify", LogisticRegression())])
    grid = {f"embed__{option}": values for option, values in GRIDS[name].items()}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise", n_jobs=jobs).fit(inputs(name), LABELS)
    assert len(search.cv_results_["params"]) == np.prod([len(values) for values in grid.values()])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(search.predict(inputs(name))) == len(inputs(name))


@everyone
def test_cross_validation(name: str) -> None:
    scores = cross_val_score(
        make_pipeline(light(name), LogisticRegression()), inputs(name), LABELS, cv=3, error_score="raise"
    )
    assert scores.shape == (3,)


@everyone
def test_feature_union(name: str) -> None:
    union = FeatureUnion([("words", light(name)), ("others", light(name, **OPTIONS[name]))])
    X = union.fit_transform(inputs(name))
    halves = [model.fit(inputs(name)).transform(inputs(name)) for _, model in clone(union).transformer_list]
    np.testing.assert_array_equal(matrix(X)[:, : halves[0].shape[1]], matrix(halves[0]))
    assert X.shape[1] == sum(half.shape[1] for half in halves)
    if name not in STATELESS or name in SOUND:
        names = union.get_feature_names_out()
        assert len(names) == X.shape[1]
        assert names[0].startswith("words__")


@everyone
def test_column_transformer(name: str) -> None:
    import pandas as pd

    frame = pd.DataFrame({"title": inputs(name), "body": inputs(name)[::-1], "number": range(len(inputs(name)))})
    columns = ColumnTransformer(
        [("title", light(name), "title"), ("body", light(name), "body"), ("rest", "passthrough", ["number"])]
    )
    X = columns.fit_transform(frame)
    assert X.shape[0] == len(inputs(name))
    first = light(name).fit_transform(inputs(name))
    np.testing.assert_array_equal(matrix(X[:, : first.shape[1]]), matrix(first))
    if name not in STATELESS or name in SOUND:
        assert columns.get_feature_names_out()[0].startswith("title__")
