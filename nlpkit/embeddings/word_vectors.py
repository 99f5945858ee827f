"""WordVectors: words and their vectors, and what can be asked of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ParameterError
from nlpkit.index.nearest import unit_rows

from .words.folder import OPTIONS, read_vectors, save_vectors
from .words.queries import WordQueries

if TYPE_CHECKING:
    from .words.classifier import Classifier
    from .words.table import WordTable

_SPACE = re.compile("[ \n\r\t\v\f]+")


class WordVectors(WordQueries):
    """Words and their vectors.

    Parameters
    ----------
    words : iterable of str
        The words; of duplicates, the first is found.
    vectors : (n, d) float
        Row i belongs to word i. A float32 array in C order is kept as it is; others are copied.
    counts : (n,) int, optional
        Number of occurrences of each word; ``restrict`` expects the most frequent words first.
    subwords : CharacterNgrams, optional
        The character n-grams that give vectors to unseen words.
    outputs : (n_out, d) float, optional
        Weights of the output layer, to continue training from.
    classifier : Classifier, optional
        The labels of a supervised fastText model.
    provenance : mapping, optional
        How the vectors were made; saved with them.

    Raises
    ------
    ParameterError
        If ``vectors`` is not a matrix with one row per word, or a word is not a str.

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
    classifier: Classifier | None

    @classmethod
    def of(cls, table: WordTable) -> Self:
        """Make word vectors of a table; arrays are shared, not copied."""
        vectors = cls(
            table.words,
            table.vectors,
            counts=table.counts,
            subwords=table.subwords,
            outputs=table.outputs,
            classifier=table.classifier,
            provenance=table.provenance,
        )
        vectors.left_out, vectors.rows_left_out = table.left_out, table.rows_left_out
        vectors.token_pattern = table.token_pattern
        return vectors

    def __repr__(self) -> str:
        also = "" if self.subwords is None else " and sub-words"
        return f"<WordVectors of {len(self):,} words{also}, {self.vector_size} numbers each>"

    def sentence_vector(self, text: str) -> np.ndarray:
        """Compute a text's vector by fastText's rule.

        The text is split at ASCII white space. The result is the mean of its words' vectors, each divided by its
        length; zero vectors, and words without a vector, are left out. For a supervised model it is the mean of the
        line's features.

        Parameters
        ----------
        text : str
            A text; for a supervised model one line.

        Returns
        -------
        (vector_size,) float32
            Zeros if no word has a vector.
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
        """Predict the most probable labels of each text, with the vectors of a supervised fastText model.

        Parameters
        ----------
        texts : iterable of str
            One line of text each.
        k : int
            How many labels, at most; -1 for all.
        threshold : float
            Minimum probability of a label.

        Returns
        -------
        labels : list of list of str
            For each text, the most probable first.
        probabilities : list of (n,) float32
            Probabilities of the labels.

        Raises
        ------
        ParameterError
            If the model has no labels, or a parameter has an invalid value.
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
            Precision of the stored rows: float16 halves the folder, int8 (with a scale for each row) quarters it.
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
            Memory-map float32 rows: the folder opens at once, rows are read on access, and processes share them. False
            reads all rows and checks the file's SHA-256.

        Raises
        ------
        ArtifactError
            If the folder is not one of these, or is damaged.
        """
        return cls.of(read_vectors(artifact.read(path), mmap=mmap))

    @classmethod
    def from_artifact(cls, stored: artifact.Artifact) -> WordVectors:
        """The vectors that `save` wrote, checked and in memory."""
        return cls.of(read_vectors(stored, mmap=False))

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        format: str = "auto",
        limit: int | None = None,
        encoding: str = "utf-8",
        errors: str = "strict",
        on_bad: str = "error",
    ) -> WordVectors:
        """Read word vectors of any format: see `nlpkit.embeddings.formats.read`."""
        from . import formats

        return formats.read(path, format=format, limit=limit, encoding=encoding, errors=errors, on_bad=on_bad)

    def write(self, path: str | os.PathLike[str], format: str | None = None, join: str | None = None) -> None:
        """Write them in any format; default: that of the path's suffix. See `nlpkit.embeddings.formats.write`."""
        from . import formats

        formats.write(self, path, format=format, join=join)

    def to_gensim(self) -> Any:
        """Return gensim's ``KeyedVectors`` of them: see `nlpkit.embeddings.words.gensim_vectors`."""
        from .words.gensim_vectors import to_gensim

        return to_gensim(self)

    @classmethod
    def from_gensim(cls, keyed: Any) -> WordVectors:
        """Take them from gensim's ``KeyedVectors``: see `nlpkit.embeddings.words.gensim_vectors`."""
        from .words.gensim_vectors import from_gensim

        return cls.of(from_gensim(keyed))
