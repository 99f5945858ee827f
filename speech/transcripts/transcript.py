"""Word and Transcript: what was said, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word of a transcript.

    Attributes
    ----------
    text : str
    start, end : float
        Seconds from the start of the recording.
    confidence : float
        Probability that it is right, from 0 to 1.
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The words of a recording or a part of it.

    Attributes
    ----------
    words : sequence of Word
        In order of time.
    separator : str
        Text between two words: a space, or nothing in a script without spaces.
    rejected : int
        Number of sounds that resembled a word, but with a confidence below the recogniser's limit.
    """

    words: Sequence[Word]
    separator: str = " "
    rejected: int = 0

    @property
    def text(self) -> str:
        """The words in one line.

        Examples
        --------
        >>> seven = Word(text="seven", start=0.1, end=0.4, confidence=0.9)
        >>> Transcript(words=[seven, Word(text="two", start=0.5, end=0.7, confidence=0.8)]).text
        'seven two'
        """
        return self.separator.join(word.text for word in self.words)

    def moved(self, seconds: float) -> Transcript:
        """Return the transcript with all times later by ``seconds``."""
        words = [replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words]
        return replace(self, words=words)
