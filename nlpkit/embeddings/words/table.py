"""WordTable: words and their vectors as data, with what else is known of each word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ParameterError, UnknownWordError
from nlpkit.text.terms import Terms

from .near_spellings import unknown_word

if TYPE_CHECKING:
    from .character_ngrams import CharacterNgrams


class WordTable:
    """Words and their vectors: what the readers of files return.

    `nlpkit.embeddings.WordVectors` is one that answers questions, and describes the parameters.
    """

    left_out: tuple[str, ...] = ()
    """Parts that a reader with a limit left out: "labels", "output weights"."""

    rows_left_out: Mapping[str, int] = MappingProxyType({})
    """How many rows of a file a reader left out, by reason."""

    token_pattern: str | None = None
    """Of vectors of version 1 of nlpkit's model folders: the words that texts were cut into then."""

    def __init__(
        self,
        words: Iterable[str] | Terms,
        vectors: np.ndarray,
        *,
        counts: np.ndarray | None = None,
        subwords: CharacterNgrams | None = None,
        outputs: np.ndarray | None = None,
        classifier: Any = None,
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        self.words = _packed(words)
        self.vectors = _matrix("vectors", vectors)
        if len(self.vectors) != len(self.words):
            raise ParameterError(
                f"there are {len(self.words):,} words and {len(self.vectors):,} rows: give a row for each"
            )
        self.counts = None if counts is None else np.asarray(counts, np.int64)
        if self.counts is not None and self.counts.shape != (len(self.words),):
            raise ParameterError(
                f"there are {len(self.words):,} words and {self.counts.size:,} counts: give one for each"
            )
        self.outputs = None if outputs is None else _matrix("outputs", outputs)
        if self.outputs is not None and self.outputs.shape[1] != self.vector_size:
            raise ParameterError(
                f"outputs has rows of {self.outputs.shape[1]}: expected {self.vector_size}, as vectors has"
            )
        self.subwords = subwords
        self.classifier = classifier
        self.provenance = dict(provenance or {})

    @property
    def vector_size(self) -> int:
        """How many numbers a vector has."""
        return self.vectors.shape[1]

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word; built when it is first read."""
        index = dict(zip(self.words, range(len(self.words)), strict=True))
        if len(index) < len(self.words):
            index = {word: row for row, word in reversed(list(enumerate(self.words)))}
        return index

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word in self.index

    def __getitem__(self, word: str | Sequence[str]) -> np.ndarray:
        """The vector of a word (d,), or those of many (n, d): copies; with sub-words those of unseen words too.

        Raises
        ------
        UnknownWordError
            If there is no such word, and no sub-word of it has a vector.
        ParameterError
            If it is no str and no list of such.
        """
        if isinstance(word, str):
            return self._vector(word)
        if not isinstance(word, Iterable) or (isinstance(word, np.ndarray) and word.ndim == 0):
            raise ParameterError(f"a word is {type(word).__name__}: expected str, or a list of words")
        return np.array([self._vector(each) for each in word], np.float32).reshape(-1, self.vector_size)

    def hashed_parts(self) -> tuple[Terms, list[np.ndarray | None]]:
        """The words and the arrays that all vectors follow from, for a hash of them."""
        return self.words, [self.vectors, None if self.subwords is None else self.subwords.ngram_rows]

    def _has_vector(self, word: str) -> bool:
        return word in self.index or (self.subwords is not None and bool(self.subwords.vector(word).any()))

    def _vector(self, word: str) -> np.ndarray:
        if not isinstance(word, str):
            raise ParameterError(f"a word is {type(word).__name__}: expected str")
        row = self.index.get(word)
        if row is not None:
            return np.array(self.vectors[row])
        if self.subwords is None:
            raise unknown_word(word, self.index)
        vector = self.subwords.vector(word)
        if not vector.any():
            raise UnknownWordError(
                f"{word!r} is none of the {len(self):,} words, and none of its sub-words is known: try another spelling"
            )
        return vector


def _packed(words: Iterable[str] | Terms) -> Terms:
    if isinstance(words, Terms):
        return words
    if isinstance(words, str):
        raise ParameterError("words is one string: give a list of words")
    names = list(words)
    strangers = [word for word in names if not isinstance(word, str)]
    if strangers:
        raise ParameterError(f"a word is {strangers[0]!r}: expected str")
    return Terms.of(names)


def _matrix(name: str, rows: np.ndarray) -> np.ndarray:
    found = np.asarray(rows)
    if found.ndim != 2 or found.dtype.kind not in "fiu":
        raise ParameterError(
            f"{name} is {found.dtype} of shape {found.shape}: expected a matrix of numbers, a row a word"
        )
    return np.ascontiguousarray(found, np.float32)
