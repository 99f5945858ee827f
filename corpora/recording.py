"""A recording: sound, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Sound, and what is known of it.

    Attributes
    ----------
    name : str
        What messages call it: its path, or that in an archive after the archive's own.
    path : str or None
        Where the file is; None in an archive.
    text : str or None
        What is said.
    label : str or None
        The class that it is of.
    speaker : str or None
    start : float
        Seconds of the file at which it begins.
    end : float or None
        Seconds at which it ends; None for the file's end.
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
        """What `nlpkit.speech.load` takes: the path, or the file of an archive in memory."""
        if self.path is not None:
            return self.path
        assert self.opened is not None
        return self.opened()

    @property
    def duration(self) -> float | None:
        """Seconds, where the end is known."""
        return None if self.end is None else self.end - self.start
