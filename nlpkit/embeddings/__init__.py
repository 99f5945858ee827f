"""Embedders: texts in, vectors out, each of them a scikit-learn estimator; and word vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bag_of_words import BagOfWords
    from .fasttext import FastText
    from .hashing import Hashing
    from .one_hot import OneHot
    from .tfidf import Tfidf
    from .word2vec import Word2Vec
    from .word_vectors import WordVectors

__all__ = ["BagOfWords", "FastText", "Hashing", "OneHot", "Tfidf", "Word2Vec", "WordVectors"]

_HOMES = {
    "BagOfWords": "bag_of_words",
    "FastText": "fasttext",
    "Hashing": "hashing",
    "OneHot": "one_hot",
    "Tfidf": "tfidf",
    "Word2Vec": "word2vec",
    "WordVectors": "word_vectors",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
