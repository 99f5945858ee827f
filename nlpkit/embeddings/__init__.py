"""Embedders: texts in, vectors out, each of them a scikit-learn estimator; and word vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bag_of_words import BagOfWords
    from .hashing import Hashing
    from .one_hot import OneHot
    from .tfidf import Tfidf
    from .word_vectors import WordVectors

__all__ = ["BagOfWords", "Hashing", "OneHot", "Tfidf", "WordVectors"]

_HOMES = {
    "BagOfWords": "bag_of_words",
    "Hashing": "hashing",
    "OneHot": "one_hot",
    "Tfidf": "tfidf",
    "WordVectors": "word_vectors",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
