"""The journal of a recording: what has been recognised of it, so that a job that was stopped goes on from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlpkit.speech.recognition.segments import SoundSegment

Key = tuple[int | None, int, int]


class TranscriptJournal:
    """Answers of a recogniser by channel and place, in a file that grows with each.

    Parameters
    ----------
    path : Path
        The file, one JSON array a line: channel, first sample, number of samples, and the answer. The first line is the
        number of the recording; a journal of another one is begun anew, and an incomplete last line is left out.
    number : int
        Number of the recording.

    Examples
    --------
    >>> import tempfile
    >>> from nlpkit.speech.recognition.segments import SoundSegment
    >>> from nlpkit.speech.transcripts.transcript import Transcript
    >>> part = SoundSegment(first=800, samples=[0.0] * 10)
    >>> path = Path(tempfile.mkdtemp(), "journal")
    >>> with TranscriptJournal(path, 0) as journal:
    ...     journal.keep(None, part, Transcript(words=[], rejected=2))
    >>> with TranscriptJournal(path, 0) as journal:
    ...     journal.known(None, part)
    Transcript(words=[], separator=' ', rejected=2)
    """

    def __init__(self, path: Path, number: int) -> None:
        self._answers: dict[Key, Any] = {}
        good = self._read(path, number)
        self._file: IO[bytes] = open(path, "ab" if good else "wb")  # noqa: SIM115 (closed by __exit__)
        if good:
            self._file.truncate(good)
        else:
            self._put(number)

    def __enter__(self) -> TranscriptJournal:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def known(self, channel: int | None, part: SoundSegment) -> Any | None:
        """Return the answer about a part, or None."""
        return self._answers.get((channel, part.first, len(part.samples)))

    def keep(self, channel: int | None, part: SoundSegment, answer: Any) -> None:
        """Add an answer."""
        self._put([channel, part.first, len(part.samples), _as_json(answer)])

    def _read(self, path: Path, number: int) -> int:
        """Take the answers of the file, and return the bytes of its whole lines; 0 if it is of another recording."""
        try:
            lines = path.read_bytes().splitlines(keepends=True)
            if not lines or not lines[0].endswith(b"\n") or json.loads(lines[0]) != number:
                return 0
        except (FileNotFoundError, ValueError):
            return 0
        good = len(lines[0])
        for line in lines[1:]:
            try:
                channel, first, n, answer = json.loads(line)
                self._answers[channel, first, n] = _from_json(answer)
            except (ValueError, TypeError, KeyError):
                break
            if not line.endswith(b"\n"):
                break
            good += len(line)
        return good

    def _put(self, value: Any) -> None:
        self._file.write(json.dumps(value).encode() + b"\n")
        self._file.flush()


def _as_json(answer: Any) -> dict[str, Any]:
    from nlpkit.speech.transcripts.transcript import Transcript

    if isinstance(answer, Transcript):
        words = [[word.text, float(word.start), float(word.end), float(word.confidence)] for word in answer.words]
        return {"words": words, "separator": answer.separator, "rejected": int(answer.rejected)}
    probabilities = {label: float(value) for label, value in answer.probabilities.items()}
    return {"label": answer.label, "confidence": float(answer.confidence), "probabilities": probabilities}


def _from_json(fields: Mapping[str, Any]) -> Any:
    from nlpkit.speech.recognition.classifier import Classification
    from nlpkit.speech.transcripts.transcript import Transcript, Word

    if "words" not in fields:
        return Classification(**fields)
    words = [Word(text=text, start=start, end=end, confidence=share) for text, start, end, share in fields["words"]]
    return Transcript(words=words, separator=fields["separator"], rejected=fields["rejected"])
