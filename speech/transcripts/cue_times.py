"""When subtitles are shown: as long as the words, long enough to be read, and never two at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

LEAST = 834
"""Milliseconds that a cue is shown at least, if there is time: 5/6 s."""
MOST = 7000
"""Milliseconds that a cue is shown at most."""
GAP = 80
"""Milliseconds between two cues: two frames of 25 a second."""
RATE = 17
"""Characters that are read in a second."""

_FRAME = 40  # milliseconds that a cue is shown in any case, if there is time
_LATEST = 1000  # milliseconds by which a cue may come too late, where another is being read


@dataclass(frozen=True, kw_only=True)
class CueTime:
    """When the words of a cue are spoken.

    Attributes
    ----------
    start, end : int
        Milliseconds.
    characters : int
    """

    start: int
    end: int
    characters: int

    @property
    def wanted(self) -> int:
        """Milliseconds that the cue should be shown."""
        spoken = self.end - self.start
        return min(MOST, max(LEAST, spoken, ceil(1000 * self.characters / RATE)))


def shown_times(cues: Sequence[CueTime], after: int, until: int) -> list[tuple[int, int]]:
    """Return when each cue is shown.

    It is from the first word of the cue to the last one, and longer if it is too short to be read and there is time: to
    the next cue, and if that is not enough, from the cue before. Where the times of words leave no room at all, cues
    are moved.

    Parameters
    ----------
    cues : sequence of CueTime
        In order of their starts.
    after : int
        End of the cue before the first one, in milliseconds.
    until : int
        End of the recording, or start of the cue that follows.

    Returns
    -------
    list of (int, int)
        Start and end of each cue, in milliseconds; no two overlap, and none is empty.

    Examples
    --------
    >>> shown_times([CueTime(start=500, end=700, characters=5), CueTime(start=1200, end=1500, characters=3)], 0, 9000)
    [(286, 1120), (1200, 2034)]
    """
    first = after + GAP if after else 0
    last = max(until, after + len(cues))
    if last - first < len(cues):
        first = after
    starts = _apart(cues, first, last)
    shown: list[tuple[int, int]] = []
    for number, (cue, start) in enumerate(zip(cues, starts, strict=True)):
        is_last = number + 1 == len(cues)
        following = last if is_last else starts[number + 1]
        gap = 0 if is_last and until == last else min(GAP, (following - start) * 2 // 3)
        end = min(start + cue.wanted, following - gap)
        lacking = LEAST - (end - start)
        if lacking > 0:
            start = _earlier(shown, cues, start, lacking, first)
        shown.append((start, max(end, start + 1)))
    return shown


def _earlier(shown: list[tuple[int, int]], cues: Sequence[CueTime], start: int, lacking: int, first: int) -> int:
    """Return an earlier start of a cue that lacks time; the cue before is cut to its words, or the least time."""
    earliest = first
    if shown:
        before_start, before_end = shown[-1]
        needed = max(cues[len(shown) - 1].end, before_start + LEAST)
        earliest = min(before_end, max(needed, before_start + 1)) + GAP
    moved = max(earliest, start - lacking)
    if moved >= start:
        return start
    if shown and shown[-1][1] > moved - GAP:
        shown[-1] = shown[-1][0], moved - GAP
    return moved


def _apart(cues: Sequence[CueTime], first: int, last: int) -> list[int]:
    """Return starts from ``first`` on that leave each cue some time until the next one, or until ``last``.

    A cue whose words overlap those before, as in two channels, waits until the cue before can be read.
    """
    room = min(_FRAME + GAP, max(1, (last - first) // len(cues)))
    found: list[int] = []
    spoken = 0
    for cue in cues:
        start = max(cue.start, first)
        if found:
            start = max(start, found[-1] + room)
            if spoken > cue.start:
                start = max(start, min(found[-1] + LEAST + GAP, cue.start + _LATEST))
        found.append(start)
        spoken = max(spoken, cue.end)
    latest = last
    for number in reversed(range(len(found))):
        latest = found[number] = min(found[number], latest - room)
    return found
