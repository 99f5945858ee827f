"""OneHot: each term is a unit vector of its own; a text has a 1 for each of its terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ParameterError
from .counted import CountedTerms

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(kw_only=True, eq=False, repr=False)
class OneHot(CountedTerms):
    """doc"""

    kind = "onehot"

    def transform_tokens(self, text: str) -> csr_matrix:
        """One row for each token of ``text``, in their order: (n_tokens, n_terms) CSR.

        A token that the vocabulary lacks has a row of zeros. With n-grams, the rows are the text's n-grams.
        """
        if not isinstance(text, str | bytes):
            raise ParameterError(
                f"transform_tokens takes one text, not {type(text).__name__}: call it for each"
            )
        from scipy.sparse import csr_matrix

        self._require_vocabulary()
        columns = [self.vocabulary_.get(term, -1) for term in self._analysis()(self.decode(text))]
        known = np.array(columns, np.int32) >= 0
        indices = np.array(columns, np.int32)[known]
        indptr = np.concatenate([[0], np.cumsum(known)]).astype(np.int32)
        ones = np.ones(len(indices), self._value_dtype())
        return self._output(csr_matrix((ones, indices, indptr), shape=(len(columns), len(self._frequency))))

    def _weigh(
        self, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        return np.ones_like(counts)
