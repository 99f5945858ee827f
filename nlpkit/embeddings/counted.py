"""CountedTerms: the base of the embedders that learn a vocabulary and give a column to each of its terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from os import PathLike
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from .. import artifact
from ..errors import ArtifactError, ParameterError
from ..text import counting
from ..text.analysis import Analysis
from ..text.counting import PlainCounter, Rows, new_counter
from ..text.terms import Terms
from ._csr import csr_from_rows
from .analyzed import AnalyzedTexts
from .chosen_terms import given_terms, kept_terms, warn_of_capitals

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from ..text.counting import Counter

FEW_TERMS = 100_000
"""Up to how many terms a vocabulary is put into a dict of Python's to look up a few texts."""


@dataclass(kw_only=True, eq=False, repr=False)
class CountedTerms(AnalyzedTexts):
    """A vocabulary, learnt or given, and the counts of its terms.

    ``_counter`` holds what was learnt; ``_settle`` chooses and sorts the columns when they are first needed after that.

    Parameters
    ----------
    max_df : float or int, default=1.0
        Leave out terms that are in more texts than this: a share of them (float), or a number (int).
    min_df : float or int, default=1
        Leave out terms that are in fewer texts than this: a share of them (float), or a number (int).
    max_features : int, default=None
        Keep no more than this many terms: those that are most frequent in all texts together.
    vocabulary : mapping or iterable of str, default=None
        The terms to count, with their columns or in their order; nothing else is learnt of the texts' terms then.
    """

    max_df: float | int = 1.0
    min_df: float | int = 1
    max_features: int | None = None
    vocabulary: Mapping[str, int] | Iterable[str] | None = None
    dtype: Any = np.float64

    # Not fields: what a fitted estimator has besides.
    _counter = cast(Any, None)
    _pruned = False

    # Learning

    def fit(self, raw_documents: Iterable[Any], y: Any = None) -> Self:
        """Learn the vocabulary and its frequencies from texts, which are read once.

        Raises
        ------
        ParameterError
            If a parameter has a value that it can't have, or no term remains.
        """
        self._learn(raw_documents, anew=True, keep=False)
        self._settle()
        return self

    def partial_fit(self, raw_documents: Iterable[Any], y: Any = None) -> Self:
        """Go on learning from more texts: the result is that of `fit` on all of them.

        ``min_df``, ``max_df``, ``max_features`` and the order of the columns are settled when they are next needed: by
        `transform`, or by reading what was learnt.
        """
        self._learn(raw_documents, anew=not hasattr(self, "fixed_vocabulary_"), keep=False)
        return self

    def fit_transform(self, raw_documents: Iterable[Any], y: Any = None) -> csr_matrix:
        """Learn from texts and embed them: `fit` and `transform` in one pass over the texts."""
        rows = self._learn(raw_documents, anew=True, keep=True)
        self._settle()
        counter, columns = self._lookups[type(self._counter)]
        return self._output(self._matrix(rows, counter, columns))

    def _learn(self, documents: Iterable[Any], *, anew: bool, keep: bool) -> list[Rows]:
        self._validate()
        self._warn_of_unused()
        texts, analysis = self._read(documents)
        if anew:
            given = given_terms(self.vocabulary)
            fixed = given is not None
            if given is not None and self.lowercase:
                warn_of_capitals(given)
            few, texts = counting.take(texts, counting.SMALL)
            counter = new_counter(analysis, given, few=few)
        else:
            fixed = self.fixed_vocabulary_
            counter, texts = self._grown_counter(analysis, texts)
            self._forget()  # first: the counter changes while it counts
        rows = counter.count(texts, insert=not fixed, learn=True, keep=keep, threads=self._n_threads)
        self._forget()
        self._counter, self.fixed_vocabulary_, self._learnt_with = counter, fixed, self._analysis_params()
        return rows

    def _grown_counter(self, analysis: Analysis, texts: Iterator[str]) -> tuple[Counter, Iterator[str]]:
        """The counter to go on with: once the texts are no longer few, a plain one hands over to a compiled one."""
        if self._learnt_with != self._analysis_params():
            raise ParameterError(
                "the parameters have changed since the first texts were learnt: set them back, or fit anew"
            )
        counter = self._counter
        if counter is None:
            if self._pruned:
                raise ParameterError(
                    "this model was saved without the terms that min_df, max_df or max_features left out, so it can't "
                    "learn on: fit again, or save a model that leaves none out"
                )
            counter = new_counter(analysis, self.terms_, few=len(self.terms_) <= FEW_TERMS)
            counter.restore(counter.numbers, self._frequency, self._totals)
        elif hasattr(self, "_frequency") and not self.fixed_vocabulary_ and not self._pruned:
            counter.restore(self._numbers, self._frequency, self._totals)
        if isinstance(counter, PlainCounter) and analysis.scan is not None:
            few, texts = counting.take(texts, counting.SMALL - counter.characters)
            if not few:
                known = counter.given if self.fixed_vocabulary_ else Terms.of(counter.table)
                larger = new_counter(analysis, known, few=False)
                larger.restore(larger.numbers, counter.frequency, counter.totals)
                return larger, texts
        return counter, texts

    def _forget(self) -> None:
        """Drop what was derived from the counter."""
        for name in "_terms", "_numbers", "_frequency", "_totals", "_vocabulary", "_lookups":
            self.__dict__.pop(name, None)

    # Columns

    def _settle(self) -> None:
        """Choose the terms that get a column, and sort them."""
        if hasattr(self, "_frequency"):
            return
        counter = self._counter
        frequency = counter.frequency
        if self.fixed_vocabulary_:
            self._terms = counter.given
            numbers = counter.numbers
            frequency = np.concatenate([frequency, np.zeros((1, 2), np.int64)])  # for the number -1
            frequency = frequency[numbers] if len(frequency) > 1 else np.zeros((len(numbers), 2), np.int64)
        else:
            numbers = counter.sorted_numbers()
            frequency = frequency[numbers] if len(frequency) else np.zeros((len(numbers), 2), np.int64)
            seen = frequency[:, 0] > 0
            if not seen.any():
                raise ParameterError("empty vocabulary; perhaps the documents only contain stop words")
            if not seen.all():
                numbers, frequency = numbers[seen], frequency[seen]
            kept = kept_terms(
                frequency,
                int(counter.totals[0]),
                max_df=self.max_df,
                min_df=self.min_df,
                max_features=self.max_features,
                by_texts=getattr(self, "binary", False),
                dtype=np.dtype(self.dtype),
            )
            self._pruned = not kept.all()
            if self._pruned:
                numbers, frequency = numbers[kept], frequency[kept]
            else:
                counter.frequency = frequency[:0]  # all of it is kept below, sorted
        self._numbers, self._frequency, self._totals = numbers, frequency, counter.totals.copy()
        self._lookups = {type(counter): (counter, _columns(counter, numbers))}

    def _require_vocabulary(self) -> None:
        """Settle the columns; without anything learnt, by the parameter ``vocabulary``."""
        if not hasattr(self, "fixed_vocabulary_"):
            given = given_terms(self.vocabulary)
            if given is None:
                self._not_fitted()
            self.fixed_vocabulary_, self._learnt_with = True, self._analysis_params()
            self._counter = PlainCounter(self._analysis(), given)
        self._settle()

    @property
    def terms_(self) -> Terms:
        """The terms in the order of their columns, as a packed sequence of str."""
        self._require_vocabulary()
        if not hasattr(self, "_terms"):
            self._terms = self._counter.spell(self._numbers)
        return self._terms

    @property
    def vocabulary_(self) -> dict[str, int]:
        """The column of each term."""
        terms = self.terms_
        if not hasattr(self, "_vocabulary"):
            self._vocabulary = dict(zip(terms, range(len(terms)), strict=True))
        return self._vocabulary

    @property
    def document_frequency_(self) -> np.ndarray:
        """In how many of the texts that were learnt from each term is: (n_terms,) int64."""
        self._require_vocabulary()
        return self._frequency[:, 0]

    @property
    def term_frequency_(self) -> np.ndarray:
        """How often each term is in the texts that were learnt from: (n_terms,) int64."""
        self._require_vocabulary()
        return self._frequency[:, 1]

    @property
    def n_documents_(self) -> int:
        """How many texts were learnt from."""
        self._require_vocabulary()
        return int(self._totals[0])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The term of each column: (n_terms,) array of str objects."""
        return self.terms_.to_array()

    # Embedding

    def transform(self, raw_documents: Iterable[Any]) -> csr_matrix:
        """Embed texts: (n_texts, n_terms) CSR of ``dtype``.

        Raises
        ------
        NotFittedError
            If there is no vocabulary yet.
        """
        texts, analysis = self._read(raw_documents)
        self._require_vocabulary()
        counter, columns, texts = self._lookup(texts, analysis)
        rows = counter.count(texts, insert=False, learn=False, keep=True, threads=self._n_threads)
        return self._output(self._matrix(rows, counter, columns))

    def _lookup(self, texts: Iterator[str], analysis: Analysis) -> tuple[Counter, np.ndarray, Iterator[str]]:
        """A counter that knows the vocabulary, as fast as the texts deserve, and the columns of its terms."""
        if self._analysis_params() != self._learnt_with:
            few, texts = counting.take(texts, counting.SMALL)
            counter = new_counter(analysis, self.terms_, few=few)
            return counter, _columns(counter, counter.numbers), texts
        few, texts = counting.take(texts, counting.SMALL)
        plain = few and len(self._frequency) <= FEW_TERMS
        for kind, (counter, columns) in self._lookups.items():
            if (kind is PlainCounter) == plain or counter.analysis.scan is None:
                return counter, columns, texts
        counter = new_counter(analysis, self.terms_, few=plain)
        columns = _columns(counter, counter.numbers)
        self._lookups[type(counter)] = counter, columns
        return counter, columns, texts

    def _analysis_params(self) -> tuple[Any, ...]:
        from dataclasses import fields

        return tuple(getattr(self, f.name) for f in fields(AnalyzedTexts) if f.name != "threads")

    def _matrix(self, rows: list[Rows], counter: Counter, columns: np.ndarray) -> csr_matrix:
        dtype = self._value_dtype()
        return csr_from_rows(
            rows, counter.place_rows, columns, self._weigh, len(self._frequency), dtype, self._n_threads
        )

    def _value_dtype(self) -> np.dtype:
        return np.dtype(self.dtype)

    def _weigh(self, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The values of some rows: here the counts themselves."""
        return counts

    def inverse_transform(self, X: Any) -> list[np.ndarray]:
        """The terms with a value other than 0 in each row of ``X`` (n_texts, n_terms): one array of str a row."""
        from scipy.sparse import csr_matrix, issparse

        self._require_vocabulary()
        if not issparse(X) and np.ndim(X) != 2:
            raise ParameterError(f"X has {np.ndim(X)} dimensions, expected 2: (n_texts, n_terms)")
        names = np.array(list(self.terms_))
        matrix = csr_matrix(X)
        if matrix.shape[1] > len(names):
            raise ParameterError(f"X has {matrix.shape[1]} columns, but there are {len(names)} terms")
        return [names[matrix[i].nonzero()[1]] for i in range(matrix.shape[0])]

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
        self._require_vocabulary()
        options, files = self._stored_options()
        del options["vocabulary"]
        arrays = {"frequency": self._frequency, "totals": self._totals, **self._stored_arrays()}
        arrays["flags"] = np.array([self.fixed_vocabulary_, self._pruned], np.uint8)
        files["vocabulary.txt"] = self.terms_.lines()
        artifact.save(path, kind=self.kind, options=options, arrays=arrays, files=files, force=force)

    def _stored_arrays(self) -> dict[str, np.ndarray]:
        return {}

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        """The estimator that `save` wrote."""
        estimator = cls(**cls._read_options(stored))
        try:
            estimator._terms = Terms.from_lines(stored.file("vocabulary.txt"))
            estimator._frequency, estimator._totals = stored.arrays["frequency"], stored.arrays["totals"]
            estimator.fixed_vocabulary_, estimator._pruned = map(bool, stored.arrays["flags"])
        except (KeyError, ValueError) as error:
            raise ArtifactError(f"{stored.path} is damaged ({error}): make the model again") from error
        if estimator._frequency.shape != (len(estimator._terms), 2):
            raise ArtifactError(f"{stored.path} is damaged (terms and numbers differ in length): make the model again")
        if estimator.fixed_vocabulary_:
            estimator.vocabulary = estimator._terms
        estimator._lookups, estimator._learnt_with = {}, estimator._analysis_params()
        return estimator

    def _validate(self) -> None:
        super()._validate()
        for name in "max_df", "min_df":
            value = getattr(self, name)
            whole = isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1
            share = isinstance(value, Real) and not isinstance(value, Integral) and 0 <= float(value) <= 1
            self._check(name, whole or share, "a float from 0.0 to 1.0 or an int from 1 on")
        most = self.max_features
        self._check(
            "max_features",
            most is None or (isinstance(most, Integral) and most >= 1),
            "an int from 1 on or None",
        )
        given = self.vocabulary
        fits = given is None or isinstance(given, Mapping) or hasattr(given, "__iter__")
        self._check("vocabulary", fits, "a mapping or an iterable of terms or None")


def _columns(counter: Counter, numbers: np.ndarray) -> np.ndarray:
    """The column of every number of the counter's, -1 where it has none: the inverse of ``numbers``."""
    columns = np.full(len(counter.table), -1, np.int32)
    known = np.flatnonzero(numbers >= 0)
    columns[numbers[known]] = known
    return columns
