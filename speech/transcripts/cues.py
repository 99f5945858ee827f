"""Subtitles: words become cues, by rules that subtitlers use.

A cue has at most two lines of 42 characters. It is shown for 5/6 to 7 seconds, there are two frames of 25 a second
between two cues, and at most 17 characters have to be read in a second where the speech leaves the time (these are the
numbers of Netflix's *Timed Text Style Guide* for English). Cues end after sentences if they can, else after commas,
else in pauses. The breaks of least cost are found by dynamic programming, as those of paragraphs (Knuth and Plass,
*Breaking Paragraphs into Lines*, 1981).

Left out: shot changes, and italics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlpkit.speech.transcripts.cue_text import WIDTH, Piece, lines_of, pieces_of
from nlpkit.speech.transcripts.cue_times import GAP, LEAST, MOST, RATE, CueTime, shown_times
from nlpkit.speech.transcripts.segment import Segment

LONG_PAUSE = 1500
"""Milliseconds without a word after which a cue always ends."""

_MANY = 400  # words without a long pause
_PAUSE = 300  # milliseconds of a pause in which a break is good
_CUE = 3.0  # cost of a cue
_BREAKS = {2: 0.0, 1: 2.0, 0: 8.0}  # cost of a break after a sentence, a comma, or neither
_IN_PAUSE = 3.0  # cost of a break in a pause
_SENTENCE_WITHIN = 2.0
_SHORT = 20.0  # cost of a cue for which there is no time
_PER_CHARACTER = 0.3  # cost of each character a second too many


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A subtitle.

    Attributes
    ----------
    start, end : int
        Milliseconds from the start of the recording.
    lines : tuple of str
        One or two.
    speaker : str
        Label of the channel; empty without one.
    """

    start: int
    end: int
    lines: tuple[str, ...]
    speaker: str = ""


class CueMaker:
    """Makes cues of segments that arrive in order of time.

    Parameters
    ----------
    with_prefix : bool
        Whether the label of a channel stands at the start of the text of a cue.

    Examples
    --------
    >>> from nlpkit.speech.transcripts.transcript import Transcript, Word
    >>> seven = Word(text="seven", start=0.5, end=0.9, confidence=0.9)
    >>> maker = CueMaker()
    >>> maker.push(Segment(start=0.3, end=1.1, answer=Transcript(words=[seven])))
    []
    >>> maker.finish(3.0)
    [Cue(start=500, end=1334, lines=('seven',), speaker='')]
    """

    def __init__(self, *, with_prefix: bool = False) -> None:
        self._with_prefix = with_prefix
        self._waiting: dict[str, list[Piece]] = {}
        self._last = 0  # end of the last word that waits
        self._shown = 0  # end of the last cue

    def push(self, segment: Segment) -> list[Cue]:
        """Add a segment, and return the cues that are complete: those before a long pause."""
        room = WIDTH - len(self._prefix(segment.speaker))
        pieces = pieces_of(segment.words, segment.separator, max(1, room))
        if not pieces:
            return []
        made: list[Cue] = []
        pause = pieces[0].start - self._last
        if self._waiting and pause > LONG_PAUSE:
            made = self._made(pieces[0].start - GAP - LEAST)  # so that the next cue can begin earlier
        elif sum(map(len, self._waiting.values())) > _MANY:
            made = self._made(max(pieces[0].start, self._last) - GAP)
        self._waiting.setdefault(segment.speaker, []).extend(pieces)
        self._last = max(self._last, *(piece.end for piece in pieces))
        return made

    def finish(self, duration: float) -> list[Cue]:
        """Return the remaining cues of a recording of so many seconds.

        More segments may follow if the recording goes on; no cue lasts longer than ``duration``.
        """
        return self._made(int(duration * 1000 + 1e-6)) if self._waiting else []

    def _prefix(self, speaker: str) -> str:
        return f"{speaker}: " if self._with_prefix and speaker else ""

    def _made(self, until: int) -> list[Cue]:
        """Return cues of all words that wait; they end by ``until``, where the next word or nothing follows."""
        found = []
        for speaker, pieces in self._waiting.items():
            prefix = self._prefix(speaker)
            parts = _parted(pieces, prefix, until)
            found += [(part[0].start, part, lines_of(part, prefix) or (), speaker) for part in parts]
        found.sort(key=lambda each: each[0])
        self._waiting.clear()
        times = [
            CueTime(start=start, end=max(p.end for p in part), characters=sum(map(len, lines)))
            for start, part, lines, _ in found
        ]
        cues = [
            Cue(start=start, end=end, lines=lines, speaker=speaker)
            for (start, end), (_, _, lines, speaker) in zip(shown_times(times, self._shown, until), found, strict=True)
        ]
        self._shown = cues[-1].end
        return cues


def cues_of(segments: Sequence[Segment], duration: float, *, with_prefix: bool = False) -> list[Cue]:
    """Return the subtitles of a recording.

    Parameters
    ----------
    segments : sequence of Segment
        In order of time.
    duration : float
        Seconds of the recording.
    with_prefix : bool
        See `CueMaker`.

    Returns
    -------
    list of Cue
        In order of time, without overlaps, none empty.
    """
    maker = CueMaker(with_prefix=with_prefix)
    return [cue for segment in segments for cue in maker.push(segment)] + maker.finish(duration)


def _parted(pieces: Sequence[Piece], prefix: str, until: int) -> list[Sequence[Piece]]:
    """Return pieces in parts that fit a cue each, with breaks of least cost."""
    n = len(pieces)
    best = [0.0] + [float("inf")] * n
    before = [0] * (n + 1)
    for end in range(1, n + 1):
        following = pieces[end].start if end < n else until
        length = 0
        for start in range(end - 1, -1, -1):
            length += len(pieces[start].text) + len(pieces[start].joint)
            part = pieces[start:end]
            is_whole = end - start > 1
            too_long = length > 2 * WIDTH + 2 or pieces[end - 1].end - pieces[start].start > MOST
            if is_whole and (too_long or pieces[start + 1].start - pieces[start].end > LONG_PAUSE):
                break
            if is_whole and lines_of(part, prefix) is None:
                continue
            cost = best[start] + _cost(part, following, is_last=end == n)
            if cost < best[end]:
                best[end], before[end] = cost, start
    parts = []
    end = n
    while end:
        parts.append(pieces[before[end] : end])
        end = before[end]
    return parts[::-1]


def _cost(part: Sequence[Piece], following: int, *, is_last: bool) -> float:
    cost = _CUE + _SENTENCE_WITHIN * sum(piece.stop == 2 for piece in part[:-1])
    if not is_last:
        in_pause = following - part[-1].end >= _PAUSE
        cost += min(_BREAKS[part[-1].stop], _IN_PAUSE if in_pause else 8.0)
    time = max(1, min(following - GAP, part[0].start + MOST) - part[0].start)
    if time < LEAST:
        cost += _SHORT * (1 + (LEAST - time) / LEAST)
    rate = 1000 * sum(len(piece.text) + 1 for piece in part) / time
    return cost + _PER_CHARACTER * max(0.0, rate - RATE)
