"""Beam search for the hypotheses with the highest Σ log p / length ** alpha; both include the end token.

Each step considers the 2 · beam best continuations of a sentence's hypotheses. Those of the first ``beam`` that end are
finished; the best ``beam`` that do not end are continued. The search of a sentence stops

    exact        when no open hypothesis can still be among the n_best finished ones. log p ≤ 0 for all further tokens,
    so
                 a hypothesis with Σ log p = s never exceeds s / limit ** alpha, with limit the maximum length;
    heuristic    when s / length ** alpha of the best open hypothesis, at its current length, is not above the worst of
                 ``beam`` finished ones: Hugging Face's ``early_stopping=False``;

or at its maximum length. Hypotheses cut off there rank after all finished ones ("exact"), or among them ("heuristic",
as in Hugging Face).
"""

from __future__ import annotations

import torch
from torch import Tensor

from .candidates import log_softmax, top_candidates
from .constraints import Constraints
from .finished import Finished
from .hypothesis import Hypothesis, Taken, Trace, best_of
from .options import DecodingOptions
from .required_phrases import take_turns
from .state import DecoderState

_LOOK_EVERY = 4  # steps between checks for finished sentences on a GPU, because each check synchronises


class BeamSearch:
    """The beam search of a batch.

    Parameters
    ----------
    state : DecoderState
        State after `start`, before the first step.
    constraints : Constraints
    options : DecodingOptions
    start_id, eos_id : int
    """

    def __init__(
        self, state: DecoderState, constraints: Constraints, options: DecodingOptions, *, start_id: int, eos_id: int
    ) -> None:
        limits = constraints.limits
        self._state, self._constraints, self._options, self._eos = state, constraints, options, eos_id
        self._device = limits.device
        n = len(limits)
        self._trace = Trace(torch.arange(n, device=self._device))
        self._tokens = torch.full((n, 1), start_id, device=self._device)
        self._parents = torch.zeros_like(self._tokens)
        self._sums = torch.zeros(n, 1, device=self._device)
        self._done = torch.zeros(n, dtype=torch.bool, device=self._device)
        self._reach = limits.float() ** options.alpha
        self._beams = options.beam
        self._widths: Tensor | None = None  # number of beams per sentence, if different
        if constraints.phrases is not None:
            self._widths = options.beam + constraints.phrases.totals
            self._beams = int(self._widths.max())
        self._heuristic = options.stop == "heuristic"
        self._finished = Finished(n, self._beams if self._heuristic else options.n_best, self._device)
        self._cut_off = Finished(n, options.n_best, self._device)
        self._taken: list[tuple[int, Taken, Taken]] = []

    def run(self) -> list[list[Hypothesis]]:
        """Run the search, and return the n best hypotheses of each sentence, best first."""
        for step in range(self._constraints.last):
            self._advance(step)
            if step + 1 == self._constraints.last:
                self._done.fill_(True)
            self._leave(step)
            if not len(self._done):
                break
            self._state.choose(self._parents)
        return best_of(self._taken, self._trace, self._eos, self._options.n_best)

    def _advance(self, step: int) -> None:
        """Feed the newest tokens, and select the best continuations."""
        log_probs = log_softmax(self._state.step(self._tokens))
        self._constraints.mask(log_probs, step)
        beams, size = log_probs.shape[1:]
        scores, places = top_candidates(log_probs, self._sums, min(2 * self._beams, beams * size))
        best = self._is_best(scores)
        if self._constraints.phrases is not None:
            scores, places, best = self._with_phrases(log_probs, scores, places, best)
        parents, tokens = places // size, places % size
        ends = tokens == self._eos
        self._finish(step, scores, parents, tokens, ends, best)
        self._follow(scores.masked_fill(ends, -torch.inf), parents, tokens)
        self._judge(step + 1)

    def _is_best(self, scores: Tensor) -> Tensor:
        """Return which candidates, sorted by score, are among the first ``beam``, (n, m) or (1, m)."""
        ranks = torch.arange(scores.shape[1], device=self._device)
        return ranks[None] < (self._beams if self._widths is None else self._widths[:, None])

    def _with_phrases(
        self, log_probs: Tensor, scores: Tensor, places: Tensor, best: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Add tokens that continue phrases, each beam's best token, and the end token of beams that contain all
        phrases."""
        phrases = self._constraints.phrases
        assert phrases is not None
        assert self._widths is not None
        ranks = torch.arange(scores.shape[1], device=self._device)
        scores = scores.masked_fill(ranks >= 2 * self._widths[:, None], -torch.inf)
        beams, size = log_probs.shape[1:]
        own = torch.cat([log_probs.max(2).indices[..., None], phrases.candidates()], dim=2)
        own = torch.cat([own, torch.full_like(own[..., :1], self._eos)], dim=2)
        more = own.clamp(min=0) + size * torch.arange(beams, device=self._device)[None, :, None]
        values = log_probs.gather(2, own.clamp(min=0)) + self._sums[..., None]
        values = values.masked_fill(own < 0, -torch.inf)
        constrained = (phrases.totals > 0)[:, None]
        values = values.flatten(1).masked_fill(~constrained, -torch.inf)
        scores, places = torch.cat([scores, values], dim=1), torch.cat([places, more.flatten(1)], dim=1)
        twice = ((places[:, None] == places[..., None]) & (scores > -torch.inf)[:, None]).tril(-1).any(2)
        ends = places % size == self._eos
        best = torch.cat([best, torch.zeros_like(values, dtype=torch.bool)], dim=1) | (constrained & ends)
        return scores.masked_fill(twice, -torch.inf), places, best

    def _finish(self, step: int, scores: Tensor, parents: Tensor, tokens: Tensor, ends: Tensor, best: Tensor) -> None:
        """Store the best candidates that ended, and at the maximum length also those that did not."""
        cut = ((self._constraints.limits == step + 1) & ~self._done)[:, None]
        ended = best & ends & ~self._done[:, None]
        among = cut & best & ~ends
        apart = among
        if self._heuristic:
            mixed = among if self._widths is None else among & (self._widths == self._options.beam)[:, None]
            ended, apart = ended | mixed, among & ~mixed
        normed = scores / (step + 1) ** self._options.alpha
        for chosen, into in ((ended, self._finished), (apart, self._cut_off)):
            if self._device.type != "cpu" or bool(chosen.any()):
                into.add(normed.masked_fill(~chosen, -torch.inf), scores, step, parents, tokens)

    def _follow(self, scores: Tensor, parents: Tensor, tokens: Tensor) -> None:
        """Continue with the best candidates that did not end."""
        n = min(self._beams, scores.shape[1])
        if self._constraints.phrases is None or self._widths is None:
            self._sums, at = scores.topk(n)
        else:
            at = take_turns(scores, self._constraints.phrases.banks(parents, tokens), n)
            self._sums = scores.gather(1, at)
            beyond = torch.arange(n, device=self._device) >= self._widths[:, None]
            self._sums = self._sums.masked_fill(beyond, -torch.inf)
        self._parents, self._tokens = parents.gather(1, at), tokens.gather(1, at)
        self._trace.add(self._tokens, self._parents)
        self._constraints.follow(self._parents, self._tokens)

    def _judge(self, length: int) -> None:
        """Determine which sentences are done after ``length`` tokens."""
        finished = self._finished.scores
        if self._heuristic:
            hoped = self._sums.amax(1) / length**self._options.alpha
            worst = finished[:, -1] if self._widths is None else finished.gather(1, self._widths[:, None] - 1)[:, 0]
        else:
            hoped, worst = self._sums.amax(1) / self._reach, finished[:, -1]
        self._done |= (hoped <= worst) | (self._constraints.limits <= length)

    def _leave(self, step: int) -> None:
        """Remove finished sentences from the batch, if there are enough to pay off."""
        if self._device.type != "cpu" and step % _LOOK_EVERY and step + 1 != self._constraints.last:
            return
        n_done = int(self._done.sum())
        n = len(self._done)
        if not n_done or (n_done < n and n_done < self._options.leave_share * n):
            return
        done = self._done.nonzero()[:, 0]
        finished, cut_off = self._finished.take(done), self._cut_off.take(done)
        for i, row in enumerate(self._trace.rows[done].tolist()):
            ours = [tuple(part[i] for part in taken) for taken in (finished, cut_off)]
            self._taken.append((row, ours[0], ours[1]))
        rest = (~self._done).nonzero()[:, 0]
        self._done, self._reach = self._done[rest], self._reach[rest]
        if not len(rest):
            return
        self._sums, self._tokens, self._parents = self._sums[rest], self._tokens[rest], self._parents[rest]
        if self._widths is not None:
            self._widths = self._widths[rest]
        for part in (self._trace, self._constraints, self._finished, self._cut_off, self._state):
            part.keep(rest)
