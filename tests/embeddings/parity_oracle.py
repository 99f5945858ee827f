"""The outcome of an embedder, and whether two outcomes are the same."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.utils._param_validation import InvalidParameterError

import nlpkit.embeddings
from nlpkit.text.words import WORD_PATTERN

OURS = {"bow": "BagOfWords", "tfidf": "Tfidf", "hashing": "Hashing", "onehot": "OneHot"}
PEERS = {
    "bow": CountVectorizer,
    "tfidf": TfidfVectorizer,
    "hashing": HashingVectorizer,
    "onehot": CountVectorizer,
}
CLASS_NAMES = r"\b(Count|Hashing|Tfidf)(Vectorizer|Transformer)\b|\b(BagOfWords|Tfidf|Hashing|OneHot)\b"
BUILTIN = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    UnicodeError,
    OSError,
    ArithmeticError,
    NotFittedError,
)
EMPTY = ("empty vocabulary", "After pruning, no terms remain", "max_df corresponds to < documents than min_df")
PRECISION = {"float64": 1e-12, "float32": 2e-6}


def ours(kind: str, **options: Any) -> Any:
    """One of nlpkit's embedders, with scikit-learn's word."""
    return getattr(nlpkit.embeddings, OURS[kind])(**{"token_pattern": WORD_PATTERN, **options})


def peer(kind: str, **options: Any) -> Any:
    """The embedder of scikit-learn that it has to equal."""
    if kind == "onehot":
        options = {"binary": True, "dtype": np.float64, **options}
    return PEERS[kind](**options)


@dataclass
class Outcome:
    """Results by name, or the exception; and the warnings, each once."""

    results: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    stage: str = ""
    warned: set[tuple[str, str]] = field(default_factory=set)


def run(steps: Iterable[tuple[str, Callable[[], Any]]]) -> Outcome:
    """Call one step after another until one raises."""
    outcome = Outcome()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for stage, step in steps:
            outcome.stage = stage
            try:
                outcome.results[stage] = step()
            except Exception as error:
                outcome.error = error
                break
    outcome.warned = {(w.category.__name__, str(w.message)) for w in caught}
    return outcome


def embed(estimator: Any, texts: list[Any], new: list[Any]) -> Outcome:
    """Fit and transform, then look at everything that was learnt."""
    steps = [
        ("fit_transform", lambda: estimator.fit_transform(texts)),
        ("transform", lambda: estimator.transform(new)),
    ]
    if hasattr(type(estimator), "inverse_transform"):
        steps += [
            ("names", lambda: estimator.get_feature_names_out()),
            ("vocabulary_", lambda: dict(estimator.vocabulary_)),
            ("fixed_vocabulary_", lambda: estimator.fixed_vocabulary_),
            ("stop_words", lambda: estimator.get_stop_words()),
        ]
    if hasattr(type(estimator), "idf_") and estimator.use_idf:
        steps.append(("idf_", lambda: estimator.idf_))
    return run(steps)


def difference(mine: Outcome, theirs: Outcome) -> str:
    """How two outcomes differ, in a line; empty where they agree."""
    if isinstance(theirs.error, StopIteration):  # HashingVectorizer of no texts at all: by accident
        return ""
    if (mine.error is None) != (theirs.error is None) or (theirs.error and mine.stage != theirs.stage):
        return f"at {mine.stage}: {mine.error!r}; scikit-learn at {theirs.stage}: {theirs.error!r}"
    if theirs.error is not None and mine.error is not None:
        return difference_of_errors(mine.error, theirs.error)
    for name, want in theirs.results.items():
        found = difference_of_values(mine.results[name], want)
        if found:
            return f"{name}: {found}"
    if mine.warned != theirs.warned:
        return f"warnings {sorted(mine.warned)}; scikit-learn's {sorted(theirs.warned)}"
    return ""


def difference_of_errors(mine: Exception, theirs: Exception) -> str:
    """Ours may be of another class, but whoever catches theirs has to catch ours, and to read the same."""
    for base in BUILTIN:
        if isinstance(theirs, base) and not isinstance(mine, base):
            return f"{mine!r} is no {base.__name__}, as scikit-learn's {theirs!r} is"
    if isinstance(theirs, InvalidParameterError):
        name = str(theirs).split("'")[1]
        return "" if name in str(mine) and "\n" not in str(mine) else f"{mine!r} does not name {name} in one line"
    if isinstance(theirs, UnicodeEncodeError | NotFittedError):  # ours words it otherwise; there is nothing to compare
        return ""
    if str(theirs).startswith(EMPTY) and str(mine).startswith(EMPTY[0]):  # ours says which parameter it was
        return ""
    said, meant = (re.sub(CLASS_NAMES, "X", str(error)) for error in (mine, theirs))
    return "" if said == meant else f"message {said!r}; scikit-learn's {meant!r}"


def difference_of_values(mine: Any, want: Any) -> str:
    """How two matrices, arrays or plain values differ."""
    if sp.issparse(want):
        return difference_of_matrices(mine, want)
    if isinstance(want, np.ndarray) and want.dtype != object:
        if mine.dtype != want.dtype or mine.shape != want.shape:
            return f"{mine.dtype} {mine.shape}; scikit-learn's {want.dtype} {want.shape}"
        tolerance = PRECISION.get(str(want.dtype), 0)
        return "" if np.allclose(mine, want, rtol=tolerance, atol=tolerance) else "values differ"
    if isinstance(want, np.ndarray):
        if mine.dtype != want.dtype:
            return f"{mine.dtype}; scikit-learn's {want.dtype}"
        mine, want = mine.tolist(), want.tolist()
    if isinstance(want, list) and mine != want:
        missing, extra = sorted(set(want) - set(mine))[:5], sorted(set(mine) - set(want))[:5]
        return f"{len(mine)} of {len(want)}; missing {missing!a}, extra {extra!a}"
    return "" if mine == want else f"{str(mine)[:200]!a}; scikit-learn's {str(want)[:200]!a}"


def difference_of_matrices(mine: Any, want: Any) -> str:
    """Matrices are the same with the same kind, dtypes, shape, stored entries and values."""
    for name in ("format", "shape", "dtype", "nnz"):
        if getattr(mine, name) != getattr(want, name):
            return f"{name} {getattr(mine, name)}; scikit-learn's {getattr(want, name)}"
    if sp.isspmatrix(mine) != sp.isspmatrix(want):
        return f"{type(mine).__name__}; scikit-learn's {type(want).__name__}"
    if mine.indices.dtype != want.indices.dtype or mine.indptr.dtype != want.indptr.dtype:
        return f"indices {mine.indices.dtype}; scikit-learn's {want.indices.dtype}"
    if mine.nnz and (mine.indices.min() < 0 or mine.indices.max() >= mine.shape[1]):
        return "indices lie outside the matrix"
    mine, want = mine.copy(), want.copy()
    mine.has_sorted_indices = want.has_sorted_indices = False
    mine.sort_indices()
    want.sort_indices()
    if not np.array_equal(mine.indptr, want.indptr) or not np.array_equal(mine.indices, want.indices):
        row = int(np.flatnonzero((abs(mine.astype(float)) - abs(want.astype(float))).getnnz(axis=1))[:1].sum())
        return f"entries differ, first in row {row}"
    tolerance = PRECISION.get(str(want.dtype), 0)
    if not np.allclose(mine.data, want.data, rtol=tolerance, atol=tolerance, equal_nan=True):
        worst = int(np.argmax(abs(mine.data.astype(float) - want.data)))
        return f"value {mine.data[worst]!r}; scikit-learn's {want.data[worst]!r}"
    return ""
