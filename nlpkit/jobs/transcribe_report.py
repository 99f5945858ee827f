"""Results of a job that transcribes recordings: seconds, silence, rejected words, errors, and the transcripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlpkit.speech.transcripts.segment import Segment


SHORTEST = 0.1
"""Seconds of sound that hold no word if there are fewer, and whose speed says nothing."""


@dataclass(frozen=True, kw_only=True)
class RecordingTranscript:
    """The transcript of a recording.

    Attributes
    ----------
    source : str
        Name of the recording.
    duration : float
        Seconds.
    silence : float
        Seconds that were left out as silence; of several channels their sum.
    segments : list of Segment
        In order of time.
    """

    source: str
    duration: float
    silence: float
    segments: list[Segment]


@dataclass(kw_only=True)
class TranscribeReport:
    """Result of `transcribe_files`.

    Attributes
    ----------
    recordings : int
        Number of recordings that were transcribed.
    seconds, silence : float
        Seconds of sound, and seconds of them that were left out as silence; channels that are apart are added.
    segments, texts : int
        Number of segments, and of those in which there is a known word or label.
    rejected : int
        Number of words, or of segments of a classifier, that are none of the known ones.
    wordless : int
        Number of recordings without a known word or label.
    elapsed : float
        Duration of the job in seconds, without loading the model.
    fresh : float
        Seconds of sound that were recognised now, and not before the job was stopped.
    refused : list of str
        Errors of the inputs that could not be read; the others are transcribed all the same.
    left_out : dict of str to int
        Number of files that were left out, by reason.
    written : list of Path
        The files.
    transcripts : list of RecordingTranscript, or None
        All transcripts, if no output was named.
    was_finished : bool
        Whether there was nothing left to resume.
    """

    recordings: int = 0
    seconds: float = 0.0
    silence: float = 0.0
    segments: int = 0
    texts: int = 0
    rejected: int = 0
    wordless: int = 0
    elapsed: float = 0.0
    fresh: float = 0.0
    refused: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    written: list[Path] = field(default_factory=list)
    transcripts: list[RecordingTranscript] | None = None
    was_finished: bool = False

    @property
    def real_time_factor(self) -> float:
        """Seconds of computing for each second of sound; 0 if there is less than 0.1 s of it."""
        return self.elapsed / self.fresh if self.fresh >= SHORTEST else 0.0

    @property
    def is_too_short(self) -> bool:
        """Whether the recordings are too short to hold a word."""
        return self.seconds < SHORTEST * self.recordings

    def add(self, facts: Mapping[str, Any]) -> None:
        """Add the facts about a recording: its seconds, silence, segments, texts and rejected."""
        self.recordings += 1
        self.wordless += facts["texts"] == 0
        for name in ("seconds", "silence", "segments", "texts", "rejected"):
            setattr(self, name, getattr(self, name) + facts[name])
