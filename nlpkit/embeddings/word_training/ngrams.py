"""Ngrams: which input rows the n-grams of a vocabulary's words have in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from nlpkit.embeddings.words.character_ngrams import CharacterNgrams, ngram_buckets

if TYPE_CHECKING:
    from nlpkit.text.terms import Terms

    from .options import WordTrainingOptions


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of a vocabulary's words.

    Attributes
    ----------
    rows : (n,) int32
        The input rows of the n-grams of word w are ``rows[ends[w] : ends[w + 1]]``; they follow the words' own rows.
    ends : (n_words + 1,) int64
    buckets : (n_used,) int32
        The bucket of each input row that follows the words'.
    """

    rows: np.ndarray
    ends: np.ndarray
    buckets: np.ndarray

    @classmethod
    def of(cls, vocabulary: Terms, options: WordTrainingOptions, before: CharacterNgrams | None) -> Self:
        """Give a row to each bucket that a word of the vocabulary falls into, or that has a vector ``before``."""
        n = len(vocabulary)
        ids, ends = ngram_buckets(vocabulary, min_n=options.min_n, max_n=options.max_n, bucket=options.bucket)
        used = np.zeros(options.bucket, bool)
        used[ids] = True
        if before is not None:
            used[before.buckets] = True
        buckets = np.flatnonzero(used).astype(np.int32)
        rows = np.zeros(options.bucket, np.int32)
        rows[buckets] = np.arange(n, n + len(buckets), dtype=np.int32)
        return cls(rows[ids], ends, buckets)
