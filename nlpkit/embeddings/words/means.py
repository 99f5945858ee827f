"""The mean of the vectors of each text's words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from nlpkit.text.analysis import Analysis
from nlpkit.text.counting import rows as counting
from nlpkit.text.counting.counter import new_counter
from nlpkit.text.word_analysis import checked_texts

from .table import WordTable

AT_A_TIME = 1 << 23
"""How many characters of texts are taken together."""


def mean_vectors(texts: Iterable[str], analysis: Analysis, vectors: WordTable, threads: int) -> np.ndarray:
    """The mean of the vectors of each text's words, (n_texts, d) float32; zeros for a text that has none.

    A word counts as often as it stands there. Unseen words are left out, unless they have a vector from their
    sub-words.

    Raises
    ------
    ParameterError
        If ``texts`` is a str, or holds anything else.
    """
    batches = counting.batches(checked_texts(texts), AT_A_TIME)
    means = [_means(batch, analysis, vectors, threads) for batch in batches]
    return np.concatenate(means) if means else np.zeros((0, vectors.vector_size), np.float32)


def _means(texts: list[str], analysis: Analysis, vectors: WordTable, threads: int) -> np.ndarray:
    from scipy.sparse import csr_matrix

    counter = new_counter(analysis, None, few=sum(map(len, texts)) <= counting.SMALL)
    parts = counter.count(texts, insert=True, learn=False, keep=True, threads=threads)
    n = len(counter.table)
    table, found = np.zeros((n, vectors.vector_size), np.float32), np.zeros(n, bool)
    for number, word in enumerate(counter.spell(np.arange(n, dtype=np.int32))):
        if word in vectors:
            table[number], found[number] = vectors[word], True
        elif vectors.subwords is not None:
            table[number], found[number] = vectors.subwords.vector(word), True
    means = []
    for rows in parts:
        ends = np.concatenate([np.zeros(1, np.int64), rows.ends])
        counts = csr_matrix((rows.counts.astype(np.float32), rows.terms, ends), shape=(len(rows.ends), n))
        totals = counts @ found.astype(np.float32)
        means.append(counts @ table / np.maximum(totals, 1)[:, None])
    return np.concatenate(means)
