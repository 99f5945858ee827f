"""Recordings, or a stream, that are being transcribed: their blocks, and what is heard in them."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO

from nlpkit.corpora import AudioFiles
from nlpkit.corpora.paths import STDIN
from nlpkit.corpora.recordings.recording import Recording

from .inputs import Reading, StrPath
from .sound import Sound, told
from .transcriber import Transcriber, labels_of

if TYPE_CHECKING:
    import numpy as np

    from nlpkit.speech.audio.live_source import LiveSource
    from nlpkit.speech.audio.part import AudioPart

    from .transcript_journal import TranscriptJournal

Progress = Callable[[str, int, int | None], None]
_STAGE = "transcribing"


class Hearing:
    """How recordings are transcribed.

    Parameters
    ----------
    model : CtcRecognizer or Classifier
    vad : {"energy", "silero", "off"}
    threads : int, optional
    split : bool
        Whether channels are apart.
    """

    def __init__(self, model: Any, *, vad: str, threads: int | None, split: bool) -> None:
        self.model, self.vad, self.threads, self.split = model, vad, threads, split
        self.labels = labels_of(model)
        Transcriber(model, vad=vad)  # raises what is wrong with the options

    def transcriber(
        self, channels: list[int | None], journal: TranscriptJournal | None = None, *, is_live: bool = False
    ) -> Transcriber:
        """Return what recognises the segments of one recording."""
        kept: dict[str, Any] = {} if journal is None else {"known": journal.known, "keep": journal.keep}
        return Transcriber(self.model, vad=self.vad, channels=channels, threads=self.threads, is_live=is_live, **kept)

    def fingerprint(self) -> str:
        """Return the SHA-256 of the model's weights and options."""
        digest = hashlib.sha256(json.dumps([self.model.kind, self.model.stored()], default=str).encode())
        for name, array in sorted(self.model.weights.items()):
            digest.update(name.encode() + bytes(str(array.shape), "ascii") + array.tobytes())
        return digest.hexdigest()


class HeardSound:
    """A recording that is transcribed.

    Parameters
    ----------
    recording : Recording
    sound : Sound
    hearing : Hearing
    progress : callable, optional
        Called with the share of the recording that is done, from 0 to 1.
    """

    is_live = False

    def __init__(
        self,
        recording: Recording,
        sound: Sound,
        hearing: Hearing,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        self.recording, self.name = recording, recording.name
        self._sound, self._hearing, self._progress = sound, hearing, progress

    def transcriber(self, journal: TranscriptJournal | None = None) -> tuple[Transcriber, Iterator[np.ndarray]]:
        """Return what recognises the recording, and its blocks.

        Raises
        ------
        InputError
            If it cannot be opened.
        """
        from nlpkit.speech.audio.source import open_audio

        [part] = self._sound.parts(self.recording)
        split = self._hearing.split and part.channel is None
        channels: list[int | None] = [part.channel if self._hearing.split else None]
        seconds: float | None = None
        if split or self._progress is not None:
            try:
                opened = open_audio(part.open(), raw=part.raw, salvage=part.salvage, name=part.name)
            except Exception as error:
                raise told(error, part) from error
            opened.close()
            seconds = opened.frames / opened.sr if opened.frames else None
            if split:
                channels = list(range(1, opened.channels + 1))
        return self._hearing.transcriber(channels, journal), self._blocks(part, split, seconds)

    def _blocks(self, part: AudioPart, split: bool, seconds: float | None) -> Iterator[np.ndarray]:
        from nlpkit.speech.audio.reading import stream

        sr, done = self._hearing.model.sr, 0
        try:
            part.check()
            for block in stream(part.open(), sr, mono=not split, name=part.name, **part.reading):
                yield block.samples
                done += block.samples.shape[-1]
                if self._progress is not None and seconds:
                    self._progress(min(1.0, done / sr / (part.duration or seconds)))
        except Exception as error:
            raise told(error, part) from error


class LiveSound:
    """A stream that is transcribed while it arrives.

    Parameters
    ----------
    source : LiveSource
    sound : Sound
        Its channel, offset and duration hold.
    hearing : Hearing
    """

    is_live = True

    def __init__(self, source: LiveSource, sound: Sound, hearing: Hearing) -> None:
        self.name = source.name
        self.recording = Recording(name=source.name, path=None)
        self._source, self._hearing = source, hearing
        self._channel = None if sound.channel in ("mix", "each") else int(sound.channel)
        self._part: dict[str, Any] = {"offset": sound.offset, "duration": sound.duration}
        self._is_reading = False

    def transcriber(self, journal: TranscriptJournal | None = None) -> tuple[Transcriber, Iterator[np.ndarray]]:
        """Return what recognises the stream, and its blocks."""
        split = self._hearing.split
        channels: list[int | None] = list(range(1, self._source.format.channels + 1)) if split else [None]
        return self._hearing.transcriber(channels, is_live=True), self._blocks(split)

    def _blocks(self, split: bool) -> Iterator[np.ndarray]:
        blocks = self._source.blocks(self._hearing.model.sr, mono=not split, channel=self._channel, **self._part)
        while True:
            try:
                self._is_reading = True
                block = next(blocks, None)
            except _StoppedError:
                return
            finally:
                self._is_reading = False
            if block is None:
                return
            yield block

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let Ctrl-C end the stream: what was heard is transcribed and written. A second one stops at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def stop(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, before)
            self._source.stop()
            if self._is_reading:
                raise _StoppedError

        signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def heard_recordings(files: AudioFiles, sound: Sound, hearing: Hearing, progress: Progress | None) -> list[HeardSound]:
    """Return the recordings of files."""
    recordings = list(files.recordings())
    sizes = [os.path.getsize(each.path) if each.path and os.path.isfile(each.path) else 0 for each in recordings]
    total, before, heard = sum(sizes), 0, []
    for recording, size in zip(recordings, sizes, strict=True):
        show = _share(progress, before, size, total) if progress is not None and total else None
        heard.append(HeardSound(recording, sound, hearing, show))
        before += size
    return heard


def _share(progress: Progress, before: int, size: int, total: int) -> Callable[[float], None]:
    return lambda share: progress(_STAGE, before + round(share * size), total)


def heard_live(
    inputs: list[StrPath], read_as: Reading, sound: Sound, hearing: Hearing
) -> tuple[LiveSound | None, Reading]:
    """Return standard input as a live sound, if it is the only input, a pipe, and of a format that can be live.

    Otherwise the second result is how it is read, with what was read already.
    """
    is_listed = sound.manifest is not None or sound.split is not None
    if [os.fspath(each) for each in inputs] != [STDIN] or is_listed or sound.salvage:
        return None, read_as
    stream: Any = read_as.stdin or (sys.stdin.buffer if sys.stdin is not None else None)
    if stream is None or _is_file(stream):
        return None, read_as
    from nlpkit.speech.audio.live_source import LiveSource, live_source

    read = getattr(stream, "raw", stream).read
    found = live_source(lambda n: read(n) or b"", sound.raw)
    if isinstance(found, LiveSource):
        return LiveSound(found, sound, hearing), read_as
    rest: Any = _Rest(found, read)
    return None, replace(read_as, stdin=rest)


def _is_file(stream: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, AttributeError):
        return False


class _StoppedError(Exception):
    """Ends a read that waits for more sound."""


class _Rest:
    """A stream of which the first bytes were read."""

    def __init__(self, head: bytes, read: Callable[[int], bytes]) -> None:
        self._head, self._read = head, read

    def read(self, n: int) -> bytes:
        found, self._head = self._head[:n], self._head[n:]
        return found or self._read(n) or b""
