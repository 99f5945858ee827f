"""RequiredPhrases on arrays: see `nlpkit.decoding.required_phrases`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_NOTHING = -1


class RequiredPhrases:
    """Progress of each hypothesis of a batch through the required phrases.

    Parameters
    ----------
    phrases : sequence of sequences of sequences of int
        Ids of each sentence's phrases. Phrases may overlap; duplicates are required once.

    Attributes
    ----------
    totals : ndarray (n,) int64
        Total number of phrase tokens per sentence.
    met : ndarray (n, beams, phrases) bool
        Phrases that each hypothesis contains; padding counts as contained.
    """

    def __init__(self, phrases: Sequence[Sequence[Sequence[int]]]) -> None:
        unique = [list(dict.fromkeys(tuple(phrase) for phrase in own)) for own in phrases]
        n, most = len(unique), max(len(own) for own in unique)
        self._longest = max(len(phrase) for own in unique for phrase in own)
        self._tokens = np.full((n, most, self._longest), _NOTHING)
        for i, own in enumerate(unique):
            for j, phrase in enumerate(own):
                self._tokens[i, j, : len(phrase)] = phrase
        self._sizes = (self._tokens != _NOTHING).sum(2)
        self.totals = self._sizes.sum(1)
        self.met = (self._sizes == 0)[:, None]
        self._recent = np.full((n, 1, self._longest), _NOTHING - 1)

    def complete(self) -> np.ndarray:
        """Return which hypotheses (n, beams) contain all phrases."""
        complete: np.ndarray = self.met.all(2)
        return complete

    def candidates(self) -> np.ndarray:
        """Return tokens that continue or begin a phrase, (n, beams, m); -1 for none."""
        _, progress = self._after(self.met, self._recent)
        tokens = np.broadcast_to(self._tokens[:, None], (*progress.shape, self._longest))
        onward = np.take_along_axis(tokens, np.minimum(progress, self._longest - 1)[..., None], axis=3)[..., 0]
        both = np.concatenate([onward, tokens[..., 0]], axis=2)
        return np.where(np.tile(self.met, (1, 1, 2)), _NOTHING, both)

    def banks(self, parents: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """Return the number of completed phrase tokens after ``tokens`` (n, m) on the beams ``parents`` (n, m)."""
        met, progress = self._after(*self._continued(parents, tokens))
        banks: np.ndarray = np.where(met, self._sizes[:, None], progress).sum(2)
        return banks

    def follow(self, parents: np.ndarray, tokens: np.ndarray) -> None:
        """Let beam j of sentence i continue its former beam ``parents[i, j]`` with ``tokens[i, j]``."""
        met, self._recent = self._continued(parents, tokens)
        self.met = self._after(met, self._recent)[0]

    def keep(self, rows: np.ndarray) -> None:
        """Keep only the sentences ``rows``."""
        self._tokens, self._sizes, self.totals = self._tokens[rows], self._sizes[rows], self.totals[rows]
        self.met, self._recent = self.met[rows], self._recent[rows]

    def _continued(self, parents: np.ndarray, tokens: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        met = np.take_along_axis(self.met, parents[..., None], axis=1)
        recent = np.take_along_axis(self._recent, parents[..., None], axis=1)
        return met, np.concatenate([recent[..., 1:], tokens[..., None]], axis=2)

    def _after(self, met: np.ndarray, recent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the completed phrases, and the number of first tokens of each phrase at the end of ``recent``."""
        progress = np.zeros(met.shape, np.int64)
        for size in range(1, self._longest + 1):
            ends = (recent[:, :, None, -size:] == self._tokens[:, None, :, :size]).all(3)
            met = met | (ends & (self._sizes == size)[:, None])
            progress = np.where(ends, size, progress)
        return met, progress


def take_turns(scores: np.ndarray, banks: np.ndarray, n: int) -> np.ndarray:
    """Return the ``n`` candidates of (rows, m) that a beam keeps: the best of each bank, then the second best, and so
    on.

    Within a turn, banks are in descending order. Scores of -inf come last.

    Examples
    --------
    >>> take_turns(np.array([[-1.0, -2.0, -9.0, -3.0]]), np.array([[0, 0, 1, 0]]), 3).tolist()
    [[2, 0, 1]]
    """
    place = np.arange(scores.shape[1])
    better = (scores[:, None] > scores[..., None]) | ((scores[:, None] == scores[..., None]) & (place < place[:, None]))
    turn = (better & (banks[:, None] == banks[..., None])).sum(2)
    worst_last = turn * (int(banks.max()) + 1) + (banks.max(1, keepdims=True) - banks)
    worst_last = np.where(scores == -np.inf, np.iinfo(np.int64).max, worst_last)
    return np.argsort(worst_last, axis=1, kind="stable")[:, :n]
