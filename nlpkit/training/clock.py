"""TrainingClock: the duration of a training, and when it has to end."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .options import LoopOptions


class TrainingClock:
    """Counts the seconds of a training, interrupted runs included.

    Parameters
    ----------
    options : LoopOptions
    before : float
        Duration of the runs before.
    begun : float, optional
        Start of this run, by ``time.monotonic``; default: now.
    """

    def __init__(self, options: LoopOptions, *, before: float = 0.0, begun: float | None = None) -> None:
        self._begun = (time.monotonic() if begun is None else begun) - before
        self._limit = 60 * options.minutes or math.inf
        self._trained_from = time.monotonic()
        self._aside = 0.0
        self._last: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Duration of the training so far."""
        return time.monotonic() - self._begun

    @property
    def seconds_left(self) -> float:
        """Time until ``minutes`` are over; infinite without them."""
        return self._limit - self.seconds

    @property
    def share(self) -> float:
        """Share of ``minutes`` that is over, 0 to 1."""
        return min(1.0, self.seconds / self._limit)

    @property
    def trained_seconds(self) -> float:
        """Duration of this run, without what was timed aside."""
        return time.monotonic() - self._trained_from - self._aside

    def begin(self) -> None:
        """Count the seconds of training from here."""
        self._trained_from, self._aside = time.monotonic(), 0.0

    @contextmanager
    def aside(self, what: str) -> Iterator[None]:
        """Time something that is not training."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._last[what] = time.monotonic() - begun
            self._aside += self._last[what]

    def last(self, what: str, guess: float = 0.0) -> float:
        """Return the last duration of ``what``."""
        return self._last.get(what, guess)

    def is_ending(self, *, step_seconds: float, guess: float) -> bool:
        """Return whether the time left is needed to validate the last and the averaged weights and to write the model.

        Parameters
        ----------
        step_seconds : float
            Duration of a step.
        guess : float
            Estimate of a validation's duration, where there was none yet.
        """
        if self._limit == math.inf:
            return False
        margin = min(max(1.0, 0.01 * self._limit), 0.1 * self._limit)
        validation = self.last("validation", min(guess, 0.15 * self._limit))
        needed = 2.2 * validation + self.last("checkpoint") + 2 * step_seconds + margin
        return self.seconds_left < needed
