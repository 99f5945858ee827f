"""Hypothesis: a translation found by a search, and Trace, which stores its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Hypothesis:
    """A translation of a sentence.

    Attributes
    ----------
    tokens : list of int
        Target ids, without the start and the end token.
    score : float
        ``log_prob / length ** alpha``, both with the end token; translations are ranked by it.
    log_prob : float
        Σ log p of the tokens including the end token, in nats.
    finished : bool
        Whether it has an end token. If not, it was cut off at the maximum length.
    """

    tokens: list[int]
    score: float
    log_prob: float
    finished: bool

    @property
    def length(self) -> int:
        """Number of tokens, including the end token."""
        return len(self.tokens) + self.finished


class Trace:
    """The token and the parent beam of each beam at each step, in tensors or in arrays.

    Sentences may be removed during the search; they are identified by their initial rows.

    Parameters
    ----------
    rows : LongTensor or ndarray (n,)
        0 to n - 1.
    """

    def __init__(self, rows: Any) -> None:
        self.rows = rows
        self._size = len(rows)
        self._steps: list[tuple[Any, Any, Any]] = []

    def add(self, tokens: Any, parents: Any = None) -> None:
        """Store a step's tokens (n, beams) and their parent beams (n, beams); default: each beam continues itself."""
        self._steps.append((self.rows, tokens, parents))

    def keep(self, rows: Any) -> None:
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
                place[numpied(left)] = np.arange(len(left))
            live = np.flatnonzero(sizes > t)
            at = place[rows[live]], beams[live]
            written[live, t] = numpied(tokens)[at]
            if parents is not None:
                beams[live] = numpied(parents)[at]
        return [line[:size].tolist() for line, size in zip(written, sizes, strict=True)]


def numpied(given: Tensor | np.ndarray) -> np.ndarray:
    """Convert a tensor to an array, float64 for floating-point types; an array stays as it is."""
    if isinstance(given, np.ndarray):
        return given
    return (given.double() if given.is_floating_point() and given.device.type != "mps" else given).cpu().numpy()


Taken = tuple[np.ndarray, np.ndarray, np.ndarray]


def best_of(
    taken: Sequence[tuple[int, Taken, Taken]], trace: Trace, eos_id: int, n_best: int
) -> list[list[Hypothesis]]:
    """Return the n best hypotheses of each sentence of a beam search: finished ones, then those that were cut off.

    Parameters
    ----------
    taken : sequence of (int, Taken, Taken)
        The row of each sentence in the trace, and what `Finished.take` gave of both.
    """
    ordered = sorted(taken, key=lambda each: each[0])
    finished = _read([(row, each) for row, each, _ in ordered], trace, eos_id)
    cut_off = _read([(row, each) for row, _, each in ordered], trace, eos_id)
    nothing = Hypothesis(tokens=[], score=-np.inf, log_prob=-np.inf, finished=False)
    return [(own + others)[:n_best] or [nothing] for own, others in zip(finished, cut_off, strict=True)]


def _read(taken: Sequence[tuple[int, Taken]], trace: Trace, eos_id: int) -> list[list[Hypothesis]]:
    places = [
        (i, row, scores[j], log_probs[j], *marks[j])
        for i, (row, (scores, log_probs, marks)) in enumerate(taken)
        for j in range(len(scores))
        if scores[j] > -np.inf
    ]
    found: list[list[Hypothesis]] = [[] for _ in taken]
    if not places:
        return found
    rows, steps, parents = (np.array([place[column] for place in places], np.int64) for column in (1, 4, 5))
    for place, tokens in zip(places, trace.read(rows, parents, steps), strict=True):
        i, _, score, log_prob, _, _, token = place
        finished = bool(token == eos_id)
        line = tokens if finished else [*tokens, int(token)]
        found[i].append(Hypothesis(tokens=line, score=float(score), log_prob=float(log_prob), finished=finished))
    return found
