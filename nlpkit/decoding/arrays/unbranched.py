"""Greedy search and sampling on arrays: see `nlpkit.decoding.greedy` and `nlpkit.decoding.sampling`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlpkit.decoding.hypothesis import Hypothesis, Trace
from nlpkit.decoding.options import DecodingOptions
from nlpkit.decoding.uniforms import uniforms

from .constraints import Constraints
from .steps import Answer, Steps

_BLOCK = 64


class UnbranchedSearch:
    """Independent hypotheses that grow in parallel: the most likely tokens, or samples.

    Parameters
    ----------
    state : Steps
        State before the first step.
    constraints : Constraints
    options : DecodingOptions
    numbers : sequence of int
        Numbers of the sentences, which seed their samples.
    start_id, eos_id : int
    """

    def __init__(
        self,
        state: Steps,
        constraints: Constraints,
        options: DecodingOptions,
        *,
        numbers: Sequence[int],
        start_id: int,
        eos_id: int,
    ) -> None:
        n, self._lanes = len(constraints.limits), options.n_best
        self._state, self._constraints, self._options, self._eos = state, constraints, options, eos_id
        self._numbers = np.array(numbers, np.int64)
        self._block = np.zeros((n, self._lanes, 0))
        self._trace = Trace(np.arange(n))
        self._tokens = np.full((n, 1), start_id)
        self._sums = np.zeros((n, self._lanes), np.float32)
        self._lengths = np.zeros((n, self._lanes), np.int64)  # 0: unfinished
        self._ended = np.zeros((n, self._lanes), bool)  # by an end token
        self._taken: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []

    def run(self) -> list[list[Hypothesis]]:
        """Run the search, and return the hypotheses of each sentence, best first."""
        for step in range(self._constraints.last):
            self._advance(step)
            self._leave(last=step + 1 == self._constraints.last)
            if not len(self._tokens):
                break
            if not step and self._lanes > 1:
                self._state.choose(np.zeros_like(self._tokens))
        return self._results()

    def _advance(self, step: int) -> None:
        sample, scored = self._options.sample, self._options.scores
        question = self._constraints.question(step, self._tokens.shape[1], 1, normalized=scored, everything=sample)
        answer = self._state.step(self._tokens, question)
        tokens, gained = self._drawn(answer, step) if sample else (answer.tokens[..., 0], answer.values[..., 0])
        if scored:
            self._sums += np.where(self._lengths > 0, np.float32(0), gained)
        self._tokens = tokens
        self._trace.add(tokens)
        live = self._lengths == 0
        if self._options.no_repeat_ngram:
            nothing_left = np.broadcast_to(answer.values[..., 0] == -np.inf, live.shape)
            self._lengths[live & nothing_left] = max(step, 1)
            live = live & ~nothing_left
        self._constraints.follow(None, tokens)
        ends = tokens == self._eos
        self._ended |= live & ends
        over = live & (ends | (self._constraints.limits <= step + 1)[:, None])
        self._lengths[over] = step + 1

    def _drawn(self, answer: Answer, step: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a sample of each hypothesis (n, lanes), and its values."""
        assert answer.everything is not None
        if step % _BLOCK == 0:
            self._block = uniforms(self._options.seed, self._numbers.tolist(), self._lanes, step, _BLOCK)
        u = self._block[:, :, step % _BLOCK]
        values = np.broadcast_to(answer.everything, (*u.shape, answer.everything.shape[2]))
        lines = zip(values.reshape(u.size, -1), u.ravel(), strict=True)
        tokens = np.array([drawn(line, number, self._options) for line, number in lines]).reshape(u.shape)
        return tokens, np.take_along_axis(values, tokens[..., None], axis=2)[..., 0]

    def _leave(self, *, last: bool) -> None:
        """Remove finished sentences from the batch, if there are enough to pay off."""
        all_done = np.asarray((self._lengths > 0).all(1))
        n, n_done = len(all_done), int(all_done.sum())
        if not n_done or (n_done < n and n_done < self._options.leave_share * n and not last):
            return
        done, rest = np.flatnonzero(all_done), np.flatnonzero(~all_done)
        self._taken.append((self._trace.rows[done], self._sums[done], self._lengths[done], self._ended[done]))
        self._sums, self._tokens = self._sums[rest], self._tokens[rest]
        self._lengths, self._ended = self._lengths[rest], self._ended[rest]
        self._numbers, self._block = self._numbers[rest], self._block[rest]
        if len(rest):
            for part in (self._trace, self._constraints, self._state):
                part.keep(rest)

    def _results(self) -> list[list[Hypothesis]]:
        rows, sums, lengths, ended = (np.concatenate(parts) for parts in zip(*self._taken, strict=True))
        found: list[list[Hypothesis]] = [[] for _ in rows]
        for lane in range(self._lanes):
            lines = self._trace.read(rows, rows * 0 + lane, lengths[:, lane])
            for i, line in enumerate(lines):
                finished, length = bool(ended[i, lane]), int(lengths[i, lane])
                log_prob = float(sums[i, lane]) if self._options.scores else float("nan")
                found[rows[i]].append(
                    Hypothesis(
                        tokens=line[: length - finished],
                        score=log_prob / length**self._options.alpha,
                        log_prob=log_prob,
                        finished=finished,
                    )
                )
        for own in found:
            own.sort(key=lambda hypothesis: -hypothesis.score)
        return found


def drawn(values: np.ndarray, u: float, options: DecodingOptions) -> int:
    """Return the token that a number u in [0, 1) draws by the values (size,) of the tokens, logits or log p.

    Examples
    --------
    >>> values = np.log(np.array([0.2, 0.5, 0.3], np.float32))
    >>> [drawn(values, u, DecodingOptions(sample=True)) for u in (0.1, 0.3, 0.9)]
    [0, 1, 2]
    >>> [drawn(values, u, DecodingOptions(sample=True, top_p=0.6)) for u in (0.1, 0.3, 0.9)]
    [1, 1, 2]
    """
    tokens = None
    values = values.astype(np.float32) / np.float32(options.temperature)
    if options.top_k or options.top_p < 1:
        tokens = np.argsort(-values, kind="stable")
        if options.top_k:
            tokens = tokens[: options.top_k]
        values = values[tokens]
    shares = np.exp(values - values.max())
    if options.top_p < 1:
        shares /= shares.sum()
        before = shares.cumsum(dtype=np.float64) - shares
        values = np.where((before >= options.top_p) & (np.arange(len(values)) > 0), -np.inf, values)
        shares = np.exp(values - values.max())
    shares /= shares.sum()
    reached = shares.cumsum(dtype=np.float64)
    place = min(np.searchsorted(reached, u * reached[-1], side="right"), np.searchsorted(reached, reached[-1]))
    return int(place if tokens is None else tokens[place])
