"""A line's features, as fastText's classifiers have them: words, n-grams of characters, n-grams of words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nlpkit.errors import InputError, ParameterError
from nlpkit.text.terms import Terms

from .character_ngrams import LINE_END, CharacterNgrams, ngram_buckets
from .table import WordTable

_WORD = re.compile("[^ \n\r\t\v\f\0]+")


@dataclass(frozen=True)
class LineFeatures:
    """How lines of text become features of a supervised fastText model.

    A line is split at ASCII white space and NUL. Labels, and what starts as they do, are passed over. A word has its
    own row and those of its n-grams, an unseen word those of its n-grams only. The line ends with the word ``</s>``.
    N-grams of words are hashed from the words' hashes into the buckets of the character n-grams.

    Parameters
    ----------
    vectors : WordTable
        The model's words.
    labels : frozenset of str
        The model's labels.
    prefix : str
        Prefix of labels.
    word_ngrams : int
        The longest n-grams of words.
    first_release : bool
        See `nlpkit.embeddings.words.classifier.Classifier`.
    """

    vectors: WordTable
    labels: frozenset[str]
    prefix: str
    word_ngrams: int
    first_release: bool

    def means(self, lines: list[tuple[int, str]]) -> tuple[np.ndarray, np.ndarray]:
        """Compute the mean of each line's features.

        Parameters
        ----------
        lines : list of (int, str)
            The lines, and their numbers for messages.

        Returns
        -------
        means : (n, d) float32
            Zeros for a line without features.
        counts : (n,) int64
            How many features each has.

        Raises
        ------
        InputError
            If a line has a line end in it.
        ParameterError
            If one isn't a str.
        """
        from ._classifier_numba import TokenFeatures, WordNgrams, average_texts

        numbers: dict[str, int] = {}
        tokens: list[int] = []
        ends = np.zeros(len(lines) + 1, np.int64)
        for i, (number, line) in enumerate(lines):
            tokens += [numbers.setdefault(word, len(numbers)) for word in self._words(number, line)]
            ends[i + 1] = len(tokens)
        subwords = self._subwords()
        own = np.array([self.vectors.index.get(word, -1) for word in numbers], np.int64)
        terms = Terms.of(numbers)
        features = TokenFeatures(
            *_rows_of_words(own, terms, subwords),
            np.asarray(subwords.word_rows, np.float32),
            np.asarray(subwords.ngram_rows, np.float32),
        )
        ngrams = WordNgrams(
            hashes=own.astype(np.int32) if self.first_release else _hashes(terms),
            longest=self.word_ngrams if subwords.bucket else 1,
            bucket=subwords.bucket,
            buckets=np.asarray(subwords.buckets, np.int32),
            leave_out=subwords.pruned,
        )
        means = np.empty((len(lines), self.vectors.vector_size), np.float32)
        counts = np.empty(len(lines), np.int64)
        average_texts(np.array(tokens, np.int64), ends, tuple(features), tuple(ngrams), means, counts)
        return means, counts

    def _subwords(self) -> CharacterNgrams:
        if self.vectors.subwords is not None:
            return self.vectors.subwords
        no_rows = np.zeros((0, self.vectors.vector_size), np.float32)
        return CharacterNgrams(0, 0, 0, self.vectors.vectors, no_rows, np.zeros(0, np.int32))

    def _words(self, number: int, line: str) -> Iterator[str]:
        """The words of a line, ``</s>`` last, without labels."""
        if not isinstance(line, str):
            raise ParameterError(f"text {number} is of type {type(line).__name__}: texts have to be str")
        if "\n" in line:
            raise InputError(f"text {number} has a line end in it, and fastText knows single lines: make it a space")
        for word in _WORD.findall(line):
            if self.first_release and (word == LINE_END or word not in self.vectors.index):
                if word == LINE_END:
                    return
                continue
            if word not in self.labels and (word in self.vectors.index or not word.startswith(self.prefix)):
                yield word
                if word == LINE_END:
                    return
        if not self.first_release:
            yield LINE_END


def _rows_of_words(own: np.ndarray, terms: Terms, subwords: CharacterNgrams) -> tuple[np.ndarray, np.ndarray]:
    """Each word's rows: its own first; those of n-grams after all rows of words; -1 for one without a row."""
    ids, ends = ngram_buckets(terms, min_n=subwords.min_n, max_n=subwords.max_n, bucket=subwords.bucket)
    ngrams = subwords.rows(ids).astype(np.int64)
    row_ends = ends + np.concatenate(([0], np.cumsum(own >= 0)))
    rows = np.empty(row_ends[-1], np.int64)
    first = np.zeros(len(rows), bool)
    first[row_ends[:-1][own >= 0]] = True
    rows[first] = own[own >= 0]
    rows[~first] = np.where(ngrams >= 0, ngrams + len(subwords.word_rows), -1)
    return rows, row_ends


def _hashes(terms: Terms) -> np.ndarray:
    from ._subwords_numba import hash_words

    hashes = np.empty(len(terms), np.uint32)
    hash_words(np.asarray(terms.buffer), np.asarray(terms.offsets, np.int64), hashes)
    return hashes.view(np.int32)
