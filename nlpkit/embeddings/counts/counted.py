"""CountedTerms: the base of the embedders that learn a vocabulary and give a column to each of its terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ParameterError
from nlpkit.estimator import OutputShape
from nlpkit.text.counting.rows import Rows
from nlpkit.text.terms import Terms

from .analyzed import AnalyzedTexts
from .chosen_terms import given_terms, kept_terms, warn_of_capitals
from .csr import csr_from_rows, terms_of_rows
from .empty_vocabulary import sampled, without_terms
from .folder import read_columns, stored_columns
from .learnt import Learning, Learnt
from .parameter_checks import check_limits

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from nlpkit.text.counting.counter import Counter

_NOTHING: Any = None


@dataclass(kw_only=True, eq=False, repr=False)
class CountedTerms(AnalyzedTexts):
    """A vocabulary, learnt or given, and the counts of its terms.

    ``_learning`` holds what was counted; ``_learnt`` has the columns, which are chosen when they are first needed.

    Parameters
    ----------
    max_df : float or int, default=1.0
        Leave out terms that are in more texts than this: a share of them (float), or a number (int).
    min_df : float or int, default=1
        Leave out terms that are in fewer texts than this: a share of them (float), or a number (int).
    max_features : int, default=None
        Keep no more than this many terms: those that are most frequent in all texts together.
    vocabulary : mapping or iterable of str, default=None
        The terms to count, with their columns or in their order. No other terms are learnt then.
    """

    max_df: float | int = 1.0
    min_df: float | int = 1
    max_features: int | None = None
    vocabulary: Mapping[str, int] | Iterable[str] | None = None
    dtype: Any = np.float64

    # Learnt, so these are no fields. Each is replaced as a whole, so that a failure leaves the one before.
    _learning = _NOTHING
    _learnt = _NOTHING

    # Learning

    def fit(self, raw_documents: Iterable[Any], y: Any = None) -> Self:
        """Learn the vocabulary and its frequencies from texts, which are read once.

        Raises
        ------
        ParameterError
            If a parameter has a wrong value, or no term remains.
        """
        self._learn_anew(raw_documents, keep=False)
        return self

    def partial_fit(self, raw_documents: Iterable[Any], y: Any = None) -> Self:
        """Learn from more texts: the result is that of `fit` on all texts together.

        ``min_df``, ``max_df``, ``max_features`` and the order of the columns are applied when they are next needed: by
        `transform`, or by reading what was learnt. If reading the texts raises an error, none of them is learnt.

        Raises
        ------
        ParameterError
            As `fit`; or if the parameters have changed since the last texts; or if the model was loaded and lacks
            terms.
        """
        begun = self._begun()
        if begun is not None and begun is self._learning:
            self._learnt = None  # its columns are those of a counter that is about to grow
        self._learning, _ = self._count(raw_documents, begun, keep=False)
        self._learnt = None
        return self

    def fit_transform(self, raw_documents: Iterable[Any], y: Any = None) -> csr_matrix:
        """Learn from texts and embed them: `fit` and `transform` in one pass over the texts."""
        learnt, rows = self._learn_anew(raw_documents, keep=True)
        return self._output(self._matrix(rows, learnt, *learnt._lookups[0][1:]))

    def _learn_anew(self, documents: Iterable[Any], *, keep: bool) -> tuple[Learnt, list[Rows]]:
        learning, rows = self._count(documents, None, keep=keep)
        learnt = self._settle(learning)
        self._learning, self._learnt = learning, learnt
        return learnt, rows

    def _count(self, documents: Iterable[Any], begun: Learning | None, *, keep: bool) -> tuple[Learning, list[Rows]]:
        """Count the terms of more texts, or of the first ones; without ``keep`` no rows are returned."""
        self._validate()
        self._warn_of_unused()
        texts, analysis = self._read(documents)
        sample, texts = sampled(texts)
        analysis = analysis.for_texts(sample)
        if begun is None:
            given = given_terms(self.vocabulary)
            if given is not None and self.lowercase:
                warn_of_capitals(given)
            learning, texts = Learning.begun(texts, analysis, given, self._term_params())
        else:
            learning, texts = begun.grown(texts, analysis)
        counter = learning.counter
        before = counter.frequency.copy(), counter.totals.copy()
        try:
            rows = counter.count(texts, insert=not learning.fixed, learn=True, keep=keep, threads=self._n_threads)
        except BaseException:
            counter.frequency, counter.totals = before
            raise
        if not counter.totals[1]:
            learning = replace(learning, why_empty=without_terms(sample, analysis))
        return learning, rows

    def _begun(self) -> Learning | None:
        """Counts that `partial_fit` continues."""
        if self._learning is not None:
            if self._learning.params != self._term_params():
                raise ParameterError("the parameters have changed since the last texts: set them back, or fit anew")
            return self._learning
        if self._learnt is None:
            return None
        _, analysis = self._read(())
        return self._learnt.resumed(analysis, self._term_params())

    def _term_params(self) -> tuple[Any, ...]:
        """The parameters that decide what the terms of a text are."""
        others = ("input", "encoding", "decode_error", "threads")
        return (self.vocabulary, *(getattr(self, f.name) for f in fields(AnalyzedTexts) if f.name not in others))

    def _settle(self, learning: Learning) -> Learnt:
        """Choose the terms that get a column, sort them, and weigh them."""
        limits = {name: getattr(self, name) for name in ("max_df", "min_df", "max_features")}
        keep = partial(kept_terms, **limits, dtype=self._value_dtype())
        by_texts = getattr(self, "binary", False) or self.max_features is None
        return self._weighted(learning.settled(keep, by_texts=by_texts))

    def _weighted(self, learnt: Learnt) -> Learnt:
        """Add what the weights need: here nothing."""
        return learnt

    def _columns(self) -> Learnt:
        """The columns that were learnt, or else those of the parameter ``vocabulary``."""
        if self._learnt is not None:
            return self._learnt
        if self._learning is not None:
            learnt = self._settle(self._learning)
        else:
            given = given_terms(self.vocabulary)
            if given is None:
                self._not_fitted()
            learnt = self._weighted(Learnt.of(given))
        self._learnt = learnt
        return learnt

    @property
    def fixed_vocabulary_(self) -> bool:
        """Whether the vocabulary was given."""
        return self._columns().fixed

    @property
    def terms_(self) -> Terms:
        """The terms in the order of their columns, as a packed sequence of str."""
        return self._columns().terms

    @property
    def vocabulary_(self) -> dict[str, int]:
        """The column of each term."""
        return self._columns().vocabulary

    @property
    def document_frequency_(self) -> np.ndarray:
        """The number of learnt texts that have each term: (n_terms,) int64."""
        return self._columns().document_frequency

    @property
    def term_frequency_(self) -> np.ndarray:
        """The number of times that each term is in the learnt texts: (n_terms,) int64."""
        return self._columns().term_frequency

    @property
    def n_documents_(self) -> int:
        """The number of learnt texts."""
        return int(self._columns().totals[0])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The term of each column: (n_terms,) array of str objects."""
        return self.terms_.to_array()

    def __sklearn_is_fitted__(self) -> bool:
        return self._learnt is not None or self._learning is not None

    def _learnt_parts(self) -> tuple[Sequence[str] | None, Iterable[Any]]:
        names = ("document_frequency_", "term_frequency_", "idf_")
        return getattr(self, "terms_", None), [getattr(self, name, None) for name in names]

    # Embedding

    def transform(self, raw_documents: Iterable[Any]) -> csr_matrix:
        """Embed texts: (n_texts, n_terms) CSR of ``dtype``.

        Raises
        ------
        NotFittedError
            If there is no vocabulary yet.
        """
        return self._output(self._matrix(*self._counted(raw_documents)))

    def _counted(self, raw_documents: Iterable[Any]) -> tuple[list[Rows], Learnt, Counter, np.ndarray]:
        AnalyzedTexts._validate(self)
        texts, analysis = self._read(raw_documents)
        if analysis.ngram_range[1] > 1:
            sample, texts = sampled(texts)
            analysis = analysis.for_texts(sample)
        learnt = self._columns()
        counter, columns, texts = learnt.lookup(texts, analysis, self._term_params())
        rows = counter.count(texts, insert=False, learn=False, keep=True, threads=self._n_threads)
        return rows, learnt, counter, columns

    def output_shape(self) -> OutputShape:
        """Return the number of terms, the dtype, and that the vectors are sparse."""
        return OutputShape(len(self._columns()), self._value_dtype(), sparse=True)

    def _matrix(self, rows: list[Rows], learnt: Learnt, counter: Counter, columns: np.ndarray) -> csr_matrix:
        how = partial(self._weigh, learnt), len(learnt), self._value_dtype(), self._n_threads
        return csr_from_rows(rows, counter.place_rows, columns, *how)

    def _value_dtype(self) -> np.dtype:
        return np.dtype(self.dtype)

    def _weigh(
        self, learnt: Learnt, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        """The values of some rows: here the counts themselves."""
        return counts

    def inverse_transform(self, X: Any) -> list[np.ndarray]:
        """The terms whose value isn't 0 in each row of ``X`` (n_texts, n_terms): an array of str for each row.

        Raises
        ------
        ParameterError
            If ``X`` is no matrix, or has too many columns.
        """
        return terms_of_rows(X, self.terms_)

    # Model folders

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write a model folder that `nlpkit.load` reads.

        Raises
        ------
        ArtifactError
            If a parameter is a function, which can't be stored as data.
        OutputError
            If the folder exists, unless ``force``, or can't be written.
        """
        arrays, vocabulary = stored_columns(self._columns())
        options, files = self._stored_options()
        del options["vocabulary"]
        artifact.save(path, kind=self.kind, options=options, arrays=arrays, files={**files, **vocabulary}, force=force)

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        """The estimator that `save` wrote.

        Raises
        ------
        ArtifactError
            If the folder lacks something, or what it holds does not fit together.
        """
        estimator = cls(**cls._read_options(stored))
        learnt = read_columns(stored)
        idf = learnt.idf
        if learnt.fixed:
            estimator.vocabulary = learnt.terms
        estimator._learnt = estimator._weighted(learnt)
        learnt.idf = idf
        return estimator

    def _validate(self) -> None:
        super()._validate()
        check_limits(self)
