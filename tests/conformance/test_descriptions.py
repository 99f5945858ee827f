"""The properties of every embedder are true, and its model folder gives it back."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn
from members import CLASSES, OPTIONS, STATELESS, everyone, inputs, learnt, light, make, matrix

import nlpkit
from nlpkit.errors import NotFittedError, OutputError


@everyone
def test_what_it_says_of_itself_before_fit(name: str) -> None:
    cls = CLASSES[name]
    assert cls.kind == name
    assert cls.needs_fit is (cls.passes > 0)
    told = {"started", "progress", "checkpoint"} & set(inspect.signature(cls.fit).parameters)
    assert told == ({"started", "progress", "checkpoint"} if cls.is_trained_in_epochs else set())
    assert sp.issparse(light(name).fit(inputs(name)).transform(inputs(name))) is cls.gives_sparse


@everyone
def test_fit_goes_through_the_texts_as_often_as_it_says(name: str) -> None:
    class Counted:
        passes = 0

        def __iter__(self) -> Iterator[object]:
            self.passes += 1  # when the first text is asked for
            yield from inputs(name)

    texts = Counted()
    model = light(name).fit(texts)
    assert texts.passes == model.passes
    X = model.transform(texts)
    assert texts.passes == model.passes + 1
    np.testing.assert_array_equal(matrix(X), matrix(light(name).fit(inputs(name)).transform(inputs(name))))


@everyone
@pytest.mark.parametrize("frame", ["default", "pandas"])
def test_output_shape(name: str, frame: str) -> None:
    model = light(name).fit(inputs(name))
    X = model.transform(inputs(name))
    with sklearn.config_context(transform_output=frame):
        shape = model.output_shape()
    assert shape == (X.shape[1], X.dtype, sp.issparse(X))
    assert (shape.n_columns, shape.dtype, shape.sparse) == tuple(shape)
    if name not in STATELESS:
        with pytest.raises(NotFittedError):
            light(name).output_shape()


@everyone
def test_the_hash_of_a_model(name: str, tmp_path: Path) -> None:
    model = make(name).fit(inputs(name))
    assert model.model_hash() == make(name).fit(inputs(name)).model_hash()
    assert len(model.model_hash()) == 64
    if "threads" in model.get_params():
        assert model.model_hash() == make(name).fit(inputs(name)).set_params(threads=2).model_hash()
    hashes = {model.model_hash(), make(name, **OPTIONS[name]).fit(inputs(name)).model_hash()}
    if name not in STATELESS:
        hashes.add(make(name).fit([*inputs(name), "zebras, unseen"]).model_hash())
    assert len(hashes) == (2 if name in STATELESS else 3)
    model.save(tmp_path / "model")
    assert nlpkit.load(tmp_path / "model").model_hash() == model.model_hash()


@everyone
def test_save_and_load(name: str, tmp_path: Path) -> None:
    model = make(name, **OPTIONS[name]).fit(inputs(name))
    model.save(tmp_path / "model")
    loaded = nlpkit.load(tmp_path / "model")
    assert type(loaded) is type(model)
    assert loaded.get_params() == model.get_params()
    assert learnt(loaded) == learnt(model)
    with pytest.raises(OutputError):
        model.save(tmp_path / "model")
    model.save(tmp_path / "model", force=True)
