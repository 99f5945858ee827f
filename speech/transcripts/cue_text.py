"""The text of a subtitle: pieces of words, and the two lines that they fill."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlpkit.speech.transcripts.transcript import Word

WIDTH = 42
"""Characters in a line."""

_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]»]*$")
_CLAUSE = re.compile(r"[,;:–—、，；：][\"'”’)\]»]*$")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A word, or a part of a word that is longer than a line.

    Attributes
    ----------
    text : str
        At most `WIDTH` characters, without white space.
    start, end : int
        Milliseconds.
    joint : str
        Text between the piece before and this one, where they stand in one line.
    """

    text: str
    start: int
    end: int
    joint: str

    @property
    def stop(self) -> int:
        """How well a break fits after the piece: 2 after a sentence, 1 after a comma, else 0."""
        if _SENTENCE.search(self.text):
            return 2
        return int(bool(_CLAUSE.search(self.text)))


def pieces_of(words: Sequence[Word], separator: str, width: int) -> list[Piece]:
    """Return words as pieces of at most ``width`` characters; a part of a word takes its share of the time.

    Examples
    --------
    >>> [piece.text for piece in pieces_of([Word(text="a" * 50, start=0, end=1, confidence=1)], " ", 42)]
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'aaaaaaaa']
    """
    pieces = []
    for word in words:
        start, end = round(word.start * 1000), round(word.end * 1000)
        for number, part in enumerate(word.text.split()):
            joint = separator if number == 0 else " "
            for at in range(0, len(part), width):
                text = part[at : at + width]
                first = start + (end - start) * at // len(part)
                last = start + (end - start) * (at + len(text)) // len(part)
                pieces.append(Piece(text=text, start=first, end=max(first, last), joint="" if at else joint))
    return pieces


def lines_of(pieces: Sequence[Piece], prefix: str = "") -> tuple[str, ...] | None:
    """Return the one or two lines of at most `WIDTH` characters that pieces fill, or None if they do not fit.

    A second line begins after a sentence or a comma if it can, and the lines are about equally long.

    Examples
    --------
    >>> words = "We had a long walk, and then we saw the sea behind the hills".split()
    >>> lines_of([Piece(text=word, start=0, end=0, joint=" ") for word in words])
    ('We had a long walk,', 'and then we saw the sea behind the hills')
    """
    ends = [len(prefix)]
    for number, piece in enumerate(pieces):
        ends.append(ends[-1] + len(piece.text) + (len(piece.joint) if number else 0))
    if ends[-1] <= WIDTH:
        return (prefix + _joined(pieces),)
    best: tuple[int, int] | None = None
    for at in range(1, len(pieces)):
        first, second = ends[at], ends[-1] - ends[at] - len(pieces[at].joint)
        if first > WIDTH or second > WIDTH:
            continue
        cost = abs(first - second) + (40, 8, 0)[pieces[at - 1].stop]
        if best is None or cost < best[0]:
            best = cost, at
    if best is None:
        return None
    return prefix + _joined(pieces[: best[1]]), _joined(pieces[best[1] :])


def _joined(pieces: Sequence[Piece]) -> str:
    return "".join((piece.joint if number else "") + piece.text for number, piece in enumerate(pieces))
