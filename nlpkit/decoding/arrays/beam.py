"""Beam search on arrays: the same search as `nlpkit.decoding.beam`, whose docstring describes it."""

from __future__ import annotations

import numpy as np

from nlpkit.decoding.hypothesis import Hypothesis, Taken, Trace, best_of
from nlpkit.decoding.options import DecodingOptions

from .constraints import Constraints
from .finished import Finished
from .phrases import take_turns
from .steps import Answer, Steps


class BeamSearch:
    """The beam search of a batch.

    Parameters
    ----------
    state : Steps
        State before the first step.
    constraints : Constraints
    options : DecodingOptions
    size : int
        Number of tokens of the vocabulary.
    start_id, eos_id : int
    """

    def __init__(
        self,
        state: Steps,
        constraints: Constraints,
        options: DecodingOptions,
        *,
        size: int,
        start_id: int,
        eos_id: int,
    ) -> None:
        limits = constraints.limits
        self._state, self._constraints, self._options = state, constraints, options
        self._size, self._eos = size, eos_id
        n = len(limits)
        self._trace = Trace(np.arange(n))
        self._tokens = np.full((n, 1), start_id)
        self._parents = np.zeros_like(self._tokens)
        self._sums = np.zeros((n, 1), np.float32)
        self._done = np.zeros(n, bool)
        self._reach = limits.astype(np.float32) ** np.float32(options.alpha)
        self._beams = options.beam
        self._widths: np.ndarray | None = None  # number of beams per sentence, if different
        if constraints.phrases is not None:
            self._widths = options.beam + constraints.phrases.totals
            self._beams = int(self._widths.max())
        self._heuristic = options.stop == "heuristic"
        self._finished = Finished(n, self._beams if self._heuristic else options.n_best)
        self._cut_off = Finished(n, options.n_best)
        self._taken: list[tuple[int, Taken, Taken]] = []

    def run(self) -> list[list[Hypothesis]]:
        """Run the search, and return the n best hypotheses of each sentence, best first."""
        for step in range(self._constraints.last):
            self._advance(step)
            if step + 1 == self._constraints.last:
                self._done[:] = True
            self._leave()
            if not len(self._tokens):
                break
            self._state.choose(self._parents)
        return best_of(self._taken, self._trace, self._eos, self._options.n_best)

    def _advance(self, step: int) -> None:
        """Feed the newest tokens, and select the best continuations."""
        phrases = self._constraints.phrases
        n, beams = self._tokens.shape
        best = min(2 * self._beams, self._size)
        own = None
        if phrases is not None:
            own = phrases.candidates()
            own = np.concatenate([own, np.full((n, beams, 1), self._eos)], axis=2)
        answer = self._state.step(self._tokens, self._constraints.question(step, beams, best, asked=own))
        values = (answer.values + self._sums[..., None]).reshape(n, -1)
        at = np.argsort(-values, axis=1, kind="stable")[:, : 2 * self._beams]
        scores = np.take_along_axis(values, at, axis=1)
        parents, tokens = at // best, np.take_along_axis(answer.tokens.reshape(n, -1), at, axis=1)
        is_best = self._is_best(scores.shape[1])
        if own is not None:
            scores, parents, tokens, is_best = self._with_phrases(answer, own, scores, parents, tokens, is_best)
        ends = tokens == self._eos
        self._finish(step, scores, parents, tokens, ends, is_best)
        self._follow(np.where(ends, np.float32(-np.inf), scores), parents, tokens)
        self._judge(step + 1)

    def _is_best(self, m: int) -> np.ndarray:
        """Return which of ``m`` candidates, sorted by score, are among the first ``beam``, (n, m)."""
        widths = np.full(len(self._tokens), self._beams) if self._widths is None else self._widths
        return np.arange(m) < widths[:, None]

    def _with_phrases(
        self,
        answer: Answer,
        own: np.ndarray,
        scores: np.ndarray,
        parents: np.ndarray,
        tokens: np.ndarray,
        is_best: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Add tokens that continue phrases, each beam's best token, and the end token of beams that contain all
        phrases."""
        phrases = self._constraints.phrases
        assert phrases is not None
        assert self._widths is not None
        assert answer.asked is not None
        n, beams = self._tokens.shape
        scores = np.where(np.arange(scores.shape[1]) >= 2 * self._widths[:, None], -np.inf, scores)
        own = np.concatenate([answer.tokens[..., :1], own], axis=2)
        values = np.concatenate([answer.values[..., :1], answer.asked], axis=2) + self._sums[..., None]
        constrained = (phrases.totals > 0)[:, None]
        values = np.where(constrained, values.reshape(n, -1), -np.inf)
        from_beam = np.broadcast_to(np.arange(beams)[:, None], own.shape[1:]).reshape(1, -1)
        scores = np.concatenate([scores, values], axis=1).astype(np.float32)
        parents = np.concatenate([parents, np.broadcast_to(from_beam, (n, from_beam.shape[1]))], axis=1)
        tokens = np.concatenate([tokens, np.maximum(own, 0).reshape(n, -1)], axis=1)
        places = parents * self._size + tokens
        same = (places[:, None] == places[..., None]) & (scores > -np.inf)[:, None]
        twice = np.tril(same, -1).any(2)
        is_best = np.concatenate([is_best, np.zeros(values.shape, bool)], axis=1)
        is_best = is_best | (constrained & (tokens == self._eos))
        return np.where(twice, np.float32(-np.inf), scores), parents, tokens, is_best

    def _finish(
        self,
        step: int,
        scores: np.ndarray,
        parents: np.ndarray,
        tokens: np.ndarray,
        ends: np.ndarray,
        is_best: np.ndarray,
    ) -> None:
        """Store the best candidates that ended, and at the maximum length also those that did not."""
        cut = ((self._constraints.limits == step + 1) & ~self._done)[:, None]
        ended = is_best & ends & ~self._done[:, None]
        among = cut & is_best & ~ends
        apart = among
        if self._heuristic:
            mixed = among if self._widths is None else among & (self._widths == self._options.beam)[:, None]
            ended, apart = ended | mixed, among & ~mixed
        normed = scores / np.float32((step + 1) ** self._options.alpha)
        for chosen, into in ((ended, self._finished), (apart, self._cut_off)):
            if chosen.any():
                into.add(np.where(chosen, normed, np.float32(-np.inf)), scores, step, parents, tokens)

    def _follow(self, scores: np.ndarray, parents: np.ndarray, tokens: np.ndarray) -> None:
        """Continue with the best candidates that did not end."""
        n = min(self._beams, scores.shape[1])
        if self._constraints.phrases is None or self._widths is None:
            at = np.argsort(-scores, axis=1, kind="stable")[:, :n]
            self._sums = np.take_along_axis(scores, at, axis=1)
        else:
            at = take_turns(scores, self._constraints.phrases.banks(parents, tokens), n)
            beyond = np.arange(n) >= self._widths[:, None]
            self._sums = np.where(beyond, np.float32(-np.inf), np.take_along_axis(scores, at, axis=1))
        self._parents = np.take_along_axis(parents, at, axis=1)
        self._tokens = np.take_along_axis(tokens, at, axis=1)
        self._trace.add(self._tokens, self._parents)
        self._constraints.follow(self._parents, self._tokens)

    def _judge(self, length: int) -> None:
        """Determine which sentences are done after ``length`` tokens."""
        finished, best = self._finished.scores, self._sums.max(1)
        if self._heuristic:
            hoped = best / np.float32(length**self._options.alpha)
            widths = np.full(len(finished), finished.shape[1]) if self._widths is None else self._widths
            worst = np.take_along_axis(finished, widths[:, None] - 1, axis=1)[:, 0]
        else:
            hoped, worst = best / self._reach, finished[:, -1]
        self._done |= (hoped <= worst) | (self._constraints.limits <= length)

    def _leave(self) -> None:
        """Remove finished sentences from the batch, if there are enough to pay off."""
        n, n_done = len(self._done), int(self._done.sum())
        if not n_done or (n_done < n and n_done < self._options.leave_share * n):
            return
        for row in np.flatnonzero(self._done).tolist():
            self._taken.append((int(self._trace.rows[row]), self._finished.take(row), self._cut_off.take(row)))
        rest = np.flatnonzero(~self._done)
        self._done, self._reach = self._done[rest], self._reach[rest]
        self._sums, self._tokens, self._parents = self._sums[rest], self._tokens[rest], self._parents[rest]
        if not len(rest):
            return
        if self._widths is not None:
            self._widths = self._widths[rest]
        for part in (self._trace, self._constraints, self._finished, self._cut_off, self._state):
            part.keep(rest)
