"""nlpkit's own folders, of word vectors and of trained Word2Vec and FastText models; rows are mapped into memory."""

from __future__ import annotations

import os
from dataclasses import replace

from nlpkit.artifact.reading import read as read_artifact
from nlpkit.embeddings.words.folder import read_vectors, save_vectors
from nlpkit.embeddings.words.table import WordTable

from .words import WordReading


def read(path: str | os.PathLike[str], reading: WordReading) -> WordTable:
    """Read a folder that `WordVectors.save`, `Word2Vec.save` or `FastText.save` wrote.

    Parameters
    ----------
    path : str or path-like
    reading : WordReading
        With a limit, output weights and labels are left out. The encoding is not needed: a folder's words are UTF-8.

    Returns
    -------
    WordTable

    Raises
    ------
    ArtifactError
        If nlpkit didn't write the folder, it is of another kind, or damaged.
    """
    whole = read_vectors(read_artifact(path), mmap=True)
    n = reading.of(len(whole))
    if n == len(whole):
        return whole
    subwords = whole.subwords and replace(whole.subwords, word_rows=whole.subwords.word_rows[:n])
    counts = None if whole.counts is None else whole.counts[:n]
    vectors = WordTable(whole.words.first(n), whole.vectors[:n], counts=counts, subwords=subwords)
    had = {"labels": whole.classifier, "output weights": whole.outputs}
    vectors.left_out = tuple(name for name, part in had.items() if part is not None)
    return vectors


def write(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write a folder; see `WordVectors.save`."""
    save_vectors(vectors, path, precision="float32", force=False)
