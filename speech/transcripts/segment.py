"""Segment: a part of a recording, and what a recogniser made of it."""

from __future__ import annotations

from dataclasses import dataclass

from nlpkit.speech.recognition.classifier import Classification
from nlpkit.speech.transcripts.transcript import Transcript, Word


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A part of a recording, and what a recogniser made of it.

    Attributes
    ----------
    start, end : float
        Seconds from the start of the recording.
    answer : Transcript or Classification
        Words with times from the start of the recording, or a label.
    channel : int or None
        Channel of the recording, counted from 1; None if there is one, or their average was taken.
    """

    start: float
    end: float
    answer: Transcript | Classification
    channel: int | None = None

    @property
    def text(self) -> str:
        """The words or the label in one line; empty if there is nothing known.

        Examples
        --------
        >>> yes = Classification(label="yes", confidence=0.9, probabilities={"yes": 0.9, "no": 0.1})
        >>> Segment(start=0.0, end=1.0, answer=yes).text
        'yes'
        """
        if isinstance(self.answer, Classification):
            return " ".join((self.answer.label or "").split())
        return " ".join(self.answer.text.split())

    @property
    def words(self) -> list[Word]:
        """The words; a label is one word that is as long as the segment."""
        if isinstance(self.answer, Transcript):
            return list(self.answer.words)
        if self.answer.label is None:
            return []
        label, confidence = self.answer.label, self.answer.confidence
        return [Word(text=label, start=self.start, end=self.end, confidence=confidence)]

    @property
    def separator(self) -> str:
        """Text between two words."""
        return self.answer.separator if isinstance(self.answer, Transcript) else " "

    @property
    def rejected(self) -> int:
        """Number of sounds that are none of the known words or labels."""
        return self.answer.rejected if isinstance(self.answer, Transcript) else int(self.answer.label is None)

    @property
    def speaker(self) -> str:
        """The channel as a label, such as ``channel 2``; empty without one."""
        return "" if self.channel is None else f"channel {self.channel}"
