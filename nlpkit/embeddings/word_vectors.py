"""WordVectors: words and their vectors, to ask, read and write."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import artifact
from ..errors import ParameterError, UnknownWordError
from ..text.terms import Terms

if TYPE_CHECKING:
    from .classifier import Classifier
    from .subwords import Subwords


class WordVectors:
    """Words and their vectors.

    Parameters
    ----------
    words : iterable of str
        Each once.
    vectors : (n, d) array
        Row i belongs to word i; kept as float32.
    counts : (n,) int, optional
        How often each word was seen.
    subwords : Subwords, optional
        The n-grams that give unseen words a vector.
    outputs : (n_outputs, d) float32, optional
        The weights behind the vectors, by which a training goes on.
    classifier : Classifier, optional
        The labels of a supervised fastText model.
    provenance : mapping, optional
        What the vectors were made by, as JSON holds it.

    Raises
    ------
    ParameterError
        If there are not as many vectors, or counts, as words.

    Examples
    --------
    >>> vectors = WordVectors(["one", "two"], [[1.0, 0.0], [0.6, 0.8]])
    >>> vectors["two"].tolist() == [np.float32(0.6), np.float32(0.8)], "three" in vectors
    (True, False)
    """

    def __init__(
        self,
        words: Iterable[str],
        vectors: Any,
        *,
        counts: np.ndarray | None = None,
        subwords: Subwords | None = None,
        outputs: np.ndarray | None = None,
        classifier: Classifier | None = None,
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        self.words = words if isinstance(words, Terms) else Terms.of(words)
        array = np.asarray(vectors)
        if array.dtype != np.float32 or not array.flags.c_contiguous:
            array = np.ascontiguousarray(array, np.float32)
        if array.ndim != 2 or len(array) != len(self.words):
            raise ParameterError(
                f"there are {len(self.words)} words and vectors of shape {array.shape}: give one vector for each word"
            )
        self.vectors = array
        self.counts = None if counts is None else np.asarray(counts, np.int64)
        if self.counts is not None and self.counts.shape != (len(self.words),):
            raise ParameterError(f"there are {len(self.words)} words and {self.counts.size} counts: give one for each")
        self.subwords = subwords
        self.outputs = outputs
        self.classifier = classifier
        self.provenance = dict(provenance or {})

    @property
    def vector_size(self) -> int:
        """How many numbers a vector has."""
        return self.vectors.shape[1]

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each word; of a word that is there twice, the first. Built when first read."""
        return dict(zip(reversed(list(self.words)), range(len(self.words) - 1, -1, -1), strict=True))

    def __len__(self) -> int:
        return len(self.words)

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self.index

    def __getitem__(self, word: str | Sequence[str]) -> np.ndarray:
        """The vector of a word, (d,), or of several, (n, d); unseen words have one where there are sub-words.

        Raises
        ------
        UnknownWordError
            If there is none.
        """
        if isinstance(word, str):
            row = self.index.get(word)
            if row is not None:
                return self.vectors[row]
            if self.subwords is not None:
                return self.subwords.vector(word, None)
            raise UnknownWordError(f"{word!r} is not among the {len(self):,} words: try another spelling or case")
        return np.array([self[single] for single in word], np.float32).reshape(-1, self.vector_size)

    def __repr__(self) -> str:
        return f"<{len(self):,} words, vectors of {self.vector_size} numbers>"

    def save(self, path: str | os.PathLike[str], *, precision: str = "float32", force: bool = False) -> None:
        """Write a folder that `load`, and `nlpkit.load`, read."""
        from .vectors_folder import save_vectors

        save_vectors(self, path, precision=precision, force=force)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, mmap: bool = True) -> WordVectors:
        """Read a folder of word vectors, or of a model that has them."""
        from .vectors_folder import read_vectors

        return read_vectors(artifact.read(path), mmap=mmap)

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> WordVectors:
        """The vectors that `save` wrote."""
        from .vectors_folder import read_vectors

        return read_vectors(stored, mmap=True)
