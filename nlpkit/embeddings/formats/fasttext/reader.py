"""fastText's own files: ``.bin`` and quantised ``.ftz``, of words or of labels, are read; `fasttext_writer` writes.

The layout: magic number and version; the settings; the dictionary, words first, then labels, each with its count; the
input rows, the words' and then one for each bucket of n-grams; the output rows. All numbers are little-endian.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.embeddings.formats.words import WordReading, decode
from nlpkit.embeddings.words.table import WordTable
from nlpkit.errors import InputError
from nlpkit.text.terms import Terms

from .header import ARCHITECTURES, LOSSES, OUR_NAMES, Dictionary, ModelFile, Settings
from .product_quantizer import read_quantized
from .writer import write

if TYPE_CHECKING:
    from nlpkit.embeddings.words.character_ngrams import CharacterNgrams

__all__ = ["read", "write"]


def read(path: str | os.PathLike[str], reading: WordReading) -> WordTable:
    """Read a fastText model: of version 11 or 12, or of the first releases; quantised or not.

    Parameters
    ----------
    path : str or path-like
        The file, ``.bin`` or ``.ftz``.
    reading : WordReading
        With a limit, the labels of a supervised model are left out. ``errors="backslashreplace"`` reads all words of
        files that are not UTF-8 throughout.

    Returns
    -------
    WordTable
        With the n-grams' rows where there are any, the output rows, and for a supervised model its classifier.

    Raises
    ------
    InputError
        If it is no fastText model, truncated or damaged, or a word can't be decoded.
    """
    with ModelFile(path) as file:
        try:
            return _read(file, reading)
        except MemoryError as error:
            raise InputError(
                f"{file.path}: there isn't enough memory for it: read fewer words, by nlpkit convert --limit (limit=)"
            ) from error


def _read(file: ModelFile, reading: WordReading) -> WordTable:
    from nlpkit.embeddings.words.classifier import Classifier

    version, settings = file.settings()
    dictionary = file.dictionary(version)
    n = reading.of(dictionary.words)
    names = _decode(file, dictionary, 0, n, reading)
    quantized = bool(version) and file.flag("whether the model is quantised")
    word_rows, ngram_rows = _read_inputs(file, settings, dictionary, n, quantized)
    quantized_outputs = bool(version) and file.flag("whether the output rows are quantised") and quantized
    outputs = _read_outputs(file, settings, dictionary, n, quantized_outputs)
    if file.offset != file.size:
        raise file.error(f"{file.size - file.offset:,} bytes follow the model: damaged")
    subwords = _subwords(file, settings, dictionary, word_rows, ngram_rows)
    raw = Terms(dictionary.entries.buffer, dictionary.entries.offsets[: n + 1])  # n-grams are hashed from the bytes
    classifier = None
    if settings.supervised and n == dictionary.words:
        labels = list(_decode(file, dictionary, n, n + dictionary.labels, reading))
        if settings.loss == 1 and dictionary.counts[n:].sum(dtype=np.float64) >= 1e15:
            raise file.error("the counts of its labels add up to more than 10^15: damaged")
        classifier = Classifier(
            labels,
            dictionary.counts[n:],
            outputs,
            loss=LOSSES[settings.loss],
            word_ngrams=settings.word_ngrams,
            first_release=version == 0,
        )
    counts = dictionary.counts[:n]
    vectors = WordTable(
        names,
        word_rows if subwords is None else subwords.compose(raw),
        counts=counts if counts.any() else None,
        subwords=subwords,
        outputs=None if settings.supervised or not outputs.any() else outputs,
        classifier=classifier,
        provenance=_provenance(settings, dictionary, version, quantized),
    )
    if settings.supervised and classifier is None:
        vectors.left_out = ("labels",)
    return vectors


def _read_inputs(
    file: ModelFile, settings: Settings, dictionary: Dictionary, n: int, quantized: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The first ``n`` words' rows, and the buckets' rows: none when nothing is hashed into them."""
    words, d = dictionary.words, settings.dim
    buckets = settings.bucket if dictionary.kept is None else len(dictionary.kept)
    if dictionary.kept is not None and not quantized:
        raise file.error(
            "buckets were removed from a model that isn't quantised: made by a faulty fastText, make it anew"
        )
    if quantized:
        matrix = read_quantized(file, (words + buckets, d), "the input rows")
        return matrix[:n].copy() if n < words else matrix[:n], matrix[words:]
    offset = file.offset
    rows, width = file.numbers("<2q", "the size of the input rows")
    if width != d or rows < words or (settings.uses_buckets and rows != words + buckets):
        found = f"{rows:,} input rows of {width:,} numbers"
        raise file.error(f"{found} for {words:,} words and {buckets:,} buckets, of {d:,}: damaged", offset)
    file.need(4 * rows * d, "the input rows")
    word_rows = file.array("<f4", (n, d), "the words' rows")
    file.skip(4 * (words - n) * d, "the words' rows")
    if settings.uses_buckets:
        return word_rows, file.array("<f4", (buckets, d), "the buckets' rows")
    file.skip(4 * (rows - words) * d, "the buckets' rows")
    return word_rows, np.zeros((0, d), np.float32)


def _read_outputs(file: ModelFile, settings: Settings, dictionary: Dictionary, n: int, quantized: bool) -> np.ndarray:
    expected, d = dictionary.labels if settings.supervised else dictionary.words, settings.dim
    if settings.supervised and expected == 0:
        raise file.error("a model for labels that has none: damaged")
    if quantized:
        return read_quantized(file, (expected, d), "the output rows")
    offset = file.offset
    rows, width = file.numbers("<2q", "the size of the output rows")
    if (rows, width) != (expected, d):
        found = f"{rows:,} output rows of {width:,} numbers"
        raise file.error(f"{found}, where {expected:,} of {d:,} are to be: damaged", offset)
    file.need(4 * rows * d, "the output rows")
    kept = rows if settings.supervised else n
    outputs = file.array("<f4", (kept, d), "the output rows")
    file.skip(4 * (rows - kept) * d, "the output rows")
    return outputs


def _subwords(
    file: ModelFile, settings: Settings, dictionary: Dictionary, word_rows: np.ndarray, ngram_rows: np.ndarray
) -> CharacterNgrams | None:
    from nlpkit.embeddings.words.character_ngrams import CharacterNgrams

    if not settings.uses_buckets:
        return None
    if dictionary.kept is None:
        buckets = np.arange(settings.bucket, dtype=np.int32)
    else:
        kept = dictionary.kept[np.argsort(dictionary.kept[:, 0])]
        numbers, rows = kept[:, 0], np.sort(kept[:, 1])
        in_order = (np.diff(numbers) > 0).all() and (numbers >= 0).all() and (numbers < settings.bucket).all()
        if not in_order or not np.array_equal(rows, np.arange(len(kept))):
            raise file.error("the list of buckets that were kept has doubles, or numbers that can't be: damaged")
        buckets, ngram_rows = np.ascontiguousarray(numbers), ngram_rows[kept[:, 1]]
    pruned = dictionary.kept is not None
    return CharacterNgrams(settings.minn, settings.maxn, settings.bucket, word_rows, ngram_rows, buckets, pruned)


def _decode(file: ModelFile, dictionary: Dictionary, first: int, last: int, reading: WordReading) -> Terms:
    offsets = dictionary.entries.offsets[first : last + 1]
    letters = dictionary.entries.buffer[offsets[0] : offsets[-1]]
    words, skipped = decode(letters, offsets - offsets[0], reading, lambda row: f"{file.path}, entry {first + row:,}")
    if skipped:
        raise InputError(
            f"{file.path}, entry {first + skipped[0]:,}: the word isn't {reading.encoding}, and words of a fastText"
            " model can't be left out: read it with --decode-errors replace (errors='replace')"
        )
    return words


def _provenance(settings: Settings, dictionary: Dictionary, version: int, quantized: bool) -> dict[str, Any]:
    """Return how the model was made, by nlpkit's names."""
    found: dict[str, Any] = {"format": "fasttext", "format_version": version, "quantized": quantized}
    found["tokens"] = dictionary.tokens
    found |= {"architecture": ARCHITECTURES[settings.model], "loss": LOSSES[settings.loss]}
    return found | {ours: getattr(settings, theirs) for theirs, ours in OUR_NAMES.items()}
