"""The embedders of the conformance suites, small and quick, and texts for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from nlpkit.registry import CLIP_EMBEDDERS, EMBEDDERS, TRAINED, resolve

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
CLIPS = [
    (0.1 + 0.3 * label) * np.sin(2 * np.pi * (200 + 300 * label + 10 * i) * np.arange(3000 + 200 * i) / 8000)
    for i, label in enumerate(LABELS)
]
SOUND = set(CLIP_EMBEDDERS)
STATELESS = {"hashing"} | SOUND
DENSE = set(TRAINED)
SMALL: dict[str, dict[str, Any]] = {
    "word2vec": {"vector_size": 8, "min_count": 1, "epochs": 2, "threads": 1},
    "fasttext": {"vector_size": 8, "min_count": 1, "epochs": 2, "threads": 1, "bucket": 100},
    **{name: {"sr": 8000, "n_fft": 256, "hop_length": 100, "n_mels": 20} for name in SOUND},
}
OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {"ngram_range": (1, 2), "lowercase": False} for name in EMBEDDERS},
    **{name: {"window": 2, "lowercase": False} for name in DENSE},
    **{name: {"segments": 2, "preset": "kaldi"} for name in SOUND},
}
"""Two parameters of each method, with values that aren't the defaults."""
OTHERS: dict[str, dict[str, Any]] = {
    **{name: {"lowercase": True, "tokenizer": "whitespace"} for name in EMBEDDERS},
    **{name: {"preset": "librosa", "threads": 1} for name in SOUND},
}
"""One of these two with another value, and a third one."""
WRONG: dict[str, dict[str, Any]] = {
    **{name: {"analyzer": "nonsense", "ngram_range": (3, 1)} for name in EMBEDDERS},
    **{name: {"architecture": "nonsense"} for name in DENSE},
    **{name: {"preset": "nonsense"} for name in SOUND},
}

everyone = pytest.mark.parametrize("name", EMBEDDERS)
learners = pytest.mark.parametrize("name", [name for name in EMBEDDERS if name not in STATELESS])
counters = pytest.mark.parametrize("name", [name for name in EMBEDDERS if name not in STATELESS | DENSE])
sparse = pytest.mark.parametrize("name", [name for name in EMBEDDERS if name not in DENSE | SOUND])
dense = pytest.mark.parametrize("name", sorted(DENSE | SOUND))


def inputs(name: str) -> list[Any]:
    """What a method embeds."""
    return CLIPS if name in SOUND else TEXTS


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
    X = sp.csr_matrix(model.transform(inputs(model.kind)))
    return b"".join(array.tobytes() for array in (X.data, X.indices, X.indptr))
