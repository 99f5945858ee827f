"""Trace: the tokens of all beams at each step; Finished: the best hypotheses of each sentence that ended."""

from __future__ import annotations

import numpy as np

from nlpkit.decoding.hypothesis import Taken


class Trace:
    """The token and the parent beam of each beam at each step.

    Sentences may be removed during the search; they are identified by their initial rows.

    Parameters
    ----------
    n : int
        Number of sentences.
    """

    def __init__(self, n: int) -> None:
        self.rows = np.arange(n)
        self._size = n
        self._steps: list[tuple[np.ndarray, np.ndarray, np.ndarray | None]] = []

    def add(self, tokens: np.ndarray, parents: np.ndarray | None = None) -> None:
        """Store a step's tokens (n, beams) and their parent beams (n, beams); default: each beam continues itself."""
        self._steps.append((self.rows, tokens, parents))

    def keep(self, rows: np.ndarray) -> None:
        """Keep the rows ``rows`` of the remaining ones."""
        self.rows = self.rows[rows]

    def read(self, rows: np.ndarray, beams: np.ndarray, sizes: np.ndarray) -> list[list[int]]:
        """Return the tokens of beam ``beams[i]`` of row ``rows[i]`` after ``sizes[i]`` steps, for each i of (m,)."""
        longest = int(sizes.max(initial=0))
        written = np.zeros((len(rows), longest), np.int64)
        beams = beams.copy()
        place, known = np.zeros(self._size, np.int64), None
        for t in reversed(range(longest)):
            left, tokens, parents = self._steps[t]
            if left is not known:
                known = left
                place[left] = np.arange(len(left))
            live = np.flatnonzero(sizes > t)
            at = place[rows[live]], beams[live]
            written[live, t] = tokens[at]
            if parents is not None:
                beams[live] = parents[at]
        return [line[:size].tolist() for line, size in zip(written, sizes, strict=True)]


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
