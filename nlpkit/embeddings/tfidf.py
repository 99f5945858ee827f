"""Tfidf: counts weighted by how rare their terms are; BM25 too."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, fields
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.text.counting.rows import Rows

from .counts import weights
from .counts.counted import CountedTerms
from .counts.csr import csr_from_rows
from .counts.learnt import Learning, Learnt
from .counts.parameter_checks import is_float16

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """How counts are weighted: `Tfidf`'s parameters of these names, as they were when it learnt."""

    norm: str | None
    use_idf: bool
    smooth_idf: bool
    sublinear_tf: bool
    weighting: str
    k1: float
    b: float


@dataclass(kw_only=True, eq=False, repr=False)
class Tfidf(CountedTerms):
    """TF-IDF: counts, weighted by how rare their terms are (Spärck Jones, 1972).

    The value of term t in text d is tf(t, d) · idf(t), with idf(t) = ln((n + 1) / (df(t) + 1)) + 1 for n texts, df(t)
    of which contain t; each row is then divided by its norm. The result is that of scikit-learn's ``TfidfVectorizer``
    with the same ``token_pattern``; the other parameters, and the learnt attributes, are the same.

    With ``weighting="bm25"`` it is Lucene's BM25 (Robertson and Zaragoza, 2009; Kamphuis et al., 2020):
    ln(1 + (n - df + ½) / (df + ½)) · tf / (tf + k1 (1 - b + b · length / mean length)). A text's length counts its
    terms before any are left out; the mean is always that of the texts learnt from. A query's score for a text is
    the sum of the text's weights over the query's terms, each as often as the query has it: ``transform(texts) @
    transform_queries(queries).T``.

    Parameters
    ----------
    dtype : dtype, default=np.float64
        The type of the values: float64 or float32. For others they are computed in float64, with a warning.
    binary : bool, default=False
        Count each term of a text once, however often it occurs.
    norm : {"l2", "l1", None}, default="l2"
        The norm that each text's vector is divided by.
    use_idf : bool, default=True
        Weight by idf; if False, the vectors are normalised counts.
    smooth_idf : bool, default=True
        Compute idf as if one more text contained every term.
    sublinear_tf : bool, default=False
        Use 1 + ln(tf) instead of tf.
    weighting : {"tfidf", "bm25"}, default="tfidf"
        Which weights; norm, use_idf, smooth_idf and sublinear_tf do not apply to BM25.
    k1 : float, default=1.5
        BM25: term-frequency saturation; the larger, the later the weight of a repeated term levels off.
    b : float, default=0.75
        BM25: strength of length normalisation, from 0 to 1.

    Attributes
    ----------
    idf_ : (n_terms,) float
        The weight of each term; it can be set.
    vocabulary_ : dict of str to int
        The column of each term; built when it is first read.
    terms_ : Terms
        The terms in the order of their columns, in little memory.
    document_frequency_, term_frequency_ : (n_terms,) int64
        Number of texts that contain each term, and its total count.
    n_documents_ : int
        How many texts were learnt from.
    fixed_vocabulary_ : bool
        Whether the vocabulary was given.

    References
    ----------
    K. Spärck Jones (1972). A statistical interpretation of term specificity and its application in retrieval.
    S. Robertson, H. Zaragoza (2009). The probabilistic relevance framework: BM25 and beyond.
    C. Kamphuis et al. (2020). Which BM25 do you mean? A large-scale reproducibility study of scoring variants.

    Examples
    --------
    >>> from nlpkit.embeddings import Tfidf
    >>> tfidf = Tfidf().fit(["the cat sat", "the dog sat", "the theory of relativity"])
    >>> dict(zip(tfidf.terms_, tfidf.idf_.round(2).tolist()))["the"]
    1.0
    >>> tfidf.transform(["the relativity"]).toarray().round(2)
    array([[0.  , 0.  , 0.  , 0.86, 0.  , 0.51, 0.  ]])
    """

    kind = "tfidf"
    converts_dtype = True

    binary: bool = False
    norm: str | None = "l2"
    use_idf: bool = True
    smooth_idf: bool = True
    sublinear_tf: bool = False
    weighting: str = "tfidf"
    k1: float = 1.5
    b: float = 0.75

    @property
    def idf_(self) -> np.ndarray:
        """The weight of each term: (n_terms,). It can be set."""
        learnt = self._columns()
        if not learnt.weighting.use_idf:
            raise AttributeError("there is no idf_ with use_idf=False")
        if learnt.idf is None:
            self._not_fitted()
        return learnt.idf

    @idf_.setter
    def idf_(self, value: Any) -> None:
        if not self.use_idf:
            raise ParameterError("`idf_` cannot be set when `use_idf=False`.")
        value = np.asarray(value, self._value_dtype())
        learnt = self._columns()
        if value.shape != (len(learnt),):
            raise ParameterError(f"idf length = {len(value)} must be equal to vocabulary size = {len(learnt)}")
        learnt.idf = value

    def transform_queries(self, queries: Iterable[Any]) -> csr_matrix:
        """Embed queries: (n_queries, n_terms) CSR, whose product with the texts' vectors is their score.

        For BM25 the values are how often a query has each term, or 1 with ``binary``; otherwise those of `transform`.

        Raises
        ------
        NotFittedError
            If there is no vocabulary yet.

        Examples
        --------
        >>> bm25 = Tfidf(weighting="bm25").fit(["the cat", "the dog"])
        >>> bm25.transform_queries(["cat cat dog"]).toarray()
        array([[2., 1., 0.]])
        """
        if self._columns().weighting.weighting != "bm25":
            return self.transform(queries)
        rows, learnt, counter, columns = self._counted(queries)
        how = self._occurrences, len(learnt), self._value_dtype(), self._n_threads
        return self._output(csr_from_rows(rows, counter.place_rows, columns, *how))

    def _occurrences(
        self, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        return np.ones(len(counts), self._value_dtype()) if self.binary else counts.astype(self._value_dtype())

    def _weighted(self, learnt: Learnt) -> Learnt:
        """Fix the weights as the parameters are now: later changes count from the next fit on."""
        learnt.weighting = Weighting(**{f.name: getattr(self, f.name) for f in fields(Weighting)})
        if self.use_idf and learnt.totals[0]:
            frequency, n_documents, dtype = learnt.document_frequency, int(learnt.totals[0]), self._value_dtype()
            if self.weighting == "bm25":
                learnt.idf = weights.bm25_idf(frequency, n_documents, dtype)
            else:
                learnt.idf = weights.smooth_idf(frequency, n_documents, smooth=self.smooth_idf, dtype=dtype)
        return learnt

    def _value_dtype(self) -> np.dtype:
        dtype = np.dtype(self.dtype)
        return dtype if dtype in (np.float32, np.float64) else np.dtype(np.float64)

    def _weigh(
        self, learnt: Learnt, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
    ) -> np.ndarray:
        how, idf = learnt.weighting, learnt.idf
        values = self._occurrences(columns, counts, sizes, lengths)
        if how.use_idf and idf is None:
            self._not_fitted()
        if idf is not None and how.weighting == "bm25":
            n_documents, n_terms = learnt.totals.tolist()
            mean = n_terms / n_documents if n_documents else 0.0
            values = weights.bm25_saturation(values, sizes, lengths, mean_length=mean, k1=how.k1, b=how.b)
            return values * idf[columns]
        if how.sublinear_tf:
            np.log(values, out=values)
            values += 1
        if idf is not None:
            values *= idf[columns]
        return weights.scale_rows(values, sizes, how.norm)

    def _count(self, documents: Iterable[Any], begun: Learning | None, *, keep: bool) -> tuple[Learning, list[Rows]]:
        learning, rows = super()._count(documents, begun, keep=keep)
        if learning.fixed and not learning.counter.totals[0]:
            shape = (0, len(learning.counter.numbers))
            raise ParameterError(
                f"Found array with 0 sample(s) (shape={shape}) while a minimum of 1 is required by "
                f"{type(self).__name__}."
            )
        return learning, rows

    def _validate(self) -> None:
        super()._validate()
        self._one_of("norm", "l1", "l2", None)
        self._one_of("weighting", "tfidf", "bm25")
        for name in "binary", "use_idf", "smooth_idf", "sublinear_tf":
            self._check(name, isinstance(getattr(self, name), bool | np.bool_), "a bool")
        self._check("k1", isinstance(self.k1, Real) and self.k1 >= 0, "a number from 0 on")
        self._check("b", isinstance(self.b, Real) and 0 <= self.b <= 1, "a number from 0 to 1")
        if self.weighting == "bm25":
            for name in "norm", "use_idf", "smooth_idf", "sublinear_tf":
                if getattr(self, name) != self.defaults()[name]:
                    raise ParameterError(f"{name} does not apply to weighting='bm25': leave it at its default")
        floats: tuple[type, ...] = (np.float64, np.float32, np.float16)
        if is_float16(self.dtype):
            floats = floats[:2]  # scikit-learn's sentence names float16, for which its matrices have no type
        if self.dtype not in floats:
            warnings.warn(
                f"Only {floats} 'dtype' should be used. {self.dtype} 'dtype' will be converted to np.float64.",
                UserWarning,
                stacklevel=4,
            )
