"""Parts of a transcript that fill a cue each: of one speaker, or of two who speak at the same time.

The breaks of least cost are found by dynamic programming, as those of paragraphs (Knuth and Plass, *Breaking Paragraphs
into Lines*, 1981).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlpkit.speech.transcripts.cue_text import WIDTH, Piece, lines_of
from nlpkit.speech.transcripts.cue_times import GAP, LEAST, MOST, RATE

LONG_PAUSE = 1500
"""Milliseconds without a word after which a cue always ends."""

_PAUSE = 300  # milliseconds of a pause in which a break is good
_CUE = 3.0  # cost of a cue
_BREAKS = {2: 0.0, 1: 2.0, 0: 8.0}  # cost of a break after a sentence, a comma, or neither
_IN_PAUSE = 3.0  # cost of a break in a pause
_SENTENCE_WITHIN = 2.0
_SHORT = 20.0  # cost of a cue for which there is no time
_PER_CHARACTER = 0.3  # cost of each character a second too many
_OVERLAP = 0.05  # cost of each millisecond in which the next cue should be shown already


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A piece, and who says it.

    Attributes
    ----------
    piece : Piece
    speaker : str
    """

    piece: Piece
    speaker: str


@dataclass(frozen=True, kw_only=True)
class CuePart:
    """The words of a cue.

    Attributes
    ----------
    start, end : int
        Milliseconds from the first word to the end of the last one.
    lines : tuple of str
        One or two.
    speakers : tuple of str
        One for all lines, or the speaker of each line.
    """

    start: int
    end: int
    lines: tuple[str, ...]
    speakers: tuple[str, ...]


def parts_of(pieces: Mapping[str, Sequence[Piece]], prefixes: Mapping[str, str], until: int) -> list[CuePart]:
    """Return the parts of what speakers say.

    Where two speak at the same time, and what they say fits in a line each, it is one part. With more speakers each has
    parts alone.

    Parameters
    ----------
    pieces : mapping of str to sequence of Piece
        The words of each speaker, in order of time.
    prefixes : mapping of str to str
        Text before that of each speaker.
    until : int
        Milliseconds at which the last cue ends.

    Returns
    -------
    list of CuePart
        In order of their starts.
    """
    alone = []
    for speaker, each in pieces.items():
        alone += _parted([Spoken(piece=piece, speaker=speaker) for piece in each], prefixes, until)
    alone.sort(key=lambda part: (part[0].piece.start, part[0].speaker))
    groups: list[list[Sequence[Spoken]]] = []
    end = 0
    for part in alone:
        if not groups or part[0].piece.start >= end:
            groups.append([])
        groups[-1].append(part)
        end = max(end, *(each.piece.end for each in part))
    found: list[Sequence[Spoken]] = []
    for group, following in zip(groups, [*(after[0][0].piece.start for after in groups[1:]), until], strict=True):
        if len({part[0].speaker for part in group}) == 2:
            both = sorted((each for part in group for each in part), key=lambda each: (each.piece.start, each.speaker))
            found += _parted(both, prefixes, following)
        else:
            found += group
    return [_made(part, prefixes) for part in found]


def _made(part: Sequence[Spoken], prefixes: Mapping[str, str]) -> CuePart:
    return CuePart(
        start=part[0].piece.start,
        end=max(each.piece.end for each in part),
        lines=_lines(part, prefixes) or (),
        speakers=tuple(dict.fromkeys(each.speaker for each in part)),
    )


def _lines(part: Sequence[Spoken], prefixes: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the lines of a part: one or two of a speaker, or one of each; None if they do not fit."""
    voices: dict[str, list[Piece]] = {}
    for each in part:
        voices.setdefault(each.speaker, []).append(each.piece)
    made = [lines_of(pieces, prefixes[speaker]) for speaker, pieces in voices.items()]
    lines = tuple(line for each in made if each is not None for line in each)
    return None if None in made or len(lines) > 2 else lines


def _parted(spoken: Sequence[Spoken], prefixes: Mapping[str, str], until: int) -> list[Sequence[Spoken]]:
    """Return pieces in parts that fit a cue each, with breaks of least cost."""
    n = len(spoken)
    best = [0.0] + [float("inf")] * n
    before = [0] * (n + 1)
    for end in range(1, n + 1):
        following = spoken[end].piece.start if end < n else until
        length = last = 0
        for start in range(end - 1, -1, -1):
            piece = spoken[start].piece
            length += len(piece.text) + len(piece.joint)
            last = max(last, piece.end)
            part = spoken[start:end]
            is_whole = end - start > 1
            too_long = length > 2 * WIDTH + 2 or last - piece.start > MOST
            if is_whole and (too_long or spoken[start + 1].piece.start - piece.end > LONG_PAUSE):
                break
            if is_whole and _lines(part, prefixes) is None:
                continue
            cost = best[start] + _cost([each.piece for each in part], following, is_last=end == n)
            if cost < best[end]:
                best[end], before[end] = cost, start
    parts = []
    end = n
    while end:
        parts.append(spoken[before[end] : end])
        end = before[end]
    return parts[::-1]


def _cost(part: Sequence[Piece], following: int, *, is_last: bool) -> float:
    last = max(piece.end for piece in part)
    cost = _CUE + _SENTENCE_WITHIN * sum(piece.stop == 2 for piece in part[:-1])
    if not is_last:
        in_pause = following - last >= _PAUSE
        cost += min(_BREAKS[part[-1].stop], _IN_PAUSE if in_pause else 8.0)
        cost += _OVERLAP * max(0, last - following)
    time = max(1, min(following - GAP, part[0].start + MOST) - part[0].start)
    if time < LEAST:
        cost += _SHORT * (1 + (LEAST - time) / LEAST)
    rate = 1000 * sum(len(piece.text) + 1 for piece in part) / time
    return cost + _PER_CHARACTER * max(0.0, rate - RATE)
