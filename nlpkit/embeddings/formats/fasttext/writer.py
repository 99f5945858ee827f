"""fastText's ``.bin``, version 12, as its own program writes it for models without labels."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from nlpkit.embeddings.formats.words import check_no_nul, check_words
from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import OutputError
from nlpkit.outputs.files import PendingFile, output_errors
from nlpkit.text.terms import Terms

from .header import ARCHITECTURES, LOSSES, MAGIC, OUR_NAMES, VERSION, Settings

if TYPE_CHECKING:
    from nlpkit.embeddings.words.character_ngrams import CharacterNgrams

_BLOCK = 1 << 14


def write(vectors: WordTable, path: str | os.PathLike[str]) -> None:
    """Write word vectors as a fastText model of version 12, with their n-grams' rows where there are any.

    The file has a row for each bucket, of zeros for those not in use: (words + buckets) × dimensions × 4 bytes, and
    as many again for the words' output rows. Counts that aren't known are written as 0.

    Parameters
    ----------
    vectors : WordTable
        Words that are no sub-words' means, or whose sub-words' rows are there.
    path : str or path-like
        Where to.

    Raises
    ------
    OutputError
        If the file can't be written there, a word is empty or has white space in it, or the model has labels.
    """
    terms = vectors.words if isinstance(vectors.words, Terms) else Terms.of(vectors.words)
    _check_model(vectors, terms, path)
    subwords = vectors.subwords
    settings = _settings(vectors)
    n, d = len(terms), settings.dim
    counts = np.zeros(n, np.int64) if vectors.counts is None else np.asarray(vectors.counts, np.int64)
    rows = vectors.vectors if subwords is None else subwords.word_rows
    outputs = np.zeros((0, d), np.float32) if vectors.outputs is None else vectors.outputs[:n]
    size = 4 * d * (2 * n + settings.bucket) + int(terms.offsets[-1]) + 10 * n + 200
    with output_errors(path):
        pending = PendingFile(path)
        with pending as file:
            _check_room(pending, size, path)
            file.write(struct.pack("<2i", MAGIC, VERSION) + settings.packed())
            file.write(struct.pack("<3i2q", n, n, 0, _tokens(vectors, counts), -1))
            for first in range(0, n, _BLOCK):
                words = zip(terms[first : first + _BLOCK], counts[first : first + _BLOCK].tolist(), strict=True)
                file.write(b"".join(word.encode() + struct.pack("<Bqb", 0, count, 0) for word, count in words))
            file.write(struct.pack("<B2q", 0, n + settings.bucket, d))
            _write_rows(file, rows, n)
            if subwords is not None and settings.bucket:
                _write_buckets(file, subwords, d)
            file.write(struct.pack("<B2q", 0, n, d))
            _write_rows(file, outputs, n)


def _settings(vectors: WordTable) -> Settings:
    """Return the settings to write: those in the vectors' provenance, and fastText's defaults."""
    told: dict[str, Any] = dict(vectors.provenance or {})
    for nested in ("options", "parameters"):
        if isinstance(told.get(nested), Mapping):
            told = {**told[nested], **told}
    fields: dict[str, Any] = {}
    for theirs, ours in OUR_NAMES.items():
        value = told.get(ours)
        most = 1 << (31 if ours == "min_count" else 20)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < most:
            fields[theirs] = float(value) if theirs == "t" else int(value)
    numbers = {name: number for table in (ARCHITECTURES, LOSSES) for number, name in table.items()}
    if told.get("architecture") in ("cbow", "skipgram"):
        fields["model"] = numbers[told["architecture"]]
    if told.get("loss") in ("negative_sampling", "hierarchical_softmax"):
        fields["loss"] = numbers[told["loss"]]
    subwords = vectors.subwords
    if subwords is not None and subwords.bucket and subwords.max_n:
        fields |= {"minn": subwords.min_n, "maxn": subwords.max_n, "bucket": subwords.bucket}
    return Settings(dim=int(vectors.vector_size), **fields)


def _tokens(vectors: WordTable, counts: np.ndarray) -> int:
    """How many words the training text had: as many as were counted, and more where the provenance says so."""
    told = dict(vectors.provenance or {}).get("tokens")
    known = int(counts.sum())
    return max(known, int(told)) if isinstance(told, int) and known and told < 1 << 62 else known


def _check_model(vectors: WordTable, terms: Terms, path: str | os.PathLike[str]) -> None:
    """Raise OutputError if it has what the file can't hold."""
    name = os.fspath(path)
    if vectors.classifier is not None or (vectors.subwords is not None and vectors.subwords.pruned):
        raise OutputError(f"{name}: models with labels can't be written as fastText's .bin: write a folder")
    if not len(terms):
        raise OutputError(f"{name}: there are no words, and a fastText model has one at least")
    check_words(terms, Path(name), "a fastText model")
    check_no_nul(terms, Path(name))


def _check_room(pending: PendingFile, size: int, path: str | os.PathLike[str]) -> None:
    """Raise OutputError if the disk hasn't room for ``size`` bytes."""
    if pending.path.is_file() or not pending.path.exists():
        free = shutil.disk_usage(pending.path.parent).free
        if size > free:
            raise OutputError(f"{os.fspath(path)}: takes {size:,} bytes, and {free:,} are free: name another disk")


def _write_rows(file: IO[bytes], rows: np.ndarray, n: int) -> None:
    """Write ``n`` rows, a block at a time; those that aren't there are zeros."""
    for first in range(0, n, _BLOCK):
        block = np.zeros((min(_BLOCK, n - first), rows.shape[1]), "<f4")
        some = rows[first : first + _BLOCK]
        block[: len(some)] = some
        file.write(block.data)


def _write_buckets(file: IO[bytes], subwords: CharacterNgrams, width: int) -> None:
    """Write a row for every bucket, a block at a time; zeros for those not in use."""
    for first in range(0, subwords.bucket, _BLOCK):
        last = min(first + _BLOCK, subwords.bucket)
        block = np.zeros((last - first, width), "<f4")
        start, end = np.searchsorted(subwords.buckets, [first, last])
        block[np.asarray(subwords.buckets[start:end]) - first] = subwords.ngram_rows[start:end]
        file.write(block.data)
