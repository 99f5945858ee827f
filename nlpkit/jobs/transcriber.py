"""Transcriber: blocks of sound in, segments with words or labels out, in order of time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit.errors import ArtifactError, ParameterError

from .inputs import StrPath

if TYPE_CHECKING:
    import numpy as np

    from nlpkit.speech.recognition.segments import Segmenter, SoundSegment
    from nlpkit.speech.transcripts.segment import Segment

    Answer = Any
    Heard = tuple[int, SoundSegment]

_BATCH = 16  # segments that are recognised together
_BATCH_SECONDS = 120.0

KINDS = ("ctc_recognizer", "cnn_classifier", "lstm_classifier")
"""Models that can be used."""


DEFAULT = "spoken-digits"
"""Name of the model that ships with nlpkit, which recognises English digits."""


def shipped_model() -> Path:
    """Return the folder of the model that ships with nlpkit."""
    from nlpkit.artifact.reading import shipped_folder

    return shipped_folder(DEFAULT)


def load_speech_model(path: StrPath) -> Any:
    """Return the model in a folder, or the one that ships by its name.

    Raises
    ------
    ArtifactError
        If the folder cannot be read.
    """
    from nlpkit.artifact.reading import model_folder
    from nlpkit.artifact.writing import load

    if not os.path.lexists(model_folder(path)):
        raise ArtifactError(
            f"{os.fspath(path)}: there is no such folder: expected a model that nlpkit train speech wrote, or the name"
            f" of the one that ships, {DEFAULT}"
        )
    return load(path)


def open_recognizer(model: StrPath | Any | None = None) -> Any:
    """Return a model that recognises words or labels in sound: one given, in a folder, or by default the shipped one.

    Its name, ``"spoken-digits"``, stands for it if there is no folder of that name.

    Raises
    ------
    ArtifactError
        If the folder cannot be read.
    ParameterError
        If it is another model.
    """
    from nlpkit.speech.recognition.classifier import Classifier
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer

    named = shipped_model() if model is None else model
    found = load_speech_model(named) if isinstance(named, str | os.PathLike) else named
    if not isinstance(found, CtcRecognizer | Classifier):
        where = f"{os.fspath(named)}: " if isinstance(named, str | os.PathLike) else ""
        what = getattr(found, "kind", type(found).__name__)
        raise ParameterError(
            f"{where}is a model of another kind ({what}): expected one that recognises speech, such as"
            f" nlpkit train speech writes ({', '.join(KINDS)})"
        )
    return found


def labels_of(model: Any) -> tuple[str, ...]:
    """Return the labels of a classifier; none of a recogniser of words."""
    from nlpkit.speech.recognition.classifier import Classifier

    return tuple(model.labels) if isinstance(model, Classifier) else ()


class Transcriber:
    """Recognises what is said in a sound that arrives in blocks.

    Parameters
    ----------
    model : CtcRecognizer or Classifier
    vad : {"energy", "silero", "off"}
        See `nlpkit.speech.recognition.segments.Segmenter`.
    channels : sequence of int or None
        Numbers of the channels, of which each is a row of the blocks; a None stands for one without a number.
    threads : int, optional
        Segments recognised at once; default: one on each core.
    is_live : bool
        Whether each segment is recognised when it ends, and not with others.
    known : callable, optional
        Function from a channel and a `SoundSegment` to its answer, if that is known already, or None.
    keep : callable, optional
        Called with a channel, a `SoundSegment` and its answer when it is new.

    Attributes
    ----------
    fresh : float
        At the end: seconds of sound behind the last segment that was known already, of all channels together.
    """

    def __init__(
        self,
        model: Any,
        *,
        vad: str = "energy",
        channels: Iterable[int | None] = (None,),
        threads: int | None = None,
        is_live: bool = False,
        known: Callable[[int | None, SoundSegment], Answer | None] | None = None,
        keep: Callable[[int | None, SoundSegment, Answer], None] | None = None,
    ) -> None:
        from nlpkit.speech.recognition.segments import Segmenter

        self._model, self._threads, self._is_live = model, threads, is_live
        self._channels = list(channels)
        self._segmenters: list[Segmenter] = [Segmenter(model.sr, vad=vad) for _ in self._channels]
        self._known, self._keep = known, keep
        self._waiting: list[Heard] = []  # not yet in order of time
        self._batch: list[Heard] = []
        self._given = 0
        self.fresh = 0.0
        self._old = 0  # first sample behind the last segment that was known

    @property
    def n_channels(self) -> int:
        """Number of channels that are apart."""
        return len(self._channels)

    @property
    def duration(self) -> float:
        """Seconds of sound so far."""
        return self._given / self._model.sr

    @property
    def silence(self) -> float:
        """Seconds that were left out as silence, of all channels together."""
        return sum(each.silence for each in self._segmenters) / self._model.sr

    @property
    def seen(self) -> float:
        """Seconds up to which all segments that have ended are known."""
        return min(each.seen for each in self._segmenters) / self._model.sr

    def segments(self, blocks: Iterable[np.ndarray]) -> Iterator[list[Segment]]:
        """Yield the segments of a sound: several at a time, and after each block of a live one, also none.

        Parameters
        ----------
        blocks : iterable of (n_samples,) or (channels, n_samples) float32 arrays
            At the model's rate.
        """
        import numpy as np

        for block in blocks:
            rows = np.atleast_2d(block)
            self._given += rows.shape[1]
            for number, (segmenter, samples) in enumerate(zip(self._segmenters, rows, strict=True)):
                self._waiting += [(number, part) for part in segmenter.push(samples)]
            self._put_in_order(min(each.earliest for each in self._segmenters))
            if self._is_live:
                yield self._recognised()
            while len(self._batch) >= _BATCH or self._batch_seconds() > _BATCH_SECONDS:
                yield self._recognised()
        for number, segmenter in enumerate(self._segmenters):
            self._waiting += [(number, part) for part in segmenter.finish()]
        self._put_in_order(None)
        while self._batch:
            yield self._recognised()
        self.fresh = (self._given - self._old) * self.n_channels / self._model.sr

    def _put_in_order(self, earliest: int | None) -> None:
        """Move the segments that no further one can precede to the batch."""
        self._waiting.sort(key=lambda each: (each[1].first, each[0]))
        while self._waiting and (earliest is None or self._waiting[0][1].first <= earliest):
            self._batch.append(self._waiting.pop(0))

    def _batch_seconds(self) -> float:
        return sum(len(part.samples) for _, part in self._batch) / self._model.sr

    def _recognised(self) -> list[Segment]:
        """Recognise the first segments of the batch."""
        from nlpkit.speech.recognition.classifier import Classifier

        taken, self._batch = self._batch[:_BATCH], self._batch[_BATCH:]
        answers: list[Answer | None] = [
            self._known(self._channels[number], part) if self._known else None for number, part in taken
        ]
        new = [at for at, answer in enumerate(answers) if answer is None]
        if len(new) < len(taken):
            self._old = max(part.first + len(part.samples) for _, part in taken)
        if new:
            is_classifier = isinstance(self._model, Classifier)
            hear = self._model.classify if is_classifier else self._model.recognize
            for at, answer in zip(new, hear([taken[at][1].samples for at in new], threads=self._threads), strict=True):
                answers[at] = answer
                if self._keep:
                    self._keep(self._channels[taken[at][0]], taken[at][1], answer)
        return [self._segment(number, part, answer) for (number, part), answer in zip(taken, answers, strict=True)]

    def _segment(self, number: int, part: SoundSegment, answer: Any) -> Segment:
        """Return a segment with the times of the recording."""
        from nlpkit.speech.transcripts.segment import Segment
        from nlpkit.speech.transcripts.transcript import Transcript

        start, end = part.first / self._model.sr, (part.first + len(part.samples)) / self._model.sr
        if isinstance(answer, Transcript):
            moved = answer.moved(start)
            within = [replace(word, start=min(word.start, end), end=min(word.end, end)) for word in moved.words]
            answer = replace(moved, words=within)
        return Segment(start=start, end=end, answer=answer, channel=self._channels[number])
