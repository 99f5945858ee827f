"""The embedders of the conformance suites, small and quick, and texts for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from nlpkit.registry import EMBEDDERS, TRAINED, resolve

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
DENSE = set(TRAINED)
SMALL: dict[str, dict[str, Any]] = {
    "word2vec": {"vector_size": 8, "min_count": 1, "epochs": 2, "threads": 1},
    "fasttext": {"vector_size": 8, "min_count": 1, "epochs": 2, "threads": 1, "bucket": 100},
}
OPTIONS: dict[str, dict[str, Any]] = {
    name: {"window": 2, "lowercase": False} if name in DENSE else {"ngram_range": (1, 2), "lowercase": False}
    for name in EMBEDDERS
}
"""Two parameters of each method, with values that aren't the defaults."""
WRONG: dict[str, dict[str, Any]] = {
    name: {"architecture": "nonsense"} if name in DENSE else {"analyzer": "nonsense", "ngram_range": (3, 1)}
    for name in EMBEDDERS
}

everyone = pytest.mark.parametrize("name", EMBEDDERS)
learners = pytest.mark.parametrize("name", [name for name in EMBEDDERS if name not in STATELESS])
counters = pytest.mark.parametrize("name", [name for name in EMBEDDERS if name not in STATELESS | DENSE])
sparse = pytest.mark.parametrize("name", [name for name in EMBEDDERS if name not in DENSE])
dense = pytest.mark.parametrize("name", sorted(DENSE))


def make(name: str, **parameters: Any) -> Any:
    return resolve(name)(**SMALL.get(name, {}) | parameters)


def light(name: str, **parameters: Any) -> Any:
    """The same, with few enough columns for a classifier."""
    return make(name, **({"n_features": 256} if name == "hashing" else {}), **parameters)


def matrix(X: Any) -> np.ndarray:
    return X.toarray() if sp.issparse(X) else np.asarray(X)


def known_words(model: Any) -> Any:
    return model.word_vectors if model.kind in DENSE else model.vocabulary_


def learnt(model: Any) -> bytes:
    """What a model holds, as bytes that change when it changes."""
    X = sp.csr_matrix(model.transform(TEXTS))
    return b"".join(array.tobytes() for array in (X.data, X.indices, X.indptr))
