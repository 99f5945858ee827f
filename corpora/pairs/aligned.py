"""Two files of which line n of one translates line n of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.pairs.run import UNDECODABLE, LeftOut, PairRun
from nlpkit.errors import InputError

Lines = Iterable[tuple[int, list[str]]]


def read_aligned(
    src: Lines, trg: Lines, *, names: tuple[str, str], decodings: tuple[Decoding, Decoding], left_out: LeftOut
) -> Iterator[PairRun]:
    """Yield runs of pairs; where a line of either file can't be decoded and is skipped, the pair is left out.

    Parameters
    ----------
    src, trg : iterable of (int, list of str)
        As `nlpkit.corpora.lines.read_lines` gives them.
    names : (str, str)
        The files' names, for messages.
    decodings : (Decoding, Decoding)
        Those that the lines are read with; each counts the lines that it skips.
    left_out : LeftOut
        Counts what is left out.

    Raises
    ------
    InputError
        When both are read, if they haven't the same number of lines.
    """
    sides = _WaitingLines(src), _WaitingLines(trg)
    pairs = 0
    while all(side.fill() for side in sides):
        first = max(side.number for side in sides)
        for side in sides:
            side.drop_before(first)
        n = min(len(side.lines) for side in sides)
        if n:
            yield PairRun(range(first, first + n), sides[0].take(n), sides[1].take(n))
            pairs += n
    found = [side.exhaust() + decoding.skipped for side, decoding in zip(sides, decodings, strict=True)]
    if found[0] != found[1]:
        counts = [f"{n:,} line{'' if n == 1 else 's'}" for n in found]
        raise InputError(
            f"found {counts[0]} in {names[0]} and {counts[1]} in {names[1]}, expected as many: line n of one "
            "translates line n of the other; look for lines that were split, joined or left out"
        )
    left_out.count(UNDECODABLE, found[0] - pairs)


class _WaitingLines:
    """The lines of one file that wait for their partners."""

    def __init__(self, runs: Lines) -> None:
        self._runs = iter(runs)
        self._read = 0
        self.number = 1
        self.lines: list[str] = []

    def fill(self) -> bool:
        """Have lines, unless there are no more."""
        while not self.lines:
            run = next(self._runs, None)
            if run is None:
                return False
            self.number, self.lines = run
            self._read += len(self.lines)
        return True

    def take(self, n: int) -> list[str]:
        taken, self.lines = self.lines[:n], self.lines[n:]
        self.number += n
        return taken

    def drop_before(self, number: int) -> None:
        self.take(max(0, min(number - self.number, len(self.lines))))

    def exhaust(self) -> int:
        """Read to the end, and return how many lines there were."""
        self._read += sum(len(lines) for _, lines in self._runs)
        return self._read
