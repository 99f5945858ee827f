"""Segments: sound of any length in parts of at most 30 seconds, cut at pauses, as it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from nlpkit.errors import require, require_whole
from nlpkit.speech.recognition.loudness import SLOT, SLOTS, Loudness
from nlpkit.speech.voice_activity import speech_regions

VADS = ("energy", "silero", "off")
"""Ways to find speech."""
LONGEST = 30.0
"""Seconds of the longest segment."""

_ABOVE = 3.0  # dB above the background, from which a slot is speech; steady noise reaches 2.7
_PAUSE, _SHORT_PAUSE = 12, 6  # slots without speech that end a segment, and one that is long already
_LONG = 300  # slots of a segment that is long
_MOST = round(LONGEST / SLOT)
_BEFORE, _AFTER = 5, 6  # slots that a segment has before its first slot with speech, and after its last one
_SILENCE, _KEPT = 120, 60  # slots of silence that are dropped together, and those of them that are kept for now
_ASKED = 2.0  # seconds of a steady sound that `speech_regions` is asked about
_WHOLE = 1.5  # seconds of a sound that is not cut
_FAINTEST = 4e-5  # largest sample of digital silence: one step of 16 bits, and a little more
_BUFFER = 60.0  # seconds
_SILERO = 100  # slots that silero-vad judges together
_CONTEXT = 20  # slots before them that it sees


@dataclass(frozen=True, kw_only=True)
class SoundSegment:
    """A part of a sound.

    Attributes
    ----------
    first : int
        Number of its first sample in the sound.
    samples : (n_samples,) float32 array
    """

    first: int
    samples: np.ndarray


class Segmenter:
    """Cuts a sound into segments.

    A segment ends in a pause of 0.6 s, or of 0.3 s after 15 s. If there is none in 30 s, it ends at the quietest place.
    Speech is what stands out from its background (see `nlpkit.speech.recognition.loudness`), however soft it is. A
    steady sound in which nothing stands out is speech if `nlpkit.speech.speech_regions` says so. A sound of at most
    1.5 s is not cut, and left out only if it is digital silence. Segments never overlap. They do not depend on the
    sizes of the blocks, and no more than 60 s are held in memory.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz, at least 1,000.
    vad : {"energy", "silero", "off"}
        How speech is found: by its level; by silero-vad, 5 s at a time; or not at all, then the whole sound is given
        out.

    Raises
    ------
    MissingDependencyError
        If it is "silero", and silero-vad is not installed.
    ParameterError
        If a value is none of these.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(64000) / 16000
    >>> voice = np.where((t > 1) & (t < 2), np.sin(2 * np.pi * 300 * t), 0).astype(np.float32)
    >>> segmenter = Segmenter(16000)
    >>> [(part.first, len(part.samples)) for part in segmenter.push(voice) + segmenter.finish()]
    [(11200, 25600)]
    >>> segmenter.silence
    38400
    """

    def __init__(self, sr: int, *, vad: str = "energy") -> None:
        require(vad in VADS, "vad", vad, "one of " + ", ".join(map(repr, VADS)))
        require_whole("sr", sr, 1000)
        self._sr, self._vad = int(sr), vad
        self._loud = Loudness(self._sr)
        self._size = self._loud.size
        self._buffer = np.zeros(round(_BUFFER * self._sr), np.float32)
        self._base = 0  # number of the sample at the start of the buffer
        self._given = 0  # samples so far
        self._used = 0  # samples in segments
        self._from = 0  # first slot that is neither in a segment nor left out
        self._found = False  # whether something stood out
        self._speech: list[np.ndarray] = []
        if vad == "silero":
            speech_regions(np.zeros(1600, np.float32), 16000, method=vad)

    @property
    def silence(self) -> int:
        """Number of samples that were left out up to now, or may be."""
        return self._given - self._used

    @property
    def earliest(self) -> int:
        """Number of the sample before which no further segment begins."""
        return self._from * self._size

    @property
    def seen(self) -> int:
        """Number of samples that have been judged."""
        return min(self._given, self._loud.slots * self._size)

    def push(self, samples: np.ndarray) -> list[SoundSegment]:
        """Add samples, (n_samples,) float32, and return the segments that are complete."""
        made: list[SoundSegment] = []
        chunk, margin = SLOTS * self._size, self._loud.margin
        at = 0
        while at < len(samples):
            taken = samples[at : at + chunk]
            at += len(taken)
            self._hold(taken)
            while self._given >= self._loud.slots * self._size + chunk + margin:
                start = self._loud.slots * self._size
                self._loud.push(self._samples(start, start + chunk + margin))
                made += self._complete()
        return made

    def finish(self) -> list[SoundSegment]:
        """Return the last segments, when there are no more samples."""
        rest = self._samples(self._loud.slots * self._size, self._given)
        chunk, margin = SLOTS * self._size, self._loud.margin
        while len(rest):
            piece = np.zeros(chunk + margin, np.float32)
            piece[: len(rest)] = rest[: chunk + margin]
            self._loud.push(piece, len(rest) if len(rest) < chunk + margin else None)
            rest = rest[SLOTS * self._size :]
        if self._given > _WHOLE * self._sr or self._used:
            return self._complete(is_end=True)
        is_silent = not self._given or np.abs(self._samples(0, self._given)).max() <= _FAINTEST
        return [] if is_silent and (self._vad != "off" or not self._given) else self._cut(0, self._loud.slots)

    def _hold(self, samples: np.ndarray) -> None:
        held = self._given - self._base
        if held + len(samples) > len(self._buffer):
            first = min(self._from * self._size, self._loud.slots * self._size)
            if self._vad == "silero":
                first = min(first, max(0, self._judged - _CONTEXT) * self._size)
            rest = self._given - first
            self._buffer[:rest] = self._buffer[first - self._base : held].copy()
            self._base, held = first, rest
        self._buffer[held : held + len(samples)] = samples
        self._given += len(samples)

    def _samples(self, first: int, end: int) -> np.ndarray:
        return self._buffer[first - self._base : end - self._base]

    @property
    def _judged(self) -> int:
        """Number of slots of which is known whether they are speech."""
        return sum(map(len, self._speech)) if self._vad == "silero" else self._loud.slots

    def _complete(self, *, is_end: bool = False) -> list[SoundSegment]:
        """Return the segments that have ended."""
        if self._vad == "silero":
            self._ask_silero(is_end=is_end)
        made: list[SoundSegment] = []
        end = self._judged
        while self._from < end:
            if self._vad == "off":
                parts = self._cut_off(self._from, end, is_end)
            else:
                parts = self._next(self._active(end), end, is_end)
            if not parts:
                break
            made += parts
        return made

    def _next(self, active: np.ndarray, end: int, is_end: bool) -> list[SoundSegment]:
        """Return the next segment, if it has ended; what is silent before it is left out."""
        slots = np.flatnonzero(active) + self._from
        if not len(slots):
            return self._nothing(end, is_end)
        self._found = True
        start = max(self._from, int(slots[0]) - _BEFORE)
        pauses = np.diff(slots, append=end) - 1
        ends = slots + 1 + _AFTER
        enough = np.where(ends - start > _LONG, _SHORT_PAUSE, _PAUSE)
        closed = np.flatnonzero(pauses >= enough)
        if len(closed) and ends[closed[0]] - start <= _MOST:
            return self._cut(start, min(int(ends[closed[0]]), end))
        if end - start >= _MOST:
            return self._cut(start, self._quietest(start, active))
        return self._cut(start, min(int(ends[-1]), end)) if is_end else []

    def _nothing(self, end: int, is_end: bool) -> list[SoundSegment]:
        """Leave out what is silent; return it, if it may be a steady voice."""
        until = end if is_end else end - _KEPT
        if not is_end and end - self._from < _SILENCE:
            return []
        first, last = self._from * self._size, min(until * self._size, self._given)
        if self._vad == "energy" and not self._found:
            middle, half = (first + last) // 2, round(_ASKED / 2 * self._sr)
            if speech_regions(self._samples(max(first, middle - half), min(last, middle + half)), self._sr):
                return self._cut(self._from, until)
        self._from = until
        return []

    def _cut_off(self, start: int, end: int, is_end: bool) -> list[SoundSegment]:
        """Return the next segment of a sound of which nothing is left out."""
        if end - start >= _MOST:
            return self._cut(start, self._quietest(start, np.ones(end - start, bool)))
        return self._cut(start, end) if is_end else []

    def _cut(self, start: int, end: int) -> list[SoundSegment]:
        self._from = end
        samples = self._samples(start * self._size, min(end * self._size, self._given)).copy()
        self._used += len(samples)
        return [SoundSegment(first=start * self._size, samples=samples)]

    def _quietest(self, start: int, active: np.ndarray) -> int:
        """Return the slot at which a segment without a pause is cut: in its second half, where it is quietest."""
        first, end = start + _LONG, start + _MOST
        quiet = ~active[first - self._from : end - self._from]
        edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
        lengths = edges[1::2] - edges[::2]
        if len(lengths) and lengths.max() > 1:
            longest = int(lengths.argmax())
            return first + int(edges[2 * longest] + lengths[longest] // 2)
        powers = 10 ** (self._loud.levels(first, end) / 10)
        return first + 1 + int((powers[:-1] + powers[1:]).argmin())

    def _active(self, end: int) -> np.ndarray:
        if self._vad == "energy":
            return self._loud.above(self._from, end) > _ABOVE
        return np.concatenate(self._speech)[self._from : end]

    def _ask_silero(self, *, is_end: bool) -> None:
        while self._loud.slots - self._judged >= _SILERO or (is_end and self._judged < self._loud.slots):
            start, end = self._judged, min(self._judged + _SILERO, self._loud.slots)
            first = max(0, start - _CONTEXT)
            seen = self._samples(first * self._size, min(end * self._size, self._given))
            found = np.zeros(end - first, bool)
            for region in speech_regions(seen, self._sr, method="silero"):
                found[int(region.start / SLOT) : int(np.ceil(region.end / SLOT))] = True
            self._speech.append(found[start - first :])


def sound_segments(blocks: Iterable[np.ndarray], sr: int, *, vad: str = "energy") -> Iterator[SoundSegment]:
    """Yield the segments of a sound that arrives in blocks; parameters and errors are those of `Segmenter`."""
    segmenter = Segmenter(sr, vad=vad)
    for block in blocks:
        yield from segmenter.push(block)
    yield from segmenter.finish()
