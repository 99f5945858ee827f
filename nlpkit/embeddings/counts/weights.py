"""Weights of terms: from counts to TF-IDF and BM25, for the rows of a sparse matrix.

The values of a matrix's rows stand one behind the other in one array, and ``sizes`` holds the rows' lengths.
"""

from __future__ import annotations

import numpy as np

from nlpkit.errors import InputError, ParameterError


def check_range(counts: np.ndarray, dtype: np.dtype) -> None:
    """Refuse counts that are not within the range of a dtype.

    Raises
    ------
    InputError
        With the count that is not.
    """
    if dtype.kind not in "iub" or not len(counts) or np.can_cast(counts.dtype, dtype):
        return
    low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    worst = next((int(count) for count in (counts.min(), counts.max()) if not low <= count <= high), None)
    if worst is not None:
        raise InputError(
            f"a count of {worst:,} is not within the range of dtype {dtype.name}, {low:,} to {high:,}: use a larger"
            " one, such as int32 (--dtype int32)"
        )


def smooth_idf(document_frequency: np.ndarray, n_documents: int, *, smooth: bool, dtype: np.dtype) -> np.ndarray:
    """Inverse document frequency, ln((n + s) / (df + s)) + 1 with s = 1 if ``smooth`` and 0 if not: (n_terms,)."""
    idf = np.full(len(document_frequency), n_documents + int(smooth), dtype)
    idf /= document_frequency.astype(dtype) + dtype.type(smooth)
    np.log(idf, out=idf)
    idf += 1
    return idf


def bm25_idf(document_frequency: np.ndarray, n_documents: int, dtype: np.dtype) -> np.ndarray:
    """Inverse document frequency of BM25 as Lucene has it, ln(1 + (n - df + 0.5) / (df + 0.5)): (n_terms,)."""
    df = document_frequency.astype(dtype)
    return np.log1p((n_documents - df + 0.5) / (df + 0.5)).astype(dtype, copy=False)


def bm25_saturation(
    counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray, *, mean_length: float, k1: float, b: float
) -> np.ndarray:
    """The part of BM25 that a text decides, tf / (tf + k1 (1 - b + b length / mean length)): (n_values,)."""
    norms = k1 * (1 - b + b * (lengths / mean_length if mean_length else np.zeros(len(lengths))))
    return counts / (counts + np.repeat(norms, sizes))


def scale_rows(values: np.ndarray, sizes: np.ndarray, norm: str | None) -> np.ndarray:
    """Divide each row by its norm, "l1" or "l2", in place; rows of zeros stay.

    Raises
    ------
    ParameterError
        If a value is infinite: without smoothing, the idf of a term that no text had.
    """
    if norm is None or not len(values):
        return values
    filled = sizes[sizes > 0]
    starts = np.cumsum(filled) - filled
    lengths = np.add.reduceat(values * values if norm == "l2" else np.abs(values), starts)
    if not np.isfinite(lengths).all():
        raise ParameterError(f"Input contains infinity or a value too large for dtype('{values.dtype}').")
    if norm == "l2":
        np.sqrt(lengths, out=lengths)
    lengths[lengths == 0] = 1
    values /= np.repeat(lengths, filled)
    return values
