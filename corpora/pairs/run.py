"""Shared by the readers of pairs: runs of pairs, and counts of skipped records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlpkit.corpora.bad_records import BLANK, UNDECODABLE, LeftOut

__all__ = ["BLANK", "UNDECODABLE", "LeftOut", "PairRun", "PairRuns"]

_RUN_CHARACTERS = 1 << 20
_RUN_PAIRS = 20_000


class PairRun(NamedTuple):
    """Consecutive pairs of one source: the line number of each (from 1), and its two sides."""

    numbers: Sequence[int]
    src: list[str]
    trg: list[str]


class PairRuns:
    """Collects pairs into runs of about 1 MiB."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._src: list[str] = []
        self._trg: list[str] = []
        self._characters = 0

    def add(self, number: int, src: str, trg: str) -> None:
        """Add a pair."""
        self._numbers.append(number)
        self._src.append(src)
        self._trg.append(trg)
        self._characters += len(src) + len(trg)

    def full(self) -> Iterator[PairRun]:
        """Yield the collected pairs if they fill a run."""
        if self._characters > _RUN_CHARACTERS or len(self._numbers) >= _RUN_PAIRS:
            yield from self.rest()

    def rest(self) -> Iterator[PairRun]:
        """Yield the collected pairs, if any."""
        if self._numbers:
            yield PairRun(self._numbers, self._src, self._trg)
            self._numbers, self._src, self._trg, self._characters = [], [], [], 0
