"""Which terms get a column: those that were given, or those that the limits leave."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from numbers import Integral

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.text.terms import Terms

from .empty_vocabulary import without_kept_terms


def given_terms(vocabulary: Mapping[str, int] | Iterable[str] | None) -> Terms | None:
    """The parameter ``vocabulary`` as terms in the order of their columns; those of a set are sorted.

    Raises
    ------
    ParameterError
        If columns repeat or are missing, a term repeats or is no str, or there is none.
    """
    if vocabulary is None or isinstance(vocabulary, Terms):
        return vocabulary
    if isinstance(vocabulary, Mapping):
        columns = set(vocabulary.values())
        if len(columns) != len(vocabulary):
            raise ParameterError("Vocabulary contains repeated indices.")
        for i in range(len(vocabulary)):
            if i not in columns:
                raise ParameterError(f"Vocabulary of size {len(vocabulary)} doesn't contain index {i}.")
        terms = sorted(vocabulary, key=vocabulary.__getitem__)
    else:
        terms = sorted(vocabulary) if isinstance(vocabulary, set | frozenset) else list(vocabulary)
        seen: set[str] = set()
        for term in terms:
            if term in seen:
                raise ParameterError(f"Duplicate term in vocabulary: {term!r}")
            seen.add(term)
    if not terms:
        raise ParameterError("empty vocabulary passed to fit")
    for term in terms:
        if not isinstance(term, str):
            raise ParameterError(f"a term of the vocabulary is {term!r}, expected a str")
    return Terms.of(terms)


def warn_of_capitals(terms: Terms) -> None:
    """Warn if lower-cased texts can't have some of the ``terms``."""
    if any(character.isupper() for term in terms for character in term):
        warnings.warn(
            "Upper case characters found in vocabulary while 'lowercase' is True. "
            "These entries will not be matched with any documents",
            stacklevel=4,
        )


def kept_terms(
    document_frequency: np.ndarray,
    term_frequency: np.ndarray | None,
    n_documents: int,
    *,
    max_df: float,
    min_df: float,
    max_features: int | None,
    dtype: np.dtype,
) -> np.ndarray:
    """Which of the sorted terms stay.

    Parameters
    ----------
    document_frequency : (n_terms,) int64
        In how many texts each term is.
    term_frequency : (n_terms,) int64 or None
        How often each term is, by which the most frequent are chosen; None chooses those that most texts have.
    dtype : dtype
        The type of the values: scikit-learn's order among equally frequent terms depends on it.

    Returns
    -------
    (n_terms,) bool

    Raises
    ------
    ParameterError
        If none stays.
    """
    most = max_df if isinstance(max_df, Integral) else max_df * n_documents
    fewest = min_df if isinstance(min_df, Integral) else min_df * n_documents
    kept: np.ndarray = (document_frequency <= most) & (document_frequency >= fewest)
    if max_features is not None and kept.sum() > max_features:
        totals = (document_frequency if term_frequency is None else term_frequency)[kept]
        totals = totals.astype(dtype if dtype.kind == "f" else np.int64)
        chosen = np.zeros(len(kept), bool)
        chosen[np.flatnonzero(kept)[(-totals).argsort()[:max_features]]] = True
        kept = chosen
    if not kept.any():
        raise ParameterError(without_kept_terms(document_frequency, n_documents, max_df=max_df, min_df=min_df))
    return kept
