"""Two parallel files: line n of one translates line n of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.opened import opened
from nlpkit.corpora.pairs.run import UNDECODABLE, LeftOut, PairRun
from nlpkit.corpora.paths import Source
from nlpkit.corpora.reader import refusal_of_syntax
from nlpkit.errors import InputError

Lines = Iterable[tuple[int, list[str]]]


def read_aligned(
    src: Lines, trg: Lines, *, names: tuple[str, str], decodings: tuple[Decoding, Decoding], left_out: LeftOut
) -> Iterator[PairRun]:
    """Yield runs of pairs. If a line of either file is skipped as undecodable, so is its pair.

    Parameters
    ----------
    src, trg : iterable of (int, list of str)
        See `nlpkit.corpora.lines.read_lines`.
    names : (str, str)
        File names, for messages.
    decodings : (Decoding, Decoding)
        Decodings of the two files; each counts its skipped lines.
    left_out : LeftOut
        Counter of skipped pairs.

    Raises
    ------
    InputError
        At the end, if the files have different numbers of lines.
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
            f"found {counts[0]} in {names[0]} and {counts[1]} in {names[1]}, expected the same number, because line n "
            "of one translates line n of the other; look for lines that were split, joined or removed"
        )
    left_out.count(UNDECODABLE, found[0] - pairs)


class _WaitingLines:
    """Lines of one file that are not paired yet."""

    def __init__(self, runs: Lines) -> None:
        self._runs = iter(runs)
        self._read = 0
        self.number = 1
        self.lines: list[str] = []

    def fill(self) -> bool:
        """Read lines if there are none waiting; return False at the end."""
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
        """Read to the end, and return the total number of lines."""
        self._read += sum(len(lines) for _, lines in self._runs)
        return self._read


def lines_of(stream: BinaryIO, source: Source) -> Any:
    """Return the bytes of one of two parallel files.

    Raises
    ------
    InputError
        If its lines are not texts.
    """
    content, data = opened(stream, source.name, source.path or "", seekable=source.size is not None)
    if content.kind == "closed":
        raise content.refusal(source.name)
    if content.kind != "text":
        raise InputError(
            f"{source.name}: is not lines of text; give a file with both sides with --pairs, or unpack an archive"
        )
    refusal = refusal_of_syntax(source.name, source.path or "")
    if refusal is not None:
        raise refusal[1]
    return data
