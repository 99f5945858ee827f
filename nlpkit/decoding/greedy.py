"""Greedy search, and its loop, which sampling shares: hypotheses grow by one token per step without branching."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from .candidates import likeliest, log_softmax
from .constraints import Constraints
from .hypothesis import Hypothesis, Trace, numpied
from .options import DecodingOptions
from .state import DecoderState

_LOOK_EVERY = 4  # steps between checks for finished sentences on a GPU, because each check synchronises


class Picker(ABC):
    """Selects the next token of each hypothesis."""

    @abstractmethod
    def pick(self, logits: Tensor, step: int) -> Tensor:
        """Return the next tokens (n, lanes) for logits or log-probabilities (n, lanes or 1, size), without changing
        them."""

    @abstractmethod
    def keep(self, rows: Tensor) -> None:
        """Keep only the sentences ``rows``."""


class Likeliest(Picker):
    """Selects the most likely token."""

    def pick(self, logits: Tensor, step: int) -> Tensor:
        return likeliest(logits)

    def keep(self, rows: Tensor) -> None:
        pass


class UnbranchedSearch:
    """Independent hypotheses that grow in parallel.

    Parameters
    ----------
    state : DecoderState
        State after `start`, before the first step.
    constraints : Constraints
    options : DecodingOptions
    picker : Picker
    lanes : int
        Number of hypotheses per sentence.
    start_id, eos_id : int
    """

    def __init__(
        self,
        state: DecoderState,
        constraints: Constraints,
        options: DecodingOptions,
        picker: Picker,
        *,
        lanes: int,
        start_id: int,
        eos_id: int,
    ) -> None:
        limits = constraints.limits
        n, self._device = len(limits), limits.device
        self._state, self._constraints, self._options, self._picker = state, constraints, options, picker
        self._eos, self._lanes = eos_id, lanes
        self._rows = torch.arange(n, device=self._device)
        self._trace = Trace(self._rows)
        self._tokens = torch.full((n, 1), start_id, device=self._device)
        self._sums = torch.zeros(n, lanes, device=self._device)
        self._lengths = torch.zeros(n, lanes, dtype=torch.long, device=self._device)  # 0: unfinished
        self._ended = torch.zeros(n, lanes, dtype=torch.bool, device=self._device)  # by an end token
        self._taken: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []

    def run(self) -> list[list[Hypothesis]]:
        """Run the search, and return the hypotheses of each sentence, best first."""
        for step in range(self._constraints.last):
            self._advance(step)
            self._leave(step)
            if not len(self._rows):
                break
            if not step and self._lanes > 1:
                self._state.choose(torch.zeros_like(self._tokens))
        return self._results()

    def _advance(self, step: int) -> None:
        logits = self._state.step(self._tokens)
        if self._options.scores:
            logits = log_softmax(logits)
        self._constraints.mask(logits, step)
        tokens = self._picker.pick(logits, step)
        if self._options.scores:
            gained = logits.expand(-1, self._lanes, -1).gather(2, tokens[..., None])[..., 0]
            self._sums += gained.masked_fill(self._lengths > 0, 0.0)
        self._tokens = tokens
        self._trace.add(tokens)
        live = self._lengths == 0
        if self._options.no_repeat_ngram:
            nothing_left = logits.amax(2) == -torch.inf
            self._lengths.masked_fill_(live & nothing_left, max(step, 1))
            live = live & ~nothing_left
        self._constraints.follow(None, tokens)
        ends = tokens == self._eos
        self._ended |= live & ends
        over = live & (ends | (self._constraints.limits <= step + 1)[:, None])
        self._lengths.masked_fill_(over, step + 1)

    def _leave(self, step: int) -> None:
        """Remove finished sentences from the batch, if there are enough to pay off."""
        last = step + 1 == self._constraints.last
        if self._device.type != "cpu" and step % _LOOK_EVERY and not last:
            return
        all_done = (self._lengths > 0).all(1)
        n, n_done = len(self._rows), int(all_done.sum())
        if not n_done or (n_done < n and n_done < self._options.leave_share * n):
            return
        done, rest = all_done.nonzero()[:, 0], (~all_done).nonzero()[:, 0]
        self._taken.append((self._rows[done], self._sums[done], self._lengths[done], self._ended[done]))
        self._rows, self._sums, self._tokens = self._rows[rest], self._sums[rest], self._tokens[rest]
        self._lengths, self._ended = self._lengths[rest], self._ended[rest]
        if len(rest):
            for part in (self._trace, self._constraints, self._picker, self._state):
                part.keep(rest)

    def _results(self) -> list[list[Hypothesis]]:
        rows, sums, lengths, ended = (numpied(torch.cat(parts)) for parts in zip(*self._taken, strict=True))
        n = len(rows)
        found: list[list[Hypothesis]] = [[] for _ in range(n)]
        for lane in range(self._lanes):
            lines = self._trace.read(rows, rows * 0 + lane, lengths[:, lane])
            for i in range(n):
                finished, length = bool(ended[i, lane]), int(lengths[i, lane])
                log_prob = float(sums[i, lane]) if self._options.scores else float("nan")
                found[rows[i]].append(
                    Hypothesis(
                        tokens=lines[i][: length - finished],
                        score=log_prob / length**self._options.alpha,
                        log_prob=log_prob,
                        finished=finished,
                    )
                )
        for own in found:
            own.sort(key=lambda hypothesis: -hypothesis.score)
        return found
