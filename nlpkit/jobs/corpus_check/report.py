"""CorpusReport: the problems of sentence pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .pair_checks import RatioBounds, SideMeasures

PROBLEMS = {
    "empty": "a side is empty",
    "characters": "control characters, lone surrogates, U+FFFD",
    "same": "source = target",
    "too_long": "a side is too long",
    "ratio": "lengths that don't go together",
    "script": "not in the script of its side",
    "duplicate": "the same pair again",
    "repeated_source": "the same source, another target",
    "test_source": "its source is in a test set",
    "test_pair": "source and target are in a test set",
}
"""Problems that are detected. A dropped pair counts under the first of its problems that are dropped."""

DEFAULT_DROP = ("empty", "characters", "same", "too_long", "ratio", "script", "duplicate", "test_source")


@dataclass(frozen=True, kw_only=True)
class PairExample:
    """A pair that has a problem.

    Attributes
    ----------
    number : int
        The line at which it begins.
    src, trg : str
    first : int or None
        The line of the pair that it repeats, or whose source it has.
    """

    number: int
    src: str
    trg: str
    first: int | None = None


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that was looked for.

    Attributes
    ----------
    name : str
        A key of `PROBLEMS`.
    pairs : int
        How many pairs have it.
    dropped : int
        How many were left out of the cleaned copy for it, and for nothing before it.
    examples : tuple of PairExample
    """

    name: str
    pairs: int
    dropped: int = 0
    examples: tuple[PairExample, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """A test set, and what of it the corpus holds, case, spaces and punctuation aside.

    Attributes
    ----------
    name : str
    texts : int
        Its sources.
    sources_seen : int
        Those that are sources in the corpus.
    pairs_seen : int or None
        Its pairs that are in the corpus; None where the test set is sources alone.
    left_out : int
        Its records that couldn't be read, and so weren't looked for.
    """

    name: str
    texts: int
    sources_seen: int
    pairs_seen: int | None
    left_out: int = 0


@dataclass(frozen=True, kw_only=True)
class CorpusReport:
    """Result of `check_pairs`.

    Attributes
    ----------
    sources : tuple of str
        The files.
    pairs : int
    left_out : dict of str to int
        Records that are no pairs, or couldn't be read as such, by the reason.
    src, trg : SideMeasures
        Script and lengths of each side.
    ratio : RatioBounds
        The usual ratio of lengths.
    problems : tuple of Problem
        In the order of `PROBLEMS`, those that were not found too; test sets' only where there are some.
    overlaps : tuple of Overlap
    output : tuple of str
        The files of the cleaned copy, if one was written.
    kept : int or None
        Pairs in it.
    altered : int
        Those in which tabs, line ends or lone surrogates had to be replaced.
    """

    sources: tuple[str, ...]
    pairs: int
    left_out: dict[str, int]
    src: SideMeasures
    trg: SideMeasures
    ratio: RatioBounds
    problems: tuple[Problem, ...]
    overlaps: tuple[Overlap, ...] = ()
    output: tuple[str, ...] = ()
    kept: int | None = None
    altered: int = 0
