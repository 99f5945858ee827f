"""Finished: the best finished hypotheses of each sentence in a beam search."""

from __future__ import annotations

import numpy as np

from nlpkit.decoding.hypothesis import Taken


class Finished:
    """The best finished hypotheses of each sentence, best first.

    Parameters
    ----------
    n : int
        Number of sentences.
    size : int
        Number of hypotheses to keep per sentence.

    Attributes
    ----------
    scores : ndarray (n, size), float32
        Σ log p / length ** alpha; -inf for empty places.
    """

    def __init__(self, n: int, size: int) -> None:
        self.scores = np.full((n, size), -np.inf, np.float32)
        self._log_probs = self.scores.copy()
        self._marks = np.zeros((n, size, 3), np.int64)

    def add(
        self, scores: np.ndarray, log_probs: np.ndarray, step: int, parents: np.ndarray, tokens: np.ndarray
    ) -> None:
        """Add hypotheses (n, m) that end at a step with a token after a beam; a score of -inf is ignored."""
        marks = np.stack([np.full_like(parents, step), parents, tokens], axis=2)
        both = np.concatenate([self.scores, scores], axis=1)
        at = np.argsort(-both, axis=1, kind="stable")[:, : self.scores.shape[1]]
        self.scores = np.take_along_axis(both, at, axis=1)
        self._log_probs = np.take_along_axis(np.concatenate([self._log_probs, log_probs], axis=1), at, axis=1)
        self._marks = np.take_along_axis(np.concatenate([self._marks, marks], axis=1), at[..., None], axis=1)

    def take(self, row: int) -> Taken:
        """Return scores, log-probabilities and trace positions of a sentence."""
        return self.scores[row], self._log_probs[row], self._marks[row]

    def keep(self, rows: np.ndarray) -> None:
        """Keep only the sentences ``rows``."""
        self.scores, self._log_probs, self._marks = self.scores[rows], self._log_probs[rows], self._marks[rows]
