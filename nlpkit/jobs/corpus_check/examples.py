"""The first pairs that have each problem, with their texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from nlpkit.corpora import PairBlock

from .report import PairExample

if TYPE_CHECKING:
    import numpy as np

    from .pair_checks import PairChecks


class PairExamples:
    """The first pairs of each problem, whose texts are looked up in a second pass."""

    def __init__(self, checks: PairChecks, masks: dict[str, np.ndarray], n: int) -> None:
        firsts = {"duplicate": checks.first_of_pair, "repeated_source": checks.first_of_source}
        self._rows: dict[str, Sequence[int]] = {}
        self._firsts: dict[str, list[int]] = {}
        for name, mask in masks.items():
            rows = mask.nonzero()[0][:n].tolist()
            self._rows[name] = rows
            self._firsts[name] = firsts[name]()[rows].tolist() if name in firsts and rows else []
        wanted = {row for found in (self._rows, self._firsts) for rows in found.values() for row in rows}
        self._wanted = sorted(wanted, reverse=True)
        self._found: dict[int, tuple[int, str, str]] = {}

    @property
    def missing(self) -> bool:
        """Whether there are pairs yet to be found."""
        return bool(self._wanted)

    def look_through(self, blocks: Iterable[PairBlock]) -> None:
        """Look for the pairs in blocks, as far as needed."""
        begin = 0
        for block in blocks:
            self.look(block, begin)
            begin += len(block.src)
            if not self.missing:
                return

    def look(self, block: PairBlock, begin: int) -> None:
        """Take what is wanted of a block whose first pair is number ``begin``."""
        while self._wanted and self._wanted[-1] < begin + len(block.src):
            row = self._wanted.pop()
            at = row - begin
            self._found[row] = block.numbers[at], block.src[at], block.trg[at]

    def of(self, name: str) -> tuple[PairExample, ...]:
        """Return the examples of a problem."""
        firsts: Sequence[int | None] = self._firsts[name] or [None] * len(self._rows[name])
        examples = []
        for row, first in zip(self._rows[name], firsts, strict=True):
            number, src, trg = self._found[row]
            line = None if first is None else self._found[first][0]
            examples.append(PairExample(number=number, src=src, trg=trg, first=line))
        return tuple(examples)
