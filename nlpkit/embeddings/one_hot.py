"""OneHot: each term is a unit vector of its own; a text has a 1 for each of its terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from nlpkit.errors import ParameterError

from .counts.counted import CountedTerms
from .counts.learnt import Learnt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(kw_only=True, eq=False, repr=False)
class OneHot(CountedTerms):
    """One-hot: each term is a unit vector of its own, and a text has a 1 for each of its terms.

    Every two terms are equally far apart: nothing is said of their meaning.

    Parameters
    ----------
    dtype : dtype, default=np.float64
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

    Examples
    --------
    >>> from nlpkit.embeddings import OneHot
    >>> words = OneHot().fit(["king queen apple orange"])
    >>> words.transform_tokens("queen pear").toarray()
    array([[0., 0., 0., 1.],
           [0., 0., 0., 0.]])
    >>> words.transform(["the queen and the king"]).toarray()
    array([[0., 1., 0., 1.]])
    """

    kind = "onehot"
    binary: ClassVar[bool] = True

    def transform_tokens(self, text: str) -> csr_matrix:
        """One row for each token of ``text``, in their order: (n_tokens, n_terms) CSR.

        A token that the vocabulary lacks has a row of zeros. With n-grams, the rows are the text's n-grams.
        """
        if not isinstance(text, str | bytes):
            raise ParameterError(f"transform_tokens takes one text, not {type(text).__name__}: call it for each")
        from scipy.sparse import csr_matrix

        vocabulary = self.vocabulary_
        columns = [vocabulary.get(term, -1) for term in self._analysis()(self.decode(text))]
        known = np.array(columns, np.int32) >= 0
        indices = np.array(columns, np.int32)[known]
        indptr = np.concatenate([[0], np.cumsum(known)]).astype(np.int32)
        ones = np.ones(len(indices), self._value_dtype())
        return self._output(csr_matrix((ones, indices, indptr), shape=(len(columns), len(vocabulary))))

    def _weigh(
        self, learnt: Learnt, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        return np.ones_like(counts)
