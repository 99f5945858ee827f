"""WordVectors: words and their vectors, and what can be asked of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ParameterError
from nlpkit.text.terms import Terms

from .near_spellings import unknown_word
from .nearest import unit_rows
from .vectors_folder import OPTIONS, read_vectors, save_vectors
from .word_queries import WordQueries

if TYPE_CHECKING:
    from .classifier import Classifier
    from .subwords import Subwords

_SPACE = re.compile("[ \n\r\t\v\f]+")


class WordVectors(WordQueries):
    """Words and their vectors.

    Parameters
    ----------
    words : iterable of str
        The words. Where one is there twice, the first is found.
    vectors : (n, d) float
        Row i belongs to word i. A float32 array in C order is kept as it is; others are copied.
    counts : (n,) int, optional
        How often each word was seen; the most frequent is then the first.
    subwords : Subwords, optional
        The character n-grams that give vectors to unseen words.
    outputs : (n_out, d) float, optional
        The weights from the hidden layer to the output, where training goes on from them.
    classifier : Classifier, optional
        The labels of a supervised fastText model.
    provenance : mapping, optional
        What is known of how they were made; it is saved too.

    Raises
    ------
    ParameterError
        If the numbers are no matrix of a row for each word, or a word is no str.

    Examples
    --------
    >>> rows = np.array([[1, 0.1], [1, 0], [0, 1]])
    >>> vectors = WordVectors(["king", "queen", "apple"], rows)
    >>> vectors.most_similar("king", k=1)
    [('queen', 0.9950371900631851)]
    >>> "apple" in vectors, vectors["apple"]
    (True, array([0., 1.], dtype=float32))
    """

    stored_options = OPTIONS
    left_out: tuple[str, ...] = ()
    """What reading with a limit left out: "labels", "output weights"."""

    def __init__(
        self,
        words: Iterable[str] | Terms,
        vectors: np.ndarray,
        *,
        counts: np.ndarray | None = None,
        subwords: Subwords | None = None,
        outputs: np.ndarray | None = None,
        classifier: Classifier | None = None,
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
            If there is no such word, and there are no sub-words.
        ParameterError
            If it is no str and no list of such.
        """
        if isinstance(word, str):
            return self._vector(word)
        if not isinstance(word, Iterable) or (isinstance(word, np.ndarray) and word.ndim == 0):
            raise ParameterError(f"a word is {type(word).__name__}: expected str, or a list of words")
        return np.array([self._vector(each) for each in word], np.float32).reshape(-1, self.vector_size)

    def __repr__(self) -> str:
        also = "" if self.subwords is None else " and sub-words"
        return f"<WordVectors of {len(self):,} words{also}, {self.vector_size} numbers each>"

    def sentence_vector(self, text: str) -> np.ndarray:
        """Compute a text's vector by fastText's rule.

        It is the mean of the directions of its words, which white space (ASCII) parts: each vector is divided by its
        length; those of zeros, and words without a vector, are left out. For a supervised model it is the mean of the
        line's features.

        Parameters
        ----------
        text : str
            A text; for a supervised model one line.

        Returns
        -------
        (vector_size,) float32
            Zeros when nothing in it has a vector.
        """
        if self.classifier is not None:
            return self.classifier.sentence_vector(self, text)
        words = [word for word in _SPACE.split(text) if word and self._has_vector(word)]
        units = unit_rows(self[words])
        units = units[units.any(axis=1)]
        return units.mean(axis=0).astype(np.float32) if len(units) else np.zeros(self.vector_size, np.float32)

    def predict(
        self, texts: Iterable[str], k: int = 1, threshold: float = 0.0
    ) -> tuple[list[list[str]], list[np.ndarray]]:
        """Tell the most probable labels of each text, where the vectors are a supervised fastText model's.

        Parameters
        ----------
        texts : iterable of str
            One line of text each.
        k : int
            How many labels, at most; -1 for all.
        threshold : float
            Labels less probable are left out.

        Returns
        -------
        labels : list of list of str
            For each text, the most probable first.
        probabilities : list of (n,) float32
            Theirs.

        Raises
        ------
        ParameterError
            If the model has no labels, or a parameter has a value that can't be.
        """
        if self.classifier is None:
            raise ParameterError("these vectors have no labels to predict: read a supervised fastText model")
        return self.classifier.predict(self, texts, k, threshold)

    def save(self, path: str | os.PathLike[str], *, precision: str = "float32", force: bool = False) -> None:
        """Write a folder that `load`, and `nlpkit.load`, read.

        Parameters
        ----------
        path : str or path-like
            The folder to make.
        precision : {"float32", "float16", "int8"}
            Of the stored rows: float16 halves the folder, int8 (with a scale for each row) quarters it.
        force : bool
            Replace a folder that nlpkit wrote before.

        Raises
        ------
        ParameterError, ArtifactError
            If there is no such precision, or a number doesn't fit it.
        OutputError
            If the folder exists, or can't be written.
        """
        save_vectors(self, path, precision=precision, force=force)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, mmap: bool = True) -> WordVectors:
        """Read the words and vectors of a folder that nlpkit saved: word vectors, Word2Vec or FastText.

        Parameters
        ----------
        path : str or path-like
            The folder.
        mmap : bool
            Map float32 rows into memory: the folder opens at once, rows are read when they are looked at, and processes
            share them. False reads all, and compares the file with its SHA-256.

        Raises
        ------
        ArtifactError
            If it is no such folder, or damaged.
        """
        return read_vectors(artifact.read(path), mmap=mmap)

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> WordVectors:
        """The vectors that `save` wrote, checked and in memory."""
        return read_vectors(stored, mmap=False)

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        format: str = "auto",
        limit: int | None = None,
        encoding: str = "utf-8",
        errors: str = "strict",
    ) -> WordVectors:
        """Read word vectors of any format: see `nlpkit.embeddings.formats.read`."""
        from . import formats

        return formats.read(path, format=format, limit=limit, encoding=encoding, errors=errors)

    def write(self, path: str | os.PathLike[str], format: str | None = None) -> None:
        """Write them in any format, that of the path's suffix unless told: see `nlpkit.embeddings.formats.write`."""
        from . import formats

        formats.write(self, path, format=format)

    def to_gensim(self) -> Any:
        """Return gensim's ``KeyedVectors`` of them: see `nlpkit.embeddings.gensim_vectors`."""
        from .gensim_vectors import to_gensim

        return to_gensim(self)

    @classmethod
    def from_gensim(cls, keyed: Any) -> WordVectors:
        """Take them from gensim's ``KeyedVectors``: see `nlpkit.embeddings.gensim_vectors`."""
        from .gensim_vectors import from_gensim

        return from_gensim(keyed)

    def _has_vector(self, word: str) -> bool:
        return word in self.index or self.subwords is not None

    def _vector(self, word: str) -> np.ndarray:
        if not isinstance(word, str):
            raise ParameterError(f"a word is {type(word).__name__}: expected str")
        row = self.index.get(word)
        if row is not None:
            return np.array(self.vectors[row])
        if self.subwords is None:
            raise unknown_word(word, self.index)
        return self.subwords.vector(word, None)


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
