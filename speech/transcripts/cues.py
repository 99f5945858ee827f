"""Subtitles: words become cues, by rules that subtitlers use.

A cue has at most two lines of 42 characters. It is shown for 5/6 to 7 seconds, there are two frames of 25 a second
between two cues, and at most 17 characters have to be read in a second where the speech leaves the time (these are the
numbers of Netflix's *Timed Text Style Guide* for English). Cues end after sentences if they can, else after commas,
else in pauses (see `nlpkit.speech.transcripts.cue_parts`). Where two speak at the same time a cue has a line for each.

Left out: shot changes, and italics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlpkit.speech.transcripts.cue_parts import LONG_PAUSE, parts_of
from nlpkit.speech.transcripts.cue_text import WIDTH, Piece, pieces_of
from nlpkit.speech.transcripts.cue_times import GAP, LEAST, CueTime, shown_times
from nlpkit.speech.transcripts.segment import Segment

_MANY = 400  # words without a long pause


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A subtitle.

    Attributes
    ----------
    start, end : int
        Milliseconds from the start of the recording.
    lines : tuple of str
        One or two.
    speakers : tuple of str
        Labels of the channels: one for all lines, or one for each line; none without them.
    """

    start: int
    end: int
    lines: tuple[str, ...]
    speakers: tuple[str, ...] = ()


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
    [Cue(start=500, end=1334, lines=('seven',), speakers=())]
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
        parts = parts_of(self._waiting, {speaker: self._prefix(speaker) for speaker in self._waiting}, until)
        self._waiting.clear()
        times = [CueTime(start=each.start, end=each.end, characters=sum(map(len, each.lines))) for each in parts]
        cues = [
            Cue(start=start, end=end, lines=part.lines, speakers=tuple(filter(None, part.speakers)))
            for (start, end), part in zip(shown_times(times, self._shown, until), parts, strict=True)
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
