"""BagOfWords: how often each term is in a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .counts import weights
from .counts.counted import CountedTerms
from .counts.learnt import Learnt


@dataclass(kw_only=True, eq=False, repr=False)
class BagOfWords(CountedTerms):
    """Bag-of-words: how often each term is in a text, whatever their order (Harris, 1954).

    The value of term t in text d is the count tf(t, d). The result is that of scikit-learn's ``CountVectorizer`` with
    the same ``token_pattern``; the other parameters, and the learnt attributes, are the same.

    Parameters
    ----------
    binary : bool, default=False
        1 for each term that a text has, instead of its count.
    dtype : dtype, default=np.int64
        The type of the values.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The column of each term; built when it is first read.
    terms_ : Terms
        The terms in the order of their columns, in little memory.
    document_frequency_, term_frequency_ : (n_terms,) int64
        In how many texts each term was, and how often in all.
    n_documents_ : int
        How many texts were learnt from.
    fixed_vocabulary_ : bool
        Whether the vocabulary was given.

    References
    ----------
    Z. Harris (1954). Distributional structure. Word 10.

    Examples
    --------
    >>> from nlpkit.embeddings import BagOfWords
    >>> bag = BagOfWords().fit(["I love deep learning.", "I love machine learning."])
    >>> bag.get_feature_names_out().tolist()
    ['deep', 'learning', 'love', 'machine']
    >>> bag.transform(["love, love!"]).toarray()
    array([[0, 0, 2, 0]])
    """

    kind = "bow"

    binary: bool = False
    dtype: Any = np.int64

    def _weigh(
        self, learnt: Learnt, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        if self.binary:
            return np.ones_like(counts)
        weights.check_range(counts, self._value_dtype())
        return counts

    def _validate(self) -> None:
        super()._validate()
        self._check("binary", isinstance(self.binary, bool | np.bool_), "a bool")
