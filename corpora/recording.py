"""A recording: sound with its text, label and speaker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A sound with its metadata.

    Attributes
    ----------
    name : str
        Name in messages: the path, preceded by the archive's path if it is in an archive.
    path : str or None
        Path of the file; None in an archive.
    text : str or None
        Transcript.
    label : str or None
        Class label.
    speaker : str or None
    start : float
        Start within the file, in seconds.
    end : float or None
        End within the file, in seconds; None for the end of the file.
    """

    name: str
    path: str | None
    text: str | None = None
    label: str | None = None
    speaker: str | None = None
    start: float = 0.0
    end: float | None = None
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
        return None if self.end is None else self.end - self.start
