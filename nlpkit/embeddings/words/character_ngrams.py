"""Sub-words: the character n-grams of a word, which give a vector to words that were never seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nlpkit.errors import ParameterError, require_whole
from nlpkit.text.terms import Terms

LINE_END = "</s>"
"""The word that stands for the end of a line in fastText's files: it has no n-grams."""

_BLOCK = 1 << 16
_LARGEST_TABLE = 1 << 27


def ngram_buckets(terms: Terms, *, min_n: int, max_n: int, bucket: int) -> tuple[np.ndarray, np.ndarray]:
    """Hash the character n-grams of many words into buckets, byte for byte as fastText does.

    A word is put between ``<`` and ``>``. Its n-grams have ``min_n`` to ``max_n`` characters, the brackets among them;
    a bracket alone is none. Their UTF-8 bytes are hashed by FNV-1a with 32 bits, bytes above 127 counted as negative
    numbers, modulo ``bucket``. The word ``</s>`` has no n-grams.

    Parameters
    ----------
    terms : Terms
        The words.
    min_n, max_n : int
        The shortest and the longest n-grams, in characters. There are none when ``max_n`` is 0 or below ``min_n``.
    bucket : int
        How many buckets there are, below 2^31. There are no n-grams when it is 0.

    Returns
    -------
    ids : (n_ngrams,) int32
        The buckets, word by word; in a word by where the n-gram starts, the shortest first.
    offsets : (n_words + 1,) int64
        Those of word i are ``ids[offsets[i]:offsets[i + 1]]``.

    Raises
    ------
    ParameterError
        If a number is negative or too large.

    References
    ----------
    Bojanowski, Grave, Joulin, Mikolov (2017), "Enriching Word Vectors with Subword Information", TACL 5.

    Examples
    --------
    >>> ids, offsets = ngram_buckets(Terms.of(["a", "the"]), min_n=3, max_n=3, bucket=1000)
    >>> offsets.tolist()
    [0, 1, 4]
    """
    from ._subwords_numba import count_ngrams, fill_ngrams

    _check_ngrams(min_n, max_n, bucket)
    offsets = np.zeros(len(terms) + 1, np.int64)
    if bucket == 0 or max_n == 0:
        return np.zeros(0, np.int32), offsets
    starts = np.asarray(terms.offsets, np.int64)
    buffer = np.asarray(terms.buffer)
    count_ngrams(buffer, starts, max(min_n, 1), max_n, offsets)
    ids = np.empty(offsets[-1], np.int32)
    fill_ngrams(buffer, starts, max(min_n, 1), max_n, np.uint64(bucket), offsets, ids)
    return ids, offsets


@dataclass
class CharacterNgrams:
    """The character n-grams of words (Bojanowski et al. 2017), hashed as fastText does.

    Parameters
    ----------
    min_n, max_n : int
        The shortest and the longest n-grams, in characters; none when ``max_n`` is 0.
    bucket : int
        How many buckets the n-grams are hashed into.
    word_rows : (n, d) float32
        The words' own rows, in the order of the vocabulary.
    ngram_rows : (n_used, d) float32
        The rows of the buckets that are in use.
    buckets : (n_used,) int32
        Which bucket each of those rows is, ascending; ``arange(bucket)`` when all are in use.
    pruned : bool
        The other buckets were removed when the model was made smaller: their n-grams are left out of a mean. Otherwise
        they count as rows of zeros.

    Examples
    --------
    >>> rows = np.ones((1, 2), np.float32)
    >>> subwords = CharacterNgrams(3, 3, 1, rows, 4 * rows, np.zeros(1, np.int32))
    >>> subwords.ngrams("are")
    ['<ar', 'are', 're>']
    >>> subwords.vector("are"), subwords.vector("are", 0)
    (array([4., 4.], dtype=float32), array([3.25, 3.25], dtype=float32))
    """

    min_n: int
    max_n: int
    bucket: int
    word_rows: np.ndarray
    ngram_rows: np.ndarray
    buckets: np.ndarray
    pruned: bool = False

    def __post_init__(self) -> None:
        _check_ngrams(self.min_n, self.max_n, self.bucket)
        if len(self.buckets) != len(self.ngram_rows):
            found = f"{len(self.ngram_rows):,} rows of n-grams and {len(self.buckets):,} buckets"
            raise ParameterError(f"{found}: each row needs the number of its bucket")

    def ngrams(self, word: str) -> list[str]:
        """List the n-grams of ``word``, in fastText's order.

        Parameters
        ----------
        word : str
            Any word.

        Returns
        -------
        list of str
            By where they start in ``<word>``, the shortest first.
        """
        if word == LINE_END or self.bucket == 0:
            return []
        whole = f"<{word}>"
        lengths = range(max(self.min_n, 1), self.max_n + 1)
        found = [(i, n) for i in range(len(whole)) for n in lengths if i + n <= len(whole)]
        return [whole[i : i + n] for i, n in found if n > 1 or 0 < i < len(whole) - 1]

    def vector(self, word: str, index: int | None = None) -> np.ndarray:
        """Compute a word's vector: the mean of its own row and its n-grams' rows.

        Parameters
        ----------
        word : str
            Any word.
        index : int or None
            Its row, or None for a word that isn't in the vocabulary.

        Returns
        -------
        (d,) float32
            Zeros when it has neither a row nor n-grams.
        """
        rows = self.rows(self._buckets_of(word))
        if self.pruned:
            rows = rows[rows >= 0]
        total = np.zeros(self.word_rows.shape[1], np.float32)
        if index is not None:
            total += self.word_rows[index]
        for row in rows[rows >= 0]:
            total += self.ngram_rows[row]
        count = len(rows) + (index is not None)
        return total * np.float32(1.0 / count) if count else total

    def compose(self, terms: Terms) -> np.ndarray:
        """Compute the vectors of all words of the vocabulary.

        Parameters
        ----------
        terms : Terms
            The vocabulary: the words whose rows ``word_rows`` are, in that order.

        Returns
        -------
        (n, d) float32
            Results of `vector` for each.

        Raises
        ------
        ParameterError
            If there are more or fewer words than rows.
        """
        from ._subwords_numba import average_words

        n = len(terms)
        if n != len(self.word_rows):
            raise ParameterError(f"{n:,} words and {len(self.word_rows):,} rows of words: they need to be as many")
        vectors = np.empty((n, self.word_rows.shape[1]), np.float32)
        word_rows, ngram_rows = np.asarray(self.word_rows), np.asarray(self.ngram_rows)
        table = self._table()
        for first in range(0, n, _BLOCK):
            last = min(first + _BLOCK, n)
            block = Terms(terms.buffer, terms.offsets[first : last + 1])
            ids, ends = ngram_buckets(block, min_n=self.min_n, max_n=self.max_n, bucket=self.bucket)
            rows = self.rows(ids) if table is None else table[ids]
            average_words(word_rows[first:last], ngram_rows, rows, ends, self.pruned, vectors[first:last])
        return vectors

    def rows(self, buckets: np.ndarray) -> np.ndarray:
        """Find the rows of buckets: int32, -1 for those that have none.

        Parameters
        ----------
        buckets : (k,) int32
            Numbers of buckets.

        Returns
        -------
        (k,) int32
            Where in ``ngram_rows`` they are.
        """
        if len(self.buckets) == self.bucket:
            return buckets
        found = np.searchsorted(self.buckets, buckets).astype(np.int32)
        known = np.append(self.buckets, np.int32(-1))[np.minimum(found, len(self.buckets))] == buckets
        return np.where(known, found, np.int32(-1))

    def _buckets_of(self, word: str) -> np.ndarray:
        return ngram_buckets(Terms.of([word]), min_n=self.min_n, max_n=self.max_n, bucket=self.bucket)[0]

    def _table(self) -> np.ndarray | None:
        """Where each bucket's row is, when a table of them is worth its memory."""
        if len(self.buckets) == self.bucket or self.bucket > _LARGEST_TABLE:
            return None
        table = np.full(self.bucket, -1, np.int32)
        table[self.buckets] = np.arange(len(self.buckets), dtype=np.int32)
        return table


def _check_ngrams(min_n: int, max_n: int, bucket: int) -> None:
    for name, value in {"min_n": min_n, "max_n": max_n, "bucket": bucket}.items():
        require_whole(name, value, 0, (1 << 31) - 1)
