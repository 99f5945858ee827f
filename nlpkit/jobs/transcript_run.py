"""One recording on its way to text: what is heard becomes lines, and is counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from nlpkit.errors import InputError

from .heard_sound import HeardSound, LiveSound
from .transcriber import Transcriber
from .transcript_journal import TranscriptJournal

if TYPE_CHECKING:
    from nlpkit.speech.transcripts.formats import TranscriptLayout
    from nlpkit.speech.transcripts.segment import Segment


class TranscriptRun:
    """One recording on its way to text.

    Parameters
    ----------
    heard : HeardSound or LiveSound
    layout : TranscriptLayout
    journal : TranscriptJournal, optional
        Answers that are known already, and place for new ones.

    Attributes
    ----------
    fresh : float
        Seconds of sound that were recognised now.
    """

    def __init__(
        self, heard: HeardSound | LiveSound, layout: TranscriptLayout, journal: TranscriptJournal | None = None
    ) -> None:
        self._heard = heard
        self._format = layout.recording(heard.name)
        self._journal = journal
        self._counts = {"segments": 0, "texts": 0, "rejected": 0}
        self._ending: dict[str, float] = {"duration": 0.0, "silence": 0.0, "seconds": 0.0}
        self._transcriber: Transcriber | None = None
        self.fresh = 0.0

    def lines(self, collected: list[Segment] | None = None) -> Iterator[list[str]]:
        """Yield the lines of its transcript, some at a time; segments are added to ``collected``."""
        from nlpkit.speech.transcripts.formats import Ending

        transcriber, blocks = self._heard.transcriber(self._journal)
        self._transcriber = transcriber
        for segments in transcriber.segments(blocks):
            found: list[str] = []
            for segment in segments:
                self._counts["segments"] += 1
                self._counts["texts"] += bool(segment.text)
                self._counts["rejected"] += segment.rejected
                if collected is not None:
                    collected.append(segment)
                found += self._format.segment(segment)
            if self._heard.is_live and segments:
                found += self._format.pause(transcriber.seen)
            yield found
        self._ending = {
            "duration": transcriber.duration,
            "silence": transcriber.silence,
            "seconds": transcriber.duration * transcriber.n_channels,
        }
        self.fresh = transcriber.fresh
        yield list(self._format.end(Ending(duration=transcriber.duration, silence=transcriber.silence)))

    def broken(self, error: InputError) -> list[str]:
        """Return the lines that end a transcript whose recording cannot be read further; none if it has no lines."""
        from nlpkit.speech.transcripts.formats import Ending

        if self._transcriber is None or not self._counts["segments"]:
            return []
        ending = Ending(duration=self._transcriber.duration, silence=self._transcriber.silence, error=str(error))
        return list(self._format.end(ending))

    def facts(self) -> dict[str, Any]:
        """Return what is known about the recording, once all lines were taken."""
        return {"source": self._heard.name, **self._ending, **self._counts}
