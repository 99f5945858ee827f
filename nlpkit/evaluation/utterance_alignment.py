"""`UtteranceAlignment`: a transcript beside its reference, word by word."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Pair = tuple[str | None, str | None]
"""A word of the reference and of the transcript; None where one of them has none."""


@dataclass(frozen=True, kw_only=True)
class UtteranceAlignment:
    """The words of a transcript beside those of its reference.

    Attributes
    ----------
    number : int
        The utterance's place among all, from 0.
    pairs : tuple of (str or None, str or None)
        A word of the reference and the one of the transcript; None for the missing one of an insertion or deletion.
    """

    number: int
    pairs: tuple[Pair, ...]

    @property
    def errors(self) -> int:
        """Number of substitutions, deletions and insertions."""
        return sum(wanted != said for wanted, said in self.pairs)

    @property
    def length(self) -> int:
        """Number of words of the reference."""
        return sum(wanted is not None for wanted, _ in self.pairs)

    def __str__(self) -> str:
        """Three lines: the reference, the transcript, and S, D or I below each error.

        Examples
        --------
        >>> pairs = (("seven", "seven"), (None, "oh"), ("four", "five"), ("two", None))
        >>> print(UtteranceAlignment(number=0, pairs=pairs))
        REF: seven ** four two
        HYP: seven oh five ***
                   I  S    D
        """
        columns = []
        for wanted, said in self.pairs:
            mark = " " if wanted == said else "I" if wanted is None else "D" if said is None else "S"
            width = max(display_width(wanted or ""), display_width(said or ""))
            cells = [each if each is not None else "*" * width for each in (wanted, said)]
            columns.append([cell + " " * (width - display_width(cell)) for cell in (*cells, mark)])
        heads = ("REF:", "HYP:", "    ")
        return "\n".join(
            " ".join([head, *(column[row] for column in columns)]).rstrip() for row, head in enumerate(heads)
        )


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """A kind of error, and how often it occurred.

    Attributes
    ----------
    reference, hypothesis : str or None
        The word of the reference, and what stands in its place; None for an insertion or a deletion.
    count : int
    """

    reference: str | None
    hypothesis: str | None
    count: int


def confusions(alignments: Iterable[UtteranceAlignment]) -> tuple[Confusion, ...]:
    """Count the errors of each kind, the most frequent first; equal counts stand in the order of the words."""
    counted = Counter(pair for each in alignments for pair in each.pairs if pair[0] != pair[1])
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1] or ""))
    return tuple(Confusion(reference=wanted, hypothesis=said, count=n) for (wanted, said), n in ordered)


def pairs_of(
    wanted: Sequence[str], said: Sequence[str], chunks: Iterable[tuple[str, int, int, int, int]]
) -> list[Pair]:
    """Return the pairs of an alignment that consists of chunks: kind, and start and end in both sequences."""
    pairs: list[Pair] = []
    for kind, start, end, first, last in chunks:
        if kind in ("equal", "substitute"):
            pairs.extend(zip(wanted[start:end], said[first:last], strict=True))
        elif kind == "delete":
            pairs.extend((word, None) for word in wanted[start:end])
        else:
            pairs.extend((None, word) for word in said[first:last])
    return pairs


def display_width(text: str) -> int:
    """Return the number of columns that a text takes on a terminal.

    Examples
    --------
    >>> display_width("four"), display_width("四"), display_width("e\\u0301")
    (4, 2, 1)
    """
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )
