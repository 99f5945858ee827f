"""Hashing: each term goes to the column that its hash names; there is nothing to learn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from numbers import Integral
from os import PathLike
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nlpkit import artifact
from nlpkit.estimator import OutputShape
from nlpkit.text.analysis import Analysis
from nlpkit.text.counting import rows as counting
from nlpkit.text.counting.rows import Rows
from nlpkit.text.terms import Slices, Terms, is_utf8
from nlpkit.threads import map_batches

from .counts import weights
from .counts.analyzed import AnalyzedTexts
from .counts.csr import csr_from_rows
from .counts.parameter_checks import check_dtype

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_MASK = 0xFFFFFFFF


@dataclass(kw_only=True, eq=False, repr=False)
class Hashing(AnalyzedTexts):
    """Feature hashing: the hash of a term gives its column (Weinberger et al., 2009).

    There is no vocabulary to learn or store, so it suits endless streams; columns have numbers but no
    names. With h the 32-bit MurmurHash3 of the term, its column is |h| mod n_features, and its sign that of h. The
    result is that of scikit-learn's ``HashingVectorizer`` with the same ``token_pattern``.

    Parameters
    ----------
    n_features : int, default=1048576
        Number of columns; with more columns, fewer terms share one.
    binary : bool, default=False
        1 for each column that a text's terms go to, instead of their sum.
    norm : {"l2", "l1", None}, default="l2"
        The norm that each text's vector is divided by.
    alternate_sign : bool, default=True
        Negate about half of the terms, so that terms that share a column cancel out on average.
    dtype : dtype, default=np.float64
        The type of the values.

    References
    ----------
    K. Weinberger et al. (2009). Feature hashing for large scale multitask learning.

    Examples
    --------
    >>> from nlpkit.embeddings import Hashing
    >>> Hashing(n_features=8, norm=None).transform(["the cat sat on the mat"]).toarray()
    array([[ 0.,  0.,  0., -1.,  1.,  0., -2.,  0.]])
    """

    kind = "hashing"
    needs_fit = False
    passes = 0

    n_features: int = 2**20
    binary: bool = False
    norm: str | None = "l2"
    alternate_sign: bool = True
    dtype: Any = np.float64

    def fit(self, X: Iterable[Any] = (), y: Any = None) -> Self:
        """Check the parameters: there is nothing to learn, and no text is read."""
        self._validate()
        self._warn_of_unused()
        self._read(X)
        return self

    def partial_fit(self, X: Iterable[Any] = (), y: Any = None) -> Self:
        """As `fit`."""
        return self.fit(X)

    def fit_transform(self, X: Iterable[Any], y: Any = None) -> csr_matrix:
        """As `transform`."""
        return self.fit(X).transform(X)

    def transform(self, X: Iterable[Any]) -> csr_matrix:
        """Embed texts: (n_texts, n_features) CSR of ``dtype``.

        Terms that cancel out in a column leave a stored zero, as in scikit-learn.
        """
        self._validate()
        texts, analysis = self._read(X)
        few, texts = counting.take(texts, counting.SMALL)
        if few:
            rows = [self._hash_plainly(analysis, texts)]
        else:
            rows = self._hash_compiled(analysis, texts)
        columns = np.zeros(0, np.int32)
        return self._output(
            csr_from_rows(rows, _as_placed, columns, self._weigh, self.n_features, self._value_dtype(), self._n_threads)
        )

    def _hash_plainly(self, analysis: Analysis, texts: Iterator[Any]) -> Rows:
        columns: list[int] = []
        values: list[int] = []
        sizes = []
        for text in texts:
            row: dict[int, int] = {}
            for term in analysis(text):
                hashed = murmur3(term.encode())
                column = abs(hashed) % self.n_features
                row[column] = row.get(column, 0) + (-1 if self.alternate_sign and hashed < 0 else 1)
            columns += sorted(row)
            values += [row[column] for column in sorted(row)]
            sizes.append(len(row))
        return _rows(np.array(columns, np.int32), np.array(values, np.int32), np.array(sizes, np.int64))

    def _hash_compiled(self, analysis: Analysis, texts: Iterator[str]) -> list[Rows]:
        from nlpkit.text.counting.scanner import Scanner
        from nlpkit.text.counting.term_table import TermTable

        from .counts import _hash_numba as compiled

        scan = analysis.scan
        word_ngrams = self.ngram_range if self.analyzer == "word" else (1, 1)
        stop_words = TermTable()
        stop_words.insert(Terms.of(analysis.stop_words or ()))

        def hash_batch(scanner: Scanner | None, batch: list[Any]) -> Rows:
            by_python = scanner is None or not {list, tuple}.isdisjoint(map(type, batch))
            terms = [list(analysis(text)) for text in batch] if by_python else []
            is_word = scan is not None and scan.cut == "word" and not by_python
            if not is_word and not is_utf8("".join(chain.from_iterable(terms if by_python else [batch]))):
                return self._hash_plainly(analysis, iter(batch))  # which refuses terms that have no bytes to hash
            ngram_range = (1, 1) if by_python else word_ngrams
            smallest, largest = ngram_range
            if by_python or scanner is None:
                slices = Terms.of(chain.from_iterable(terms)).slices()
                ends = np.cumsum(list(map(len, terms)))
            else:
                slices, ends = scanner(batch)
                if analysis.stop_words:
                    kept = stop_words.number(slices, insert=False) < 0
                    ends = np.concatenate([[0], np.cumsum(kept)])[ends]
                    slices = Slices(slices.buffer, slices.starts[kept], slices.lengths[kept])
            most = len(slices.starts) * (largest - smallest + 1)
            keys, values = np.empty(most, np.int64), np.empty(most, np.int32)
            sizes = np.empty(len(batch), np.int64)
            n = compiled.hash_rows(
                tuple(slices), ends, ngram_range, self.n_features, bool(self.alternate_sign),
                keys, np.empty(most, np.int64), values, sizes,
            )  # fmt: skip
            return _rows((keys[:n] >> 32).astype(np.int32), values[:n].copy(), sizes)

        scanners = [Scanner(scan, analysis.ngram_range) if scan else None for _ in range(self._n_threads)]
        return map_batches(hash_batch, scanners, counting.batches(texts, counting.BATCH, sized=scan is not None))

    def _weigh(self, columns: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        dtype = self._value_dtype()
        if not self.binary:
            weights.check_range(counts, dtype)
        values = np.ones(len(counts), dtype) if self.binary else counts.astype(dtype)
        return weights.scale_rows(values, sizes, self.norm)

    def output_shape(self) -> OutputShape:
        """Return the number of features, the dtype, and that the vectors are sparse."""
        return OutputShape(self.n_features, self._value_dtype(), sparse=True)

    def _value_dtype(self) -> np.dtype:
        dtype = np.dtype(self.dtype)
        return dtype if self.norm is None or dtype.kind == "f" else np.dtype(np.float64)

    def _validate(self) -> None:
        super()._validate()
        check_dtype(self)
        n = self.n_features
        self._check("n_features", isinstance(n, Integral) and 1 <= n < 2**31 - 1, "an int from 1 to 2147483646")
        self._one_of("norm", "l1", "l2", None)
        for name in "binary", "alternate_sign":
            self._check(name, isinstance(getattr(self, name), bool | np.bool_), "a bool")

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write a model folder, of the parameters alone, that `nlpkit.load` reads."""
        self._validate()
        options, files = self._stored_options()
        artifact.save(path, kind=self.kind, options=options, files=files, force=force)

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> Self:
        """The estimator that `save` wrote."""
        return cls(**cls._read_options(stored))


def murmur3(data: bytes) -> int:
    """MurmurHash3 (x86, 32 bits, seed 0) as a signed number (A. Appleby, 2011).

    Examples
    --------
    >>> murmur3(b"word")
    -968174432
    """
    value = 0
    whole = len(data) & ~3
    blocks = [int.from_bytes(data[i : i + 4], "little") for i in range(0, whole, 4)]
    for block in blocks:
        value ^= _scramble(block)
        value = ((value << 13 | value >> 19) * 5 + 0xE6546B64) & _MASK
    value ^= _scramble(int.from_bytes(data[whole:], "little")) ^ len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    value ^= value >> 16
    return value - (1 << 32) if value >> 31 else value


def _scramble(block: int) -> int:
    block = block * 0xCC9E2D51 & _MASK
    return (block << 15 | block >> 17) * 0x1B873593 & _MASK


def _rows(columns: np.ndarray, values: np.ndarray, sizes: np.ndarray) -> Rows:
    return Rows(terms=columns, counts=values, ends=np.cumsum(sizes), lengths=sizes)


def _as_placed(rows: Rows, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hashed rows are in their columns already."""
    return rows.terms, rows.counts, np.diff(rows.ends, prepend=0)
