"""Embedders: texts in, vectors out, each of them a scikit-learn estimator; and word vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.registry import attributes_of

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
    "BagOfWords": "nlpkit.embeddings.bag_of_words",
    "FastText": "nlpkit.embeddings.fasttext",
    "Hashing": "nlpkit.embeddings.hashing",
    "OneHot": "nlpkit.embeddings.one_hot",
    "Tfidf": "nlpkit.embeddings.tfidf",
    "Word2Vec": "nlpkit.embeddings.word2vec",
    "WordVectors": "nlpkit.embeddings.word_vectors",
}

__getattr__ = attributes_of(__name__, _HOMES)
