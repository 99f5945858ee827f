"""Files of transcripts: txt, srt, vtt, tsv and json, written segment by segment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nlpkit.errors import ParameterError
from nlpkit.speech.recognition.classifier import Classification
from nlpkit.speech.transcripts.cues import Cue, CueMaker
from nlpkit.speech.transcripts.segment import Segment
from nlpkit.speech.transcripts.transcript import Word

FORMATS = ("txt", "srt", "vtt", "tsv", "json")
"""Names of the formats, which are suffixes of files too."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Facts about a recording that are known at its end.

    Attributes
    ----------
    duration : float
        Seconds of sound that were read.
    silence : float
        Seconds of them that were left out as silence; with several channels their sum.
    error : str
        Why the recording could not be read to its end; empty if it could.
    """

    duration: float
    silence: float = 0.0
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class TranscriptLayout:
    """Contents of a file of transcripts.

    Attributes
    ----------
    format : {"txt", "srt", "vtt", "tsv", "json"}
    labels : tuple of str
        Labels of a classifier; empty for words.
    has_channels : bool
        Whether channels are apart.
    names_sources : bool
        Whether several recordings are in one file, so that lines and rows name theirs.

    Raises
    ------
    ParameterError
        If there is no such format.
    """

    format: str = "txt"
    labels: tuple[str, ...] = ()
    has_channels: bool = False
    names_sources: bool = False

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise ParameterError(f"format is {self.format!r}: expected one of {', '.join(FORMATS)}")

    @property
    def head(self) -> str:
        """Lines at the start of a file, before all recordings."""
        return _CLASSES[self.format].head(self)

    def recording(self, source: str) -> TranscriptFormat:
        """Return what makes the text of a recording of this name."""
        return _CLASSES[self.format](source, self)


class TranscriptFormat:
    """The text of one recording; this one writes a line for each segment.

    Parameters
    ----------
    source : str
        Name of the recording.
    layout : TranscriptLayout
    """

    def __init__(self, source: str, layout: TranscriptLayout) -> None:
        self._source, self._layout = source, layout

    @staticmethod
    def head(layout: TranscriptLayout) -> str:
        """Return what stands at the start of a file."""
        return ""

    def segment(self, segment: Segment) -> Iterator[str]:
        """Yield what is written for a segment."""
        if segment.text:
            source = _in_line(self._source) if self._layout.names_sources else ""
            parts = [source, segment.speaker, segment.text]
            yield ": ".join(filter(None, parts)) + "\n"

    def pause(self, seconds: float) -> Iterator[str]:
        """Yield what has waited for more: the recording goes on after ``seconds``, but who reads will not wait."""
        yield from ()

    def end(self, ending: Ending) -> Iterator[str]:
        """Yield what is written at the end of the recording."""
        yield from ()


class Subtitles(TranscriptFormat):
    """SubRip (.srt): numbered cues with times; the label of a channel begins its text."""

    _comma = ","
    _with_prefix = True

    def __init__(self, source: str, layout: TranscriptLayout) -> None:
        super().__init__(source, layout)
        self._maker = CueMaker(with_prefix=self._with_prefix)
        self._number = 0

    def segment(self, segment: Segment) -> Iterator[str]:
        yield from map(self._cue, self._maker.push(segment))

    def pause(self, seconds: float) -> Iterator[str]:
        yield from map(self._cue, self._maker.finish(seconds))

    def end(self, ending: Ending) -> Iterator[str]:
        yield from map(self._cue, self._maker.finish(ending.duration))

    def _cue(self, cue: Cue) -> str:
        self._number += 1
        times = f"{self._time(cue.start)} --> {self._time(cue.end)}"
        return f"{self._number}\n{times}\n{self._text(cue)}\n\n"

    def _time(self, ms: int) -> str:
        seconds, ms = divmod(ms, 1000)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{self._comma}{ms:03}"

    def _text(self, cue: Cue) -> str:
        return "\n".join(line.replace("-->", "->") for line in cue.lines)


class WebVtt(Subtitles):
    """WebVTT (.vtt): cues with times; a channel is a voice."""

    _comma = "."
    _with_prefix = False

    @staticmethod
    def head(layout: TranscriptLayout) -> str:
        return "WEBVTT\n\n"

    def _text(self, cue: Cue) -> str:
        escaped = [line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in cue.lines]
        if len(cue.speakers) > 1:
            return "\n".join(f"<v {speaker}>{line}</v>" for speaker, line in zip(cue.speakers, escaped, strict=True))
        return "".join(f"<v {speaker}>" for speaker in cue.speakers) + "\n".join(escaped)


class Table(TranscriptFormat):
    """Tab-separated values (.tsv): a row for each segment, with a line of names before.

    The rows of a classifier have the probability of each label, also where the label is rejected, and its cell empty.
    """

    @staticmethod
    def head(layout: TranscriptLayout) -> str:
        names = ["source"] * layout.names_sources + ["start", "end"] + ["channel"] * layout.has_channels
        probabilities = [f"probability.{_in_line(label)}" for label in layout.labels]
        return "\t".join([*names, "label" if layout.labels else "text", "confidence", *probabilities]) + "\n"

    def segment(self, segment: Segment) -> Iterator[str]:
        answer, layout = segment.answer, self._layout
        if not (segment.text or layout.labels):
            return
        row = [_in_line(self._source)] * layout.names_sources + [f"{segment.start:.3f}", f"{segment.end:.3f}"]
        row += [str(segment.channel or "")] * layout.has_channels + [segment.text, f"{_confidence(segment):.4f}"]
        if isinstance(answer, Classification):
            row += [f"{answer.probabilities.get(label, 0.0):.6f}" for label in layout.labels]
        yield "\t".join(row) + "\n"


class Json(TranscriptFormat):
    """JSON: an object for each recording, on one line."""

    def __init__(self, source: str, layout: TranscriptLayout) -> None:
        super().__init__(source, layout)
        self._encode = json.JSONEncoder(ensure_ascii=False).encode
        self._rejected = self._count = 0

    def segment(self, segment: Segment) -> Iterator[str]:
        yield ", " if self._count else self._begin()
        yield self._encode(_fields(segment))
        self._count += 1
        self._rejected += segment.rejected

    def end(self, ending: Ending) -> Iterator[str]:
        if not self._count:
            yield self._begin()
        fields: dict[str, Any] = {"duration": round(ending.duration, 3), "silence": round(ending.silence, 3)}
        fields["rejected"] = self._rejected
        if ending.error:
            fields["error"] = ending.error
        yield "], " + self._encode(fields)[1:] + "\n"

    def _begin(self) -> str:
        return '{"source": ' + self._encode(self._source) + ', "segments": ['


_CLASSES: dict[str, type[TranscriptFormat]] = {
    "txt": TranscriptFormat,
    "srt": Subtitles,
    "vtt": WebVtt,
    "tsv": Table,
    "json": Json,
}


def _in_line(text: str) -> str:
    return " ".join(text.split())


def _confidence(segment: Segment) -> float:
    """Return the probability of a label, or the mean of those of the words."""
    if isinstance(segment.answer, Classification):
        return segment.answer.confidence
    words = segment.words
    return sum(word.confidence for word in words) / len(words)


def _fields(segment: Segment) -> dict[str, Any]:
    fields: dict[str, Any] = {"start": round(segment.start, 3), "end": round(segment.end, 3)}
    if segment.channel is not None:
        fields["channel"] = segment.channel
    if isinstance(segment.answer, Classification):
        answer = segment.answer
        probabilities = {label: round(float(value), 6) for label, value in answer.probabilities.items()}
        return {**fields, "label": answer.label, "confidence": round(float(answer.confidence), 6)} | {
            "probabilities": probabilities
        }
    words = [_word(word) for word in segment.words]
    return {**fields, "text": segment.text, "words": words, "rejected": segment.rejected}


def _word(word: Word) -> dict[str, Any]:
    times = {"start": round(word.start, 3), "end": round(word.end, 3)}
    return {"text": word.text, **times, "confidence": round(float(word.confidence), 4)}
