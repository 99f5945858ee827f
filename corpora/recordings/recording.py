"""A recording: sound with its text, label and speaker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A sound with its metadata.

    Attributes
    ----------
    name : str
        Name in messages: the path, preceded by the archive's path if it is in an archive.
    path : str or None
        Path of the file; None in an archive.
    id : str or None
        Name of the recording in its corpus.
    text : str or None
        Transcript.
    label : str or None
        Class label.
    speaker : str or None
    start : float
        Start within the file, in seconds.
    end : float or None
        End within the file, in seconds; None for the end of the file.
    channel : int or None
        The channel, counted from 1; None for all of them.
    stated : float or None
        Duration of the whole file in seconds, if a manifest gives one without a start or an end.
    fields : mapping of str to object
        The other columns or fields of its record.
    where : str
        Place of its record, for messages.
    """

    name: str
    path: str | None
    id: str | None = None
    text: str | None = None
    label: str | None = None
    speaker: str | None = None
    start: float = 0.0
    end: float | None = None
    channel: int | None = None
    stated: float | None = None
    fields: Mapping[str, Any] = field(default_factory=dict, hash=False)
    where: str = field(default="", compare=False)
    opened: Callable[[], BinaryIO] | None = field(default=None, repr=False, compare=False)

    @property
    def audio(self) -> str | BinaryIO:
        """The argument of `nlpkit.speech.load`: the path, or an in-memory file from the archive."""
        if self.path is not None:
            return self.path
        assert self.opened is not None
        return self.opened()

    @property
    def duration(self) -> float | None:
        """Duration in seconds, or None if the end is unknown."""
        return self.stated if self.end is None else self.end - self.start


def part_of(recording: Recording, start: float, end: float) -> Recording:
    """Return the part of a recording between two times, in seconds from its start.

    Examples
    --------
    >>> part_of(Recording(name="a", path="a", start=10.0), 1.0, 2.5).duration
    1.5
    """
    return replace(recording, start=recording.start + start, end=recording.start + end, stated=None)
