"""Word vectors in a model folder: which arrays it has, and back."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from .. import artifact
from ..errors import ArtifactError
from ..text.terms import Terms
from .word_vectors import WordVectors

KINDS = ("word_vectors", "word2vec", "fasttext")


def stored_arrays(vectors: WordVectors, precision: str = "float32") -> dict[str, np.ndarray]:
    """The arrays of `nlpkit.artifact.save` for word vectors."""
    arrays: dict[str, Any] = {"vectors": vectors.vectors}
    if vectors.counts is not None:
        arrays["counts"] = vectors.counts
    if vectors.outputs is not None:
        arrays["outputs"] = vectors.outputs
    if vectors.subwords is not None:
        arrays |= {
            "word_rows": vectors.subwords.word_rows,
            "ngram_rows": vectors.subwords.ngram_rows,
            "ngram_buckets": vectors.subwords.buckets,
        }
    return arrays


def save_vectors(vectors: WordVectors, path: str | os.PathLike[str], *, precision: str, force: bool) -> None:
    """Write word vectors as a model folder of their own."""
    subwords = vectors.subwords
    artifact.save(
        path,
        kind="word_vectors",
        options={
            "precision": precision,
            "min_n": subwords.min_n if subwords else None,
            "max_n": subwords.max_n if subwords else None,
            "bucket": subwords.bucket if subwords else None,
        },
        arrays=stored_arrays(vectors, precision),
        files={"vocabulary.txt": vectors.words.lines()},
        provenance={"vectors": vectors.provenance},
        force=force,
    )


def read_vectors(stored: artifact.Artifact, *, mmap: bool = True) -> WordVectors:
    """Read the word vectors of a model folder."""
    from .subwords import Subwords

    if stored.kind not in KINDS:
        raise ArtifactError(f"{stored.path} holds a {stored.kind} model, expected word vectors: {', '.join(KINDS)}")
    arrays = stored.arrays
    words = Terms.from_lines(stored.file("vocabulary.txt"))
    subwords = None
    if "ngram_rows" in arrays:
        subwords = Subwords(
            min_n=stored.options["min_n"],
            max_n=stored.options["max_n"],
            bucket=stored.options["bucket"],
            word_rows=arrays["word_rows"],
            ngram_rows=arrays["ngram_rows"],
            buckets=arrays["ngram_buckets"],
        )
    return WordVectors(
        words,
        arrays["vectors"],
        counts=arrays.get("counts"),
        outputs=arrays.get("outputs"),
        subwords=subwords,
        provenance=stored.provenance.get("vectors"),
    )
