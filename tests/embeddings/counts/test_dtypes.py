"""A dtype holds the counts, or is refused: nothing wraps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

import nlpkit
from nlpkit.embeddings import BagOfWords, Hashing, OneHot, Tfidf
from nlpkit.errors import InputError, ParameterError

CLASSES = [BagOfWords, Hashing, OneHot, Tfidf]


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("dtype", [np.longdouble, np.complex64, object, "S5", "M8", ">i4", ">f2", "no such type"])
def test_a_dtype_without_sparse_matrices_is_refused(cls: Any, dtype: Any) -> None:
    with pytest.raises(ParameterError, match=r"'dtype' parameter of .* must be float32, float64, an integer type"):
        cls(dtype=dtype).fit_transform(["one cat"])


@pytest.mark.parametrize("cls", [BagOfWords, Hashing, OneHot])
def test_float16_is_refused_where_nothing_is_computed(cls: Any) -> None:
    with pytest.raises(ParameterError, match=r"'dtype' parameter of .* must be float32, float64, an integer type"):
        cls(dtype=np.float16).fit_transform(["one cat"])


@pytest.mark.parametrize("dtype", [np.float16, "float16", np.dtype("float16")], ids=repr)
@pytest.mark.parametrize("options", [{}, {"weighting": "bm25"}, {"max_features": 1}, {"sublinear_tf": True}], ids=str)
def test_tfidf_computes_in_float64_for_float16(options: dict[str, Any], dtype: Any) -> None:
    texts = ["cat " * 300 + "dog", "cat"]
    sentence = re.escape(
        f"Only ({np.float64}, {np.float32}) 'dtype' should be used. {dtype} 'dtype' will be converted to np.float64."
    )
    with pytest.warns(UserWarning, match=sentence):
        found = Tfidf(dtype=dtype, **options).fit_transform(texts)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found.toarray(), Tfidf(**options).fit_transform(texts).toarray())


def test_a_saved_model_of_float16_computes_in_float64(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="converted to np"):
        model = Tfidf(dtype=np.float16).fit(["one cat", "cat"])
    model.save(tmp_path / "model")
    assert nlpkit.load(tmp_path / "model").transform(["one cat"]).dtype == np.float64
    assert model.output_shape().dtype == np.float64
    assert model.idf_.dtype == np.float64


@pytest.mark.parametrize("dtype", [np.int32, np.int8, "float32", bool], ids=repr)
def test_the_warning_for_other_types_is_that_of_scikit_learn(dtype: Any) -> None:
    with pytest.warns(UserWarning, match="will be converted") as theirs:
        expected = TfidfVectorizer(dtype=dtype).fit_transform(["one cat", "cat"])
    with pytest.warns(UserWarning, match="will be converted") as ours:
        found = Tfidf(dtype=dtype).fit_transform(["one cat", "cat"])
    assert str(ours[0].message) == str(theirs[0].message)
    assert found.dtype == expected.dtype


@pytest.mark.parametrize("cls", [BagOfWords, OneHot])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8, np.uint16, np.int64, bool])
def test_counts_in_any_type_that_holds_them(cls: Any, dtype: Any) -> None:
    found = cls(dtype=dtype).fit_transform(["one cat", "two"])
    assert found.dtype == dtype
    np.testing.assert_array_equal(found.toarray(), [[1, 1, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("estimator", "dtype", "most"),
    [
        (BagOfWords(), np.int8, 127),
        (BagOfWords(), np.uint8, 255),
        (BagOfWords(), np.uint16, 65_535),
        (BagOfWords(), bool, 1),
        (Hashing(norm=None, alternate_sign=False), np.int8, 127),
        (Hashing(norm=None, alternate_sign=False), np.int16, 32_767),
    ],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_a_count_beyond_the_range_is_an_error(estimator: Any, dtype: Any, most: int, threads: int) -> None:
    estimator.set_params(dtype=dtype, threads=threads)
    assert estimator.fit_transform(["dog", "cat " * most]).max() == most
    with pytest.raises(InputError, match=rf"a count of {most + 1:,} is not within the range .*--dtype int32"):
        estimator.fit_transform(["dog", "cat " * (most + 1)])


def test_a_negative_count_has_no_place_among_unsigned_ones() -> None:
    words = [f"word{i}" for i in range(20)]
    assert Hashing(norm=None, dtype=np.int8).transform([" ".join(words)]).min() == -1
    with pytest.raises(InputError, match=r"a count of -1 .*range of dtype uint8, 0 to 255"):
        Hashing(norm=None, dtype=np.uint8).transform([" ".join(words)])


def test_binary_counts_fit_where_counts_would_not() -> None:
    assert BagOfWords(binary=True, dtype=np.int8).fit_transform(["cat " * 300]).data.tolist() == [1]
