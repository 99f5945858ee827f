"""nlpkit's own folders, of word vectors and of trained Word2Vec and FastText models; rows are mapped into memory."""

from __future__ import annotations

import os
from dataclasses import replace

from nlpkit.artifact.reading import read as read_artifact
from nlpkit.embeddings.words.folder import read_vectors, save_vectors
from nlpkit.embeddings.words.table import WordTable

from .words import check_encoding, check_limit


def read(
    path: str | os.PathLike[str], *, limit: int | None = None, encoding: str = "utf-8", errors: str = "strict"
) -> WordTable:
    """Read a folder that `WordVectors.save`, `Word2Vec.save` or `FastText.save` wrote.

    Parameters
    ----------
    path : str or path-like
    limit : int, optional
        Take the first ``limit`` words, with their counts and n-grams; output weights and labels are left out then.
    encoding, errors : str
        Checked and not needed: a folder's words are UTF-8.

    Returns
    -------
    WordTable

    Raises
    ------
    ArtifactError
        If nlpkit didn't write the folder, it is of another kind, or damaged.
    ParameterError
        If ``limit``, ``encoding`` or ``errors`` can't be.
    """
    check_limit(limit)
    check_encoding(encoding, errors)
    whole = read_vectors(read_artifact(path), mmap=True)
    if limit is None or limit >= len(whole):
        return whole
    words = type(whole.words)(whole.words.buffer, whole.words.offsets[: limit + 1])
    subwords = whole.subwords and replace(whole.subwords, word_rows=whole.subwords.word_rows[:limit])
    counts = None if whole.counts is None else whole.counts[:limit]
    vectors = WordTable(words, whole.vectors[:limit], counts=counts, subwords=subwords)
    had = {"labels": whole.classifier, "output weights": whole.outputs}
    vectors.left_out = tuple(name for name, part in had.items() if part is not None)
    return vectors


def write(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write a folder; see `WordVectors.save`."""
    save_vectors(vectors, path, precision="float32", force=False)
