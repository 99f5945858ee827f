"""Vector offsets: finds the analogy questions whose expected word is the answer of 3CosAdd.

Source: Mikolov et al. 2013, "Linguistic regularities in continuous space word representations": the answer to a : b ::
c : ? is the word, other than these three, whose vector has the highest cosine with b + c - a, each normalised.

All questions are computed in blocks of one matrix product, keeping only maxima. A question is recomputed alone, with
the steps of gensim's ``most_similar``, if the expected word and its best rival differ by less than the rounding of
float32, or if a value is not a number. Ties are then broken as in gensim.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_QUESTIONS, _WORDS = 2048, 1024  # per block
_NEAREST = 5  # number of answers that gensim considers


def answered(vectors: np.ndarray, keys: Sequence[Sequence[str]], rows: dict[str, list[int]]) -> np.ndarray:
    """Return whether each question is answered correctly.

    Parameters
    ----------
    vectors : (n, d) float32
        Vectors of the candidate answers.
    keys : sequence of (a, b, c, expected)
        Questions whose words all have rows.
    rows : dict of str to list of int
        Rows of each key: first the row of the word, then those of its other spellings.

    Returns
    -------
    (n_questions,) bool
    """
    right = np.zeros(len(keys), bool)
    with np.errstate(all="ignore"):
        norms = np.linalg.norm(vectors, axis=1)
        unusual = ~((norms > 1e-15) & (norms < 1e15))
        if np.isfinite(vectors[unusual]).all(axis=1).any() and vectors[unusual].any():
            alone = np.arange(len(keys))  # lengths beyond float32's squares
        else:
            alone = _in_blocks(vectors, norms, unusual, keys, rows, right)
        for i in alone.tolist():
            right[i] = _alone(vectors, norms, keys[i], rows)
    return right


def _in_blocks(
    vectors: np.ndarray,
    norms: np.ndarray,
    never: np.ndarray,
    keys: Sequence[Sequence[str]],
    rows: dict[str, list[int]],
    right: np.ndarray,
) -> np.ndarray:
    """Set ``right`` for the unambiguous questions, and return the numbers of the others."""
    units = vectors / norms[:, np.newaxis]
    asked_rows = np.array([[rows[key][0] for key in question[:3]] for question in keys], np.int64).reshape(-1, 3)
    sought = units[asked_rows[:, 1]] + units[asked_rows[:, 2]] - units[asked_rows[:, 0]]
    sought /= np.linalg.norm(sought, axis=1)[:, np.newaxis]
    # Two cosines, each rounded twice: four times the bound of a dot product, plus the rounding of the scaling.
    margin = (4 * vectors.shape[1] + 64) * 2.0**-24
    unclear = np.zeros(len(keys), bool)
    for start in range(0, len(keys), _QUESTIONS):
        part = slice(start, min(start + _QUESTIONS, len(keys)))
        hidden: list[tuple[int, int]] = []
        expected: list[tuple[int, int]] = []
        for i, (*question, answer) in enumerate(keys[part]):
            ignored = {row for key in question for row in rows[key]}
            hidden.extend((row, i) for row in ignored)
            expected.extend((row, i) for row in rows[answer] if row not in ignored)
            # All answers that gensim considers may be other spellings of the three words.
            unclear[start + i] = len(ignored.difference(asked_rows[start + i].tolist())) >= _NEAREST
        best, rival = _maxima(units, never, sought[part], hidden, expected)
        right[part] = best > rival
        unclear[part] |= ~(np.abs(best - rival) > margin)
    return np.flatnonzero(unclear)


def _maxima(
    units: np.ndarray,
    never: np.ndarray,
    sought: np.ndarray,
    hidden: list[tuple[int, int]],
    expected: list[tuple[int, int]],
) -> tuple[np.ndarray, np.ndarray]:
    """Return each question's highest cosine with its ``expected`` rows, and with all rows except these and ``hidden``.

    ``hidden`` and ``expected`` are pairs of a row and a question number. Both results: (n_questions,) float32.
    """
    best = np.full(len(sought), -np.inf, np.float32)
    rival = best.copy()
    wanted = np.array(sorted(expected), np.int64).reshape(-1, 2)
    closed = np.array(sorted(hidden + expected), np.int64).reshape(-1, 2)
    products = np.empty((len(sought), _WORDS), np.float32)
    for first in range(0, len(units), _WORDS):
        block = units[first : first + _WORDS]
        cosines = np.matmul(sought, block.T, out=products[:, : len(block)])
        zeros = never[first : first + _WORDS]
        if zeros.any():
            cosines[:, zeros] = -np.inf
        row, question = _between(wanted, first)
        np.maximum.at(best, question, cosines[question, row])
        row, question = _between(closed, first)
        cosines[question, row] = -np.inf
        np.maximum(rival, cosines.max(axis=1), out=rival)
    return best, rival


def _between(pairs: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows, counted from ``first``, and the questions of the pairs whose rows are in one block."""
    start, end = np.searchsorted(pairs[:, 0], [first, first + _WORDS])
    return pairs[start:end, 0] - first, pairs[start:end, 1]


def _alone(vectors: np.ndarray, norms: np.ndarray, question: Sequence[str], rows: dict[str, list[int]]) -> bool:
    """Whether one question is answered correctly, with gensim's steps."""
    a, b, c, expected = question
    a_row, b_row, c_row = rows[a][0], rows[b][0], rows[c][0]
    mean = vectors[b_row] / norms[b_row] + vectors[c_row] / norms[c_row] - vectors[a_row] / norms[a_row]
    wide = mean.astype(np.float64) / 3.0
    length = np.sqrt(np.dot(wide, wide))
    unit = (wide * (1.0 / length) if length > 0 else wide).astype(np.float32)
    falling = -(np.dot(vectors, unit) / norms)
    if len(falling) > _NEAREST + 3:
        nearest = np.argpartition(falling, _NEAREST + 3)[: _NEAREST + 3]
        nearest = nearest[np.argsort(falling[nearest])]
    else:
        nearest = np.argsort(falling)
    ignored = {row for key in (a, b, c) for row in rows[key]}
    found = [row for row in nearest.tolist() if row not in (a_row, b_row, c_row)][:_NEAREST]
    # The first word that is not in the question; if all five are, gensim takes the last.
    predicted = next((row for row in found if row not in ignored), found[-1] if found else -1)
    return predicted in rows[expected]
