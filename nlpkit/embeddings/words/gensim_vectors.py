"""Word vectors from gensim and to gensim: ``KeyedVectors``, and ``FastTextKeyedVectors`` where there are sub-words."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, ParameterError
from nlpkit.text.terms import Terms

from .character_ngrams import CharacterNgrams
from .table import WordTable


def to_gensim(vectors: WordTable) -> Any:
    """Return gensim's ``KeyedVectors`` of the same words, with their counts where these are known.

    With sub-words it is ``FastTextKeyedVectors``, in which every bucket has a row. Labels and output rows are left out;
    sub-words that were pruned too, since gensim knows no such thing.

    Parameters
    ----------
    vectors : WordTable
        Each word once.

    Returns
    -------
    gensim.models.KeyedVectors
        With an array of its own.

    Raises
    ------
    MissingDependencyError
        If gensim isn't installed.
    ParameterError
        If a word is there twice.
    """
    keyed, fasttext = _gensim()
    words = list(vectors.words)
    index = dict(zip(words, range(len(words)), strict=True))
    if len(index) < len(words):
        word = next(word for i, word in enumerate(words) if index[word] != i)
        raise ParameterError(f"{word!r} is there twice, which gensim can't have: keep each word once")
    subwords = vectors.subwords
    if subwords is None or subwords.pruned:
        made = keyed(vectors.vector_size, dtype=np.float32)
    else:
        made = fasttext(vectors.vector_size, min_n=subwords.min_n, max_n=subwords.max_n, bucket=subwords.bucket)
        made.vectors_vocab = np.array(subwords.word_rows, np.float32)
        made.vectors_ngrams = np.zeros((subwords.bucket, vectors.vector_size), np.float32)
        made.vectors_ngrams[subwords.buckets] = subwords.ngram_rows
    made.index_to_key, made.key_to_index = words, index
    made.vectors = np.array(vectors.vectors, np.float32)
    if vectors.counts is not None:
        made.expandos["count"] = np.array(vectors.counts, np.int64)
    return made


def from_gensim(keyed: Any) -> WordTable:
    """Return the words and vectors of gensim's ``KeyedVectors``, or of a model that has them as its ``wv``.

    Parameters
    ----------
    keyed : gensim.models.KeyedVectors or a model of gensim's
        All its keys have to be str.

    Returns
    -------
    WordTable
        With counts where gensim has them, and sub-words where it is ``FastTextKeyedVectors``; with arrays of its own.

    Raises
    ------
    MissingDependencyError
        If gensim isn't installed.
    ParameterError
        If it is something else, or has a key that is no str.
    """
    plain, fasttext = _gensim()
    found = getattr(keyed, "wv", keyed)
    if not isinstance(found, plain):
        raise ParameterError(f"from_gensim was given {type(keyed).__name__}: expected gensim's KeyedVectors or a model")
    n = len(found.index_to_key)
    strangers = [key for key in found.index_to_key if not isinstance(key, str)]
    if strangers:
        raise ParameterError(f"gensim's key {strangers[0]!r} is {type(strangers[0]).__name__}: a word has to be a str")
    counts = found.expandos.get("count")
    subwords = None
    if isinstance(found, fasttext) and found.vectors_ngrams is not None and found.bucket:
        buckets = np.arange(found.bucket, dtype=np.int32)
        own, ngrams = (np.array(rows, np.float32) for rows in (found.vectors_vocab[:n], found.vectors_ngrams))
        subwords = CharacterNgrams(int(found.min_n), int(found.max_n), int(found.bucket), own, ngrams, buckets)
    return WordTable(
        Terms.of(found.index_to_key),
        np.array(found.vectors[:n], np.float32),
        counts=None if counts is None else np.array(counts[:n], np.int64),
        subwords=subwords,
    )


def _gensim() -> tuple[Any, Any]:
    try:
        from gensim.models.fasttext import FastTextKeyedVectors
        from gensim.models.keyedvectors import KeyedVectors
    except ImportError as error:
        raise MissingDependencyError("this needs gensim, which isn't installed: pip install nlpkit[gensim]") from error
    return KeyedVectors, FastTextKeyedVectors
