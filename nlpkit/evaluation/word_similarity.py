r"""Word similarity: correlation of cosines with human judgements.

Source: Spearman's rank correlation between human judgements and cosines, as in Finkelstein et al. 2002 (WordSim-353),
Hill et al. 2015 (SimLex-999), Bruni et al. 2014 (MEN) and Luong et al. 2013 (Rare Words). Case, vocabulary, unknown
words and arithmetic follow gensim's ``KeyedVectors.evaluate_word_pairs``, with the same scores. Omitted: p-values.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from nlpkit.errors import InputError, ParameterError, UnknownWordError

from .known_words import StrPath, check_restriction, key_of, read_text, rows_of, signature_of

if TYPE_CHECKING:
    from nlpkit.embeddings.word_vectors import WordVectors

Pair = tuple[str, str, float]


@dataclass(frozen=True, kw_only=True)
class SimilarityScore:
    """Agreement of word vectors with human judgements of similarity.

    Attributes
    ----------
    spearman, pearson : float
        Correlations of cosines and judgements, from -1 to 1; NaN if either is constant.
    pairs : int
        Number of pairs in the correlation.
    out_of_vocabulary : int
        Number of pairs with an unknown word.
    signature : str
        Metric, data and method.
    """

    spearman: float
    pearson: float
    pairs: int
    out_of_vocabulary: int
    signature: str


def word_similarity(
    vectors: WordVectors,
    pairs: StrPath | Iterable[Pair],
    *,
    restrict_vocab: int | None = 300_000,
    case_insensitive: bool = True,
    dummy4unknown: bool = False,
    subwords: bool = False,
) -> SimilarityScore:
    """Correlate the cosines of word pairs with human judgements.

    Parameters
    ----------
    vectors : WordVectors
        Words and their vectors, most frequent first.
    pairs : path or iterable of (word, word, score)
        The judgements. A file has one pair per line, ``word<TAB>word<TAB>score``; lines that begin with ``#``, and
        other lines, are skipped.
    restrict_vocab : int or None, default=300_000
        Number of words, from the first on, that are known; None: all.
    case_insensitive : bool, default=True
        Compare words in upper case; the first (most frequent) spelling is used.
    dummy4unknown : bool, default=False
        Give pairs with an unknown word the similarity 0 instead of skipping them.
    subwords : bool, default=False
        Compute vectors of unknown words from their subwords, if the vectors have them (of the lower-cased words if
        ``case_insensitive``). False skips these pairs, as gensim does for its FastText vectors too.

    Returns
    -------
    SimilarityScore

    Raises
    ------
    InputError
        If the file cannot be read, or fewer than two pairs remain.
    ParameterError
        If a parameter has an invalid value.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.embeddings.word_vectors import WordVectors
    >>> vectors = WordVectors(["cat", "dog", "car"], np.array([[1, 0], [0.9, 0.1], [0, 1]], np.float32))
    >>> score = word_similarity(vectors, [("cat", "dog", 8.0), ("dog", "car", 1.5), ("Cat", "car", 2.0)])
    >>> round(score.spearman, 2), score.pairs
    (0.5, 3)
    """
    check_restriction(restrict_vocab)
    judged, data = _judgements(pairs)
    compose = subwords and getattr(vectors, "subwords", None) is not None
    wanted = {key_of(word, case_insensitive) for first, second, _ in judged for word in (first, second)}
    rows = {key: found[0] for key, found in rows_of(vectors.words, wanted, restrict_vocab, case_insensitive).items()}
    units: dict[str, np.ndarray] = {}

    def unit(word: str, key: str) -> np.ndarray:
        if key not in units:
            unseen = word.lower() if case_insensitive else word
            try:
                units[key] = _unit(vectors.vectors[rows[key]] if key in rows else vectors[unseen])
            except UnknownWordError:  # none of its sub-words is known either
                units[key] = np.zeros(vectors.vectors.shape[1], np.float32)
        return units[key]

    gold: list[float] = []
    found: list[float] = []
    unknown = 0
    for first, second, score in judged:
        keys = key_of(first, case_insensitive), key_of(second, case_insensitive)
        known = keys[0] in rows and keys[1] in rows
        unknown += not known
        if known or compose:
            found.append(float(np.dot(unit(first, keys[0]), unit(second, keys[1]))))
        elif dummy4unknown:
            found.append(0.0)
        else:
            continue
        gold.append(score)
    if len(gold) < 2:
        raise InputError(
            f"{len(gold)} of the {len(judged)} pairs of {data} have words that the vectors know, and a correlation"
            " needs 2: give tab-separated lines of word, word, score in the language of the vectors"
        )
    options = {
        "case": "insensitive" if case_insensitive else "sensitive",
        "vocabulary": "all" if restrict_vocab is None else restrict_vocab,
        "unknown": "subwords" if compose else "zero" if dummy4unknown else "skipped",
    }
    x, y = np.array(gold), np.array(found)
    return SimilarityScore(
        spearman=correlation(ranks(x), ranks(y)) if np.isfinite([x, y]).all() else float("nan"),
        pearson=correlation(x, y),
        pairs=len(gold),
        out_of_vocabulary=unknown,
        signature=signature_of("spearman+pearson of cosines", data, options),
    )


def _judgements(pairs: StrPath | Iterable[Pair]) -> tuple[list[Pair], str]:
    if isinstance(pairs, str | PathLike):
        text, data = read_text(pairs, "word pairs")
        return list(_pairs_in(text)), data
    try:
        judged = [(str(first), str(second), float(score)) for first, second, score in pairs]
    except (TypeError, ValueError) as error:
        raise ParameterError("pairs holds something else than (word, word, score): give triples, or a path") from error
    return judged, "given pairs"


def _pairs_in(text: str) -> Iterable[Pair]:
    for line in io.StringIO(text, newline=None):
        fields = line.split("\t")
        if line.startswith("#") or len(fields) != 3:
            continue
        try:
            yield fields[0], fields[1], float(fields[2])
        except ValueError:
            continue


def _unit(vector: np.ndarray) -> np.ndarray:
    """Return the vector scaled to length 1, with the length in float64; a zero vector is unchanged."""
    wide = vector.astype(np.float64)
    length = np.sqrt(np.dot(wide, wide))
    return (wide * (1.0 / length)).astype(np.float32) if length > 0 else vector.astype(np.float32)


def ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks from 1; equal values share their mean rank: (n,) float64.

    Examples
    --------
    >>> import numpy as np
    >>> ranks(np.array([0.5, 0.1, 0.5]))
    array([2.5, 1. , 2.5])
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[place]


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return Pearson's correlation of two (n,) arrays; NaN if one is constant."""
    x, y = x - x.mean(), y - y.mean()
    scale = np.sqrt(np.dot(x, x) * np.dot(y, y))
    return float(np.clip(np.dot(x, y) / scale, -1, 1)) if scale > 0 else float("nan")
