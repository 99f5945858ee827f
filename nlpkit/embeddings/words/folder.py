"""How word vectors are laid out in a model folder: ``vocabulary.txt``, and arrays of the same names for all kinds.

Arrays: ``vectors`` (n, d); ``counts`` (n,) and ``outputs`` (n_out, d) where they are known; with sub-words
``word_rows`` (n, d), ``ngram_rows`` (n_used, d), ``ngram_buckets`` (n_used,); with labels those of the classifier,
after ``classifier_``. Rows are float32; or float16; or int8, each row with a scale of its own in ``NAME_scale``: the
largest number of a row becomes ±127.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit import artifact
from nlpkit.errors import ArtifactError, NlpkitError, ParameterError
from nlpkit.registry import EMBEDDERS
from nlpkit.text.terms import Terms
from nlpkit.text.words import WORD_PATTERN

from .character_ngrams import CharacterNgrams
from .table import WordTable

if TYPE_CHECKING:
    from .classifier import Classifier

OPTIONS = ("precision", "min_n", "max_n", "bucket", "pruned", "classifier")
"""Options in a ``config.json`` of kind ``word_vectors``."""

_VOCABULARY = "vocabulary.txt"
_PRECISIONS = ("float32", "float16", "int8")
_SCALE = "_scale"
_CLASSIFIER = "classifier_"


def stored_arrays(vectors: WordTable, precision: str = "float32") -> dict[str, np.ndarray]:
    """Return the arrays that a folder holds of ``vectors``; its words are its ``vocabulary.txt``.

    Parameters
    ----------
    vectors : WordTable
        Vectors to store.
    precision : {"float32", "float16", "int8"}
        Precision of the rows. float16 keeps 3 digits and halves the folder; int8 keeps 2 and quarters it.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    ParameterError
        If there is no such precision.
    ArtifactError
        If a number is too large for float16, or isn't finite and is to become int8.
    """
    if precision not in _PRECISIONS:
        raise ParameterError(f"precision is {precision!r}: it has to be one of {', '.join(_PRECISIONS)}")
    arrays = _stored("vectors", vectors.vectors, precision)
    if vectors.counts is not None:
        arrays["counts"] = vectors.counts
    if vectors.outputs is not None:
        arrays |= _stored("outputs", vectors.outputs, precision)
    if vectors.subwords is not None:
        arrays |= _stored("word_rows", vectors.subwords.word_rows, precision)
        arrays |= _stored("ngram_rows", vectors.subwords.ngram_rows, precision)
        arrays["ngram_buckets"] = np.asarray(vectors.subwords.buckets, np.int32)
    if vectors.classifier is not None:
        arrays |= {f"{_CLASSIFIER}{name}": array for name, array in vectors.classifier.arrays().items()}
    return arrays


def save_vectors(vectors: WordTable, path: str | os.PathLike[str], *, precision: str, force: bool) -> None:
    """Write a folder of kind ``word_vectors``: see `WordVectors.save`."""
    subwords = vectors.subwords
    grams = {name: None if subwords is None else getattr(subwords, name) for name in OPTIONS[1:5]}
    artifact.save(
        path,
        kind="word_vectors",
        options={
            "precision": precision,
            **grams,
            "classifier": None if vectors.classifier is None else vectors.classifier.options(),
        },
        arrays=stored_arrays(vectors, precision),
        files={_VOCABULARY: vectors.words.lines()},
        provenance={"vectors": vectors.provenance},
        force=force,
    )


def read_vectors(stored: artifact.Artifact, *, mmap: bool = True) -> WordTable:
    """Read the word vectors of a folder of kind ``word_vectors``, ``word2vec`` or ``fasttext``.

    Parameters
    ----------
    stored : Artifact
        The folder, as `nlpkit.artifact.read` gives it.
    mmap : bool
        Map float32 rows into memory instead of reading them: they are read when they are looked at, and the file is not
        compared with its SHA-256. Rows of float16 or int8 are made float32 in memory.

    Returns
    -------
    WordTable

    Raises
    ------
    ArtifactError
        If the folder is of another kind, or damaged.
    """
    arrays = stored.mapped if mmap else stored.arrays
    if stored.kind != "word_vectors" and not (stored.kind in EMBEDDERS and "vectors" in arrays):
        raise ArtifactError(f"{stored.path} holds a {stored.kind} model: expected one with word vectors")
    try:
        words = Terms.from_lines(stored.file(_VOCABULARY))
        table = WordTable(
            words,
            _rows(arrays, "vectors"),
            counts=arrays.get("counts"),
            subwords=_subwords(stored.options, arrays, len(words)),
            outputs=_rows(arrays, "outputs") if "outputs" in arrays else None,
            classifier=_classifier(stored.options, arrays),
            provenance=stored.provenance.get("vectors"),
        )
        table.token_pattern = WORD_PATTERN if stored.format_version == 1 else None
        return table
    except (NlpkitError, ValueError, TypeError, KeyError) as error:
        known = isinstance(error, ArtifactError) and str(error).startswith(str(stored.path))
        text = str(error) if known else f"{stored.path}: is damaged ({error}): save the model again"
        raise ArtifactError(text) from error


def _subwords(options: Mapping[str, Any], arrays: Mapping[str, np.ndarray], n: int) -> CharacterNgrams | None:
    if "ngram_rows" not in arrays:
        return None
    own, ngrams, buckets = _rows(arrays, "word_rows"), _rows(arrays, "ngram_rows"), arrays["ngram_buckets"]
    if own.ndim != 2 or ngrams.ndim != 2 or own.shape[1] != ngrams.shape[1] or len(own) != n:
        raise ArtifactError("the rows of the sub-words don't fit the words")
    bucket = options["bucket"]
    if buckets.dtype != np.int32 or buckets.ndim != 1:
        raise ArtifactError("the buckets are no list of int32")
    subwords = CharacterNgrams(
        options["min_n"], options["max_n"], bucket, own, ngrams, buckets, pruned=bool(options.get("pruned"))
    )
    if len(buckets) and not (buckets[0] >= 0 and buckets[-1] < bucket and (buckets[1:] > buckets[:-1]).all()):
        raise ArtifactError("the buckets aren't ascending, or beyond their number")
    return subwords


def _classifier(options: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Classifier | None:
    if not options.get("classifier"):
        return None
    from .classifier import Classifier

    own = {name.removeprefix(_CLASSIFIER): array for name, array in arrays.items() if name.startswith(_CLASSIFIER)}
    return Classifier.from_arrays(own, options["classifier"])


def _stored(name: str, rows: np.ndarray, precision: str) -> dict[str, np.ndarray]:
    """Rows as they are stored, and for int8 the scale of each."""
    if precision == "float32":
        return {name: rows}
    if precision == "float16":
        with np.errstate(over="ignore"):
            half = rows.astype(np.float16)
        if (np.isinf(half) & np.isfinite(rows)).any():
            raise ArtifactError(f"{name} holds numbers above 65,504, too large for float16: choose another precision")
        return {name: half}
    largest = np.abs(rows).max(axis=1, initial=0)
    if not np.isfinite(largest).all():
        raise ArtifactError(f"{name} holds NaN or infinite numbers, which int8 can't: choose another precision")
    scale = np.asarray(largest / 127, np.float32)
    divisors = np.where(scale > 0, scale, 1)[:, np.newaxis]
    return {name: np.clip(np.rint(rows / divisors), -127, 127).astype(np.int8), name + _SCALE: scale}


def _rows(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    rows = arrays[name]
    if rows.dtype != np.int8:
        return rows.astype(np.float32, copy=False)
    scale = arrays[name + _SCALE]
    if rows.ndim != 2 or scale.shape != rows.shape[:1]:
        raise ArtifactError(f"{name} has {rows.shape} numbers and {scale.size} scales")
    return rows * scale[:, np.newaxis].astype(np.float32, copy=False)
