"""One suite over every embedder: that it is an estimator as scikit-learn means it."""

from __future__ import annotations

import inspect
import pickle
import warnings
from copy import deepcopy

import numpy as np
import pytest
import scipy.sparse as sp
from members import (
    CLASSES,
    COUNTERS,
    LABELS,
    OPTIONS,
    OTHERS,
    SOUND,
    SPARSE,
    STATELESS,
    WORDS,
    WRONG,
    checked,
    counters,
    dense,
    everyone,
    inputs,
    known_words,
    learners,
    learnt,
    light,
    make,
    matrix,
    sparse,
    stateless,
    trained,
)
from sklearn.base import clone
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted

from nlpkit.errors import NlpkitError, NotFittedError, ParameterError


@everyone
def test_parameters_are_keyword_only_and_stored_as_they_are(name: str) -> None:
    signature = inspect.signature(CLASSES[name])
    assert signature.parameters
    for parameter in signature.parameters.values():
        assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, parameter.name
        assert parameter.default is not inspect.Parameter.empty
        marker = object()
        assert getattr(make(name, **{parameter.name: marker}), parameter.name) is marker
    assert list(make(name).get_params()) == sorted(signature.parameters)


@everyone
def test_get_and_set_params(name: str) -> None:
    model = make(name, **OPTIONS[name])
    assert model.get_params().items() >= OPTIONS[name].items()
    assert model.get_params(deep=True) == model.get_params(deep=False)
    assert model.set_params(**OTHERS[name]) is model
    assert model.get_params().items() >= (OPTIONS[name] | OTHERS[name]).items()
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
    model = make(name, **OPTIONS[name]).fit(inputs(name))
    copy = clone(model)
    assert copy is not model
    assert type(copy) is type(model)
    assert copy.get_params() == model.get_params()
    if name not in STATELESS:
        with pytest.raises(SklearnNotFittedError):
            copy.transform(inputs(name))


@sparse
def test_clone_copies_what_parameters_hold(name: str) -> None:
    words = ["the", "a"]
    copy = clone(make(name, stop_words=words))
    assert copy.stop_words == words
    assert copy.stop_words is not words


@everyone
def test_fit_returns_self_and_changes_no_parameter(name: str) -> None:
    model = make(name, **OPTIONS[name], **({"stop_words": ["the", "was"]} if name in SPARSE else {}))
    before = deepcopy(model.get_params())
    kept = {key: id(value) for key, value in model.get_params().items()}
    assert model.fit(inputs(name)) is model
    model.transform(inputs(name))
    if hasattr(model, "partial_fit"):
        assert model.partial_fit(inputs(name)) is model
    assert model.get_params() == before
    assert {key: id(value) for key, value in model.get_params().items()} == kept


@checked
def test_the_constructor_learns_and_checks_nothing(name: str) -> None:
    model = make(name, **WRONG[name])
    assert not [attribute for attribute in vars(model) if attribute.endswith("_")]
    with pytest.raises(ParameterError):
        model.fit(inputs(name))


@everyone
def test_y_is_taken_and_ignored(name: str) -> None:
    for X in (
        light(name).fit(inputs(name), LABELS).transform(inputs(name)),
        light(name).fit_transform(inputs(name), LABELS),
    ):
        np.testing.assert_array_equal(matrix(X), matrix(light(name).fit(inputs(name)).transform(inputs(name))))
    if hasattr(light(name), "partial_fit"):
        assert light(name).partial_fit(inputs(name), LABELS) is not None


@everyone
def test_repeated_fit_forgets(name: str) -> None:
    model = make(name).fit(["something else entirely", "that has other words"])
    model.fit(inputs(name))
    assert learnt(model) == learnt(make(name).fit(inputs(name))) == learnt(model.fit(inputs(name)))


@everyone
def test_fit_then_transform_is_fit_transform(name: str) -> None:
    X = light(name).fit_transform(inputs(name))
    np.testing.assert_array_equal(matrix(X), matrix(light(name).fit(inputs(name)).transform(inputs(name))))
    assert X.shape[0] == len(inputs(name))


@everyone
def test_transform_changes_nothing(name: str) -> None:
    model = make(name).fit(inputs(name))
    before = learnt(model)
    model.transform(inputs(name)[:1] if name in SOUND else ["unseen words entirely", ""])
    assert learnt(model) == before
    X = model.transform(inputs(name))
    (X.data if sp.issparse(X) else X)[:] = 7
    assert learnt(model) == before


@learners
def test_not_fitted(name: str) -> None:
    calls = {
        "transform": lambda model: model.transform(inputs(name)),
        "get_feature_names_out": lambda model: model.get_feature_names_out(),
    }
    if hasattr(make(name), "inverse_transform"):
        calls["inverse_transform"] = lambda model: model.inverse_transform(np.zeros((1, 1)))
    for call in calls.values():
        with pytest.raises(NotFittedError) as caught:
            call(make(name))
        assert isinstance(caught.value, SklearnNotFittedError | NlpkitError)
        assert isinstance(caught.value, SklearnNotFittedError)
        assert isinstance(caught.value, NlpkitError)
        assert "\n" not in str(caught.value)
    with pytest.raises(SklearnNotFittedError):
        check_is_fitted(make(name))
    check_is_fitted(make(name).fit(inputs(name)))


@learners
def test_a_failed_fit_leaves_no_half_learnt_model(name: str) -> None:
    model = make(name)
    with pytest.raises(ValueError, match=r"empty vocabulary|no words"):
        model.fit(["", " "])
    with pytest.raises((NotFittedError, ValueError)):
        model.transform(inputs(name))
    assert learnt(model.fit(inputs(name))) == learnt(make(name).fit(inputs(name)))


@stateless
def test_stateless_ones_need_no_fit(name: str) -> None:
    np.testing.assert_array_equal(
        matrix(light(name).transform(inputs(name))), matrix(light(name).fit_transform(inputs(name)))
    )
    check_is_fitted(light(name))
    assert hasattr(light(name), "get_feature_names_out") is (name in SOUND)  # hashed columns have no names


@counters
def test_a_fixed_vocabulary_needs_no_fit(name: str) -> None:
    if name == "tfidf":  # scikit-learn's has no document frequencies then, and refuses; so do we
        with pytest.raises(NotFittedError):
            make(name, vocabulary=["joy", "dull"]).transform(inputs(name))
        return
    model = make(name, vocabulary=["joy", "dull"])
    assert model.transform(inputs(name)).shape == (len(inputs(name)), 2)
    assert model.get_feature_names_out().tolist() == ["joy", "dull"]


@counters
@pytest.mark.parametrize("vocabulary", [["joy", "dull"], {"joy": 0, "dull": 1}], ids=["list", "dict"])
def test_a_fixed_vocabulary_names_the_columns_before_fit(name: str, vocabulary: object) -> None:
    model = make(name, vocabulary=vocabulary)
    assert model.get_feature_names_out().tolist() == ["joy", "dull"]
    X = model.fit(inputs(name)).transform(inputs(name))
    assert X.shape == (len(inputs(name)), 2)
    np.testing.assert_array_equal(matrix(X), matrix(make(name, vocabulary=vocabulary).fit_transform(inputs(name))))
    assert model.get_feature_names_out().tolist() == ["joy", "dull"]


@sparse
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"ngram_range": (1, 2), "stop_words": ["the", "a"], "strip_accents": "ascii", "normalize": "NFC"},
        {"analyzer": "char_wb", "ngram_range": (2, 3)},
        {"tokenizer": "cjk"},
        {"tokenizer": str.split, "token_pattern": None},
        {"analyzer": str.split},
    ],
    ids=str,
)
def test_what_build_analyzer_returns_can_be_pickled(name: str, parameters: dict[str, object]) -> None:
    analyze = make(name, **parameters).build_analyzer()
    copy = pickle.loads(pickle.dumps(analyze))
    for text in inputs(name):
        assert copy(text) == analyze(text)
    assert len(analyze(inputs(name)[0])) > 3
    if not callable(parameters.get("analyzer")):
        assert copy(inputs(name)[0].encode()) == analyze(inputs(name)[0])


@learners
def test_feature_names(name: str) -> None:
    model = make(name)
    X = model.fit_transform(inputs(name))
    names = model.get_feature_names_out()
    assert names.dtype == object
    assert names.shape == (X.shape[1],)
    assert all(type(term) is str for term in names)
    assert model.get_feature_names_out(None).tolist() == names.tolist()
    if name in WORDS:
        assert list(names) == [f"{name}{column}" for column in range(8)]
    if name not in COUNTERS:
        return
    assert list(names) == sorted(names) == list(model.terms_)
    assert model.vocabulary_ == {term: column for column, term in enumerate(names)}


@dense
@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_set_output_of_dense_vectors(name: str, frame: str) -> None:
    expected = make(name).fit(inputs(name)).transform(inputs(name))
    model = clone(make(name).set_output(transform=frame))
    for given in (model.fit_transform(inputs(name)), model.transform(inputs(name))):
        assert type(given).__module__.startswith(frame)
        assert list(given.columns) == list(model.get_feature_names_out())
        np.testing.assert_array_equal(given.to_numpy(), expected)
    np.testing.assert_array_equal(model.set_output(transform="default").transform(inputs(name)), expected)


@trained
def test_vectors_are_float32_and_zeros_where_no_word_is_known(name: str) -> None:
    X = make(name).fit(inputs(name)).transform(["a joy", "", "!?"])
    assert (type(X), X.dtype, X.shape) == (np.ndarray, np.float32, (3, 8))
    assert X[0].any()
    assert not X[1:].any()


@sparse
def test_set_output(name: str) -> None:
    plain = make(name).fit(inputs(name))
    assert plain.set_output(transform="default") is plain
    assert learnt(plain) == learnt(make(name).fit(inputs(name)))
    for frame in ("pandas", "polars"):
        for use in (lambda m: m.fit(inputs(name)).transform(inputs(name)), lambda m: m.fit_transform(inputs(name))):
            with pytest.raises(ValueError, match=frame) as caught:
                use(make(name).set_output(transform=frame))
            assert isinstance(caught.value, NlpkitError)
            assert "\n" not in str(caught.value)
        model = make(name).set_output(transform=frame).set_output(transform="default")
        assert sp.issparse(model.fit(inputs(name)).transform(inputs(name)))
    with pytest.raises(ValueError, match="excel"):
        make(name).set_output(transform="excel").fit_transform(inputs(name))


@sparse
def test_set_output_survives_clone(name: str) -> None:
    model = clone(make(name).set_output(transform="pandas"))
    with pytest.raises(ValueError, match="pandas"):
        model.fit_transform(inputs(name))


@everyone
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_and_copy(name: str, protocol: int) -> None:
    model = make(name, **OPTIONS[name]).fit(inputs(name))
    for copy in (pickle.loads(pickle.dumps(model, protocol)), deepcopy(model)):
        assert copy.get_params() == model.get_params()
        assert learnt(copy) == learnt(model)
        if name in COUNTERS | WORDS:
            copy.partial_fit(["entirely new words"])
            assert "entirely" in known_words(copy)
            assert "entirely" not in known_words(model)
    unfitted = pickle.loads(pickle.dumps(make(name, **OPTIONS[name]), protocol))
    assert unfitted.get_params() == make(name, **OPTIONS[name]).get_params()


@counters
def test_a_compiled_model_can_be_pickled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from nlpkit.text.counting import rows as counting

    monkeypatch.setattr(counting, "SMALL", 0)
    model = make(name, ngram_range=(1, 2), threads=2).fit(inputs(name))
    for copy in (pickle.loads(pickle.dumps(model)), deepcopy(model)):
        assert learnt(copy) == learnt(model)
        assert copy.partial_fit(["entirely new words"]).vocabulary_.keys() > model.vocabulary_.keys()


@everyone
def test_repr(name: str) -> None:
    kind = CLASSES[name].__name__
    assert repr(CLASSES[name]()) == f"{kind}()"
    option, value = next(iter(OPTIONS[name].items()))
    assert repr(CLASSES[name](**{option: value})) == f"{kind}({option}={value!r})"
    assert "\n" not in repr(make(name).fit(inputs(name)))


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
    text = inspect.getdoc(CLASSES[name]) or ""
    assert "Examples\n--------" in text
    lines = text.split("\n")
    for parameter in inspect.signature(CLASSES[name]).parameters:
        assert any(
            line.startswith(f"{parameter} : ") or f"{parameter}, " in line or f", {parameter} : " in line
            for line in lines
        ), parameter
