"""The embedders of the conformance suites, as the registry has them, with quick parameters, and texts for them.

Whatever is registered takes part: its class attributes say what it is. The tables below hold parameters for families of
embedders; where they have none and another value is wanted, bool parameters are turned over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

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
CLIPS = [
    (0.1 + 0.3 * label) * np.sin(2 * np.pi * (200 + 300 * label + 10 * i) * np.arange(3000 + 200 * i) / 8000)
    for i, label in enumerate(LABELS)
]

NEW = {"characters": "character_frequencies:CharacterFrequencies"}
"""An embedder that no table knows: conftest.py registers it for the suite."""
HOMES = {**EMBEDDERS, **NEW}
CLASSES: dict[str, Any] = {name: resolve(name, HOMES) for name in HOMES}

SOUND = {name for name, cls in CLASSES.items() if cls.takes_sound}
STATELESS = {name for name, cls in CLASSES.items() if not cls.needs_fit}
SPARSE = {name for name, cls in CLASSES.items() if cls.gives_sparse}
WORDS = {name for name, cls in CLASSES.items() if cls.is_trained_in_epochs}
COUNTERS = SPARSE - STATELESS

SMALL: dict[str, dict[str, Any]] = {
    **{name: {"vector_size": 8, "min_count": 1, "epochs": 2, "threads": 1} for name in WORDS},
    **{name: {"sr": 8000, "n_fft": 256, "hop_length": 100, "n_mels": 20} for name in SOUND},
}
"""Parameters that make an embedder small and quick."""
if "fasttext" in SMALL:
    SMALL["fasttext"]["bucket"] = 100

OPTIONS: dict[str, dict[str, Any]] = {
    **{name: {name: not value for name, value in cls.defaults().items() if isinstance(value, bool)}
       for name, cls in CLASSES.items()},
    **{name: {"ngram_range": (1, 2), "lowercase": False} for name in SPARSE},
    **{name: {"window": 2, "lowercase": False} for name in WORDS},
    **{name: {"segments": 2, "preset": "kaldi"} for name in SOUND},
}  # fmt: skip
"""Some parameters of each method, with values that aren't the defaults."""
OTHERS: dict[str, dict[str, Any]] = {
    **{name: {} for name in CLASSES},
    **{name: {"lowercase": True, "tokenizer": "whitespace"} for name in SPARSE | WORDS},
    **{name: {"preset": "librosa", "threads": 1} for name in SOUND},
}
"""One of these with another value, and a third one."""
WRONG: dict[str, dict[str, Any]] = {
    **{name: {"analyzer": "nonsense", "ngram_range": (3, 1)} for name in SPARSE},
    **{name: {"architecture": "nonsense"} for name in WORDS},
    **{name: {"preset": "nonsense"} for name in SOUND},
}
"""Values that a parameter can't have."""
GRIDS: dict[str, dict[str, list[Any]]] = {
    **{name: {option: [False, True] for option in options} for name, options in OPTIONS.items()},
    **{name: {"ngram_range": [(1, 1), (1, 2)], "analyzer": ["word", "char_wb"]} for name in SPARSE},
    **{name: {"window": [2, 5], "architecture": ["skipgram", "cbow"]} for name in WORDS},
    **{name: {"segments": [1, 2], "preset": ["librosa", "kaldi"]} for name in SOUND},
}
"""Values to search the best of."""


def among(names: set[str]) -> Any:
    """Parametrise a test by those of the embedders, in the registry's order."""
    return pytest.mark.parametrize("name", [name for name in CLASSES if name in names])


everyone = among(set(CLASSES))
learners = among(set(CLASSES) - STATELESS)
stateless = among(STATELESS)
counters = among(COUNTERS)
sparse = among(SPARSE)
dense = among(set(CLASSES) - SPARSE)
trained = among(WORDS)
checked = among(set(WRONG))


def inputs(name: str) -> list[Any]:
    """Inputs of a method."""
    return CLIPS if name in SOUND else TEXTS


def make(name: str, **parameters: Any) -> Any:
    return CLASSES[name](**SMALL.get(name, {}) | parameters)


def light(name: str, **parameters: Any) -> Any:
    """The same, with few enough columns for a classifier."""
    return make(name, **({"n_features": 256} if name == "hashing" else {}), **parameters)


def matrix(X: Any) -> np.ndarray:
    return X.toarray() if sp.issparse(X) else np.asarray(X)


def known_words(model: Any) -> Any:
    return model.word_vectors if model.kind in WORDS else model.vocabulary_


def learnt(model: Any) -> bytes:
    """Contents of a model, as bytes that change when it changes."""
    X = sp.csr_matrix(model.transform(inputs(model.kind)))
    return b"".join(array.tobytes() for array in (X.data, X.indices, X.indptr))
