"""Analogies: which word is to c as b is to a, and expressions such as ``paris - france + germany``.

3CosAdd (Mikolov, Yih, Zweig 2013): the greatest cosine with b - a + c, each of length 1. 3CosMul (Levy, Goldberg 2014):
the greatest cos(b) · cos(c) / (cos(a) + 0.000001), each cosine moved to [0, 1] by (1 + cos) / 2.
"""

from __future__ import annotations

import re

import numpy as np

from nlpkit.errors import InputError
from nlpkit.index.nearest import Nearest, unit_rows

_OPERATOR = re.compile(r"(?:^|(?<=\s))([+\-−])\s+")
_SPARE = 16


def parse_expression(expression: str) -> tuple[list[str], list[str]]:
    """Read an expression of words with ``+`` and ``-`` between them.

    The signs stand between spaces, so that a word may have them within it. What stands between two signs is one word,
    even if it has spaces.

    Parameters
    ----------
    expression : str
        Such as ``"paris - france + germany"``.

    Returns
    -------
    positive, negative : list of str
        The words to be added, and those to be taken away.

    Raises
    ------
    InputError
        If there is no word, or none after a sign.

    Examples
    --------
    >>> parse_expression("paris - france + e-mail")
    (['paris', 'e-mail'], ['france'])
    """
    first, *rest = _OPERATOR.split(expression.strip() + " ")
    signs, words = ["+", *rest[::2]], [" ".join(word.split()) for word in [first, *rest[1::2]]]
    if not words[0] and rest:
        signs, words = signs[1:], words[1:]
    if not all(words) or any(word in ("+", "-", "−") for word in words):
        shown = f"a word is missing in {expression!r}" if expression.strip() else "the expression is empty"
        raise InputError(f"{shown}: write words with + or - between spaces, such as 'paris - france + germany'")
    positive = [word for sign, word in zip(signs, words, strict=True) if sign == "+"]
    return positive, [word for sign, word in zip(signs, words, strict=True) if sign != "+"]


def multiplied(
    nearest: Nearest, positive: np.ndarray, negative: np.ndarray, k: int, excluded: list[int], last: int
) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows that score best by 3CosMul.

    Parameters
    ----------
    nearest : Nearest
        The rows.
    positive, negative : (n_positive, d), (n_negative, d) float
        The vectors, of any length.
    k : int
        How many rows, from 1.
    excluded : list of int
        Rows that are not looked at.
    last : int
        Look at the first ``last`` rows only.

    Returns
    -------
    rows : (≤ k,) int64
        The best first.
    scores : (≤ k,) float64
        Theirs.
    """
    positive, negative = unit_rows(positive), unit_rows(negative)
    scores = _combined([nearest.scores(unit, last) for unit in positive], [nearest.scores(u, last) for u in negative])
    scores[[row for row in excluded if row < last]] = np.nan
    scores[np.isnan(scores)] = -np.inf
    wanted = min(k + _SPARE, last)
    best = np.argpartition(-scores, wanted - 1)[:wanted] if wanted else np.zeros(0, np.int64)
    best = best[scores[best] > -np.inf]
    values = _combined([nearest.exact(best, unit) for unit in positive], [nearest.exact(best, u) for u in negative])
    order = np.lexsort((best, -values))[:k]
    return best[order], values[order]


def _combined(positive: list[np.ndarray], negative: list[np.ndarray]) -> np.ndarray:
    top = np.prod([(1 + scores.astype(np.float64)) / 2 for scores in positive], axis=0)
    return top / (np.prod([(1 + scores.astype(np.float64)) / 2 for scores in negative], axis=0) + 1e-6)
