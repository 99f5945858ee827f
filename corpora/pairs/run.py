"""What the readers of pairs have in common: runs of pairs, and why some are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

UNDECODABLE = "can't be decoded"
BLANK = "blank line"

_RUN_CHARACTERS = 1 << 20
_RUN_PAIRS = 20_000


class PairRun(NamedTuple):
    """Consecutive pairs of one source: the line that each begins at (from 1), and its two sides."""

    numbers: Sequence[int]
    src: list[str]
    trg: list[str]


class LeftOut(dict[str, int]):
    """How many records were left out, by the reason."""

    def count(self, reason: str, n: int = 1) -> None:
        """Count ``n`` more."""
        if n:
            self[reason] = self.get(reason, 0) + n


class PairRuns:
    """Gathers pairs one by one into runs of about a mebibyte."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._src: list[str] = []
        self._trg: list[str] = []
        self._characters = 0

    def add(self, number: int, src: str, trg: str) -> None:
        """Take a pair."""
        self._numbers.append(number)
        self._src.append(src)
        self._trg.append(trg)
        self._characters += len(src) + len(trg)

    def full(self) -> Iterator[PairRun]:
        """Yield what was gathered if it is a run."""
        if self._characters > _RUN_CHARACTERS or len(self._numbers) >= _RUN_PAIRS:
            yield from self.rest()

    def rest(self) -> Iterator[PairRun]:
        """Yield what was gathered, if there is anything."""
        if self._numbers:
            yield PairRun(self._numbers, self._src, self._trg)
            self._numbers, self._src, self._trg, self._characters = [], [], [], 0
