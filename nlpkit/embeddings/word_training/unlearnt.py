"""What a training can't have learnt: texts without two words side by side, no example at all, vectors that diverged."""

from __future__ import annotations

import warnings

import numpy as np

from nlpkit.embeddings.word_vectors import WordVectors
from nlpkit.errors import DivergedError, TrainingWarning

from .corpus import WordCorpus
from .options import WordTrainingOptions
from .rare_words import RareWords

LONGEST = 1e3
"""Lengths of vectors above this tell that a training diverged: those of a good one are below 100."""

_BLOCK = 1 << 22


def has_pairs(corpus: WordCorpus, min_count: int) -> bool:
    """Return whether a text has two words side by side, from which vectors are learnt; warn if none has."""
    if _has_neighbours(corpus.ids):
        return True
    counted = ""
    if len(corpus.rare):
        counted = f"; {len(corpus.rare):,} words are not in it, because they were not seen min_count={min_count} times"
    _warn(
        "nothing is learnt, new vectors are random: no text has two words of the vocabulary side by side"
        f"{counted}; give longer texts, such as a sentence a line, or lower min_count (--min-count)"
    )
    return False


def warn_of_few_words(counted: RareWords, min_count: int) -> None:
    """Warn that there is no vocabulary yet."""
    _warn(
        f"nothing is learnt yet: fewer than two words were seen min_count={min_count} times; {len(counted):,} words"
        " are counted: give more texts, or lower min_count (--min-count)"
    )


def check_learnt(vectors: WordVectors, has_learnt: bool, options: WordTrainingOptions) -> None:
    """Warn if a training had no example, or its vectors are so long that it diverged.

    Parameters
    ----------
    vectors : WordVectors
    has_learnt : bool
        Whether it had an example: a pair of words, or a window.
    options : WordTrainingOptions

    Raises
    ------
    DivergedError
        If a vector has numbers that aren't finite.
    """
    if not has_learnt:
        _warn(
            f"nothing was learnt, new vectors are random: sample={options.sample:g} (--sample) left out too many words,"
            " no two stood side by side: raise it, set it to 0 to keep all words, or give more text"
        )
        return
    rows = vectors.vectors
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    longest = int(np.argmax(lengths))
    lower = f"lower alpha (--alpha), which is {options.alpha:g}"
    if not np.isfinite(lengths[longest]):
        raise DivergedError(f"the training diverged, {vectors.words[longest]!r} has no finite vector: {lower}")
    if lengths[longest] > LONGEST:
        _warn(
            f"the training diverged, the vector of {vectors.words[longest]!r} has the length {lengths[longest]:.3g}"
            f" (expected less than 100): {lower}"
        )


def _has_neighbours(ids: np.ndarray) -> bool:
    for first in range(0, len(ids), _BLOCK):
        words = ids[first : first + _BLOCK + 1] >= 0
        if (words[:-1] & words[1:]).any():
            return True
    return False


def _warn(message: str) -> None:
    warnings.warn(message, TrainingWarning, stacklevel=2)
