"""Hypothesis: one translation that a search found, and Trace, from which its tokens are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Hypothesis:
    """One translation of a sentence.

    Attributes
    ----------
    tokens : list of int
        Target ids, without the start and the end token.
    score : float
        ``log_prob / length ** alpha``, the end token counted in both; what translations are ordered by.
    log_prob : float
        Σ log p of the tokens and of the end token, in nats.
    finished : bool
        Whether it came to an end by itself. One that was cut off at the greatest length has no end token.
    """

    tokens: list[int]
    score: float
    log_prob: float
    finished: bool

    @property
    def length(self) -> int:
        """Tokens, the end token counted."""
        return len(self.tokens) + self.finished


class Trace:
    """Which token each beam took at each step, and from which beam it came.

    Sentences may leave on the way; they are still known by the row they had in the beginning.

    Parameters
    ----------
    rows : LongTensor (n,)
        0 to n - 1.
    """

    def __init__(self, rows: Tensor) -> None:
        self._rows = rows
        self._size = len(rows)
        self._steps: list[tuple[Tensor, Tensor, Tensor | None]] = []

    def add(self, tokens: Tensor, parents: Tensor | None = None) -> None:
        """Note a step's tokens (n, beams) and the beams (n, beams) that they continue; without these, each its own."""
        self._steps.append((self._rows, tokens, parents))

    def keep(self, rows: Tensor) -> None:
        """Keep only the rows ``rows`` of those that are left."""
        self._rows = self._rows[rows]

    def read(self, rows: np.ndarray, beams: np.ndarray, sizes: np.ndarray) -> list[list[int]]:
        """Return what beam ``beams[i]`` of row ``rows[i]`` had written after ``sizes[i]`` steps, for each i of (m,)."""
        longest = int(sizes.max(initial=0))
        written = np.zeros((len(rows), longest), np.int64)
        beams = beams.copy()
        place, known = np.zeros(self._size, np.int64), None
        for t in reversed(range(longest)):
            left, tokens, parents = self._steps[t]
            if left is not known:
                known = left
                place[left.cpu().numpy()] = np.arange(len(left))
            live = np.flatnonzero(sizes > t)
            at = place[rows[live]], beams[live]
            written[live, t] = tokens.cpu().numpy()[at]
            if parents is not None:
                beams[live] = parents.cpu().numpy()[at]
        return [line[:size].tolist() for line, size in zip(written, sizes, strict=True)]


def numpied(tensor: Tensor) -> np.ndarray:
    """Return a tensor as an array, float64 if it has fractions."""
    return (tensor.double() if tensor.is_floating_point() and tensor.device.type != "mps" else tensor).cpu().numpy()
