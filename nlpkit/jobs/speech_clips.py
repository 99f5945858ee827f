"""Clips of a training of speech: what a manifest lists, as samples, and what had to be left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError
from nlpkit.outputs.files import output_errors
from nlpkit.threads import available_threads, iter_batches

from .passes import Progress
from .recording_labels import label_of
from .sound import told

if TYPE_CHECKING:
    import numpy as np

    from nlpkit.speech.audio.part import AudioPart
    from nlpkit.training.speech.clip_room import ClipRoom

READING_SOUND = "reading sound"


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A recording that was read.

    Attributes
    ----------
    name : str
    samples : (n_samples,) float32 array
    text, label, speaker : str or None
    place : tuple
        File, start, end and channel, which are the same for a recording that is listed twice.
    """

    name: str
    samples: np.ndarray
    text: str | None
    label: str | None
    speaker: str | None
    place: tuple[Hashable, ...]


@dataclass(kw_only=True)
class LeftOut:
    """Recordings that were left out.

    Attributes
    ----------
    counts : Counter
        Number by reason.
    examples : dict
        The first one of each reason.
    """

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, reason: str, name: str, n: int = 1) -> None:
        """Count a recording, or several."""
        self.counts[reason] += n
        self.examples.setdefault(reason, name)

    def in_words(self) -> str:
        """Return the reasons, numbers and examples in one line."""
        return "; ".join(f"{reason}: {n:,} (such as {self.examples[reason]})" for reason, n in self.counts.items())


def read_clips(
    recordings: Sequence[tuple[Recording, AudioPart]],
    sr: int,
    left_out: LeftOut,
    *,
    max_seconds: float,
    room: ClipRoom,
    label: str = "label",
    threads: int | None = None,
    reading: Progress | None = None,
) -> Iterator[Clip]:
    """Yield the clips of recordings at a rate; those that cannot be read or are too long are counted.

    Parameters
    ----------
    recordings
        Result of `nlpkit.jobs.speech_listing.listed_recordings`.
    sr : int
        Sampling rate in Hz.
    left_out : LeftOut
        Counts of the recordings that are left out; they are added.
    max_seconds : float
    room : ClipRoom
        Where samples are held.
    label : str
        Attribute or column that is the label.
    threads : int, optional
        Files read at once; default: all available cores.
    reading : callable, optional
        Called with the progress.

    Raises
    ------
    OutputError
        If the file of the samples can't be written.
    """

    def read(_: int, one: tuple[Recording, AudioPart]) -> Clip | Exception:
        recording, part = one
        try:
            samples = part.load(sr).samples
        except Exception as error:
            return told(error, part)
        return Clip(
            name=recording.name,
            samples=samples,
            text=recording.text,
            label=label_of(recording, label),
            place=place_of(recording, part),
            speaker=recording.speaker,
        )

    found = iter_batches(read, range(threads or available_threads()), recordings)
    for done, (clip, (recording, _)) in enumerate(zip(found, recordings, strict=True), 1):
        if reading is not None:
            reading(READING_SOUND, done, len(recordings))
        if isinstance(clip, Exception):
            left_out.add("cannot be read", str(clip))
        elif not len(clip.samples):
            left_out.add("no sound", recording.name)
        elif len(clip.samples) > max_seconds * sr:
            left_out.add(f"longer than max_seconds, {max_seconds:g} s", recording.name)
        else:
            with output_errors(room.folder):
                kept = room.keep(clip.samples)
            yield replace(clip, samples=kept)


def place_of(recording: Recording, part: AudioPart) -> tuple[Hashable, ...]:
    """Return the file, the start, the end and the channel of a recording."""
    file = recording.name if recording.path is None else os.path.realpath(recording.path)
    return file, recording.start, recording.end, part.channel


def split_off(clips: Sequence[Clip], seed: int, *, by_label: bool) -> tuple[list[Clip], list[Clip], str]:
    """Split clips into those to train on and those to validate with; also say how, in words.

    Whole speakers are kept for the validation if there are at least eight; else a tenth of the clips of each label that
    has at least five. Without ``by_label`` there are two kinds of clips, those with a text and those without. All
    listings of a recording are in the same part.
    """
    by_place: dict[tuple[Hashable, ...], Clip] = {}
    for clip in clips:
        by_place.setdefault(clip.place, clip)
    firsts = list(by_place.values())
    _, valid, how = _split(firsts, [clip.label if by_label else str(bool(clip.text)) for clip in firsts], seed)
    held = {firsts[number].place for number in valid}
    return [clip for clip in clips if clip.place not in held], [clip for clip in clips if clip.place in held], how


def _split(clips: Sequence[Clip], groups: Sequence[str | None], seed: int) -> tuple[list[int], list[int], str]:
    import numpy as np

    draw = np.random.default_rng(seed)
    speakers = sorted({clip.speaker for clip in clips if clip.speaker is not None})
    if len(speakers) >= 8 and all(clip.speaker is not None for clip in clips):
        order = [speakers[number] for number in draw.permutation(len(speakers))]
        chosen: set[str] = set()
        n_chosen = 0
        for speaker in order:
            if n_chosen >= len(clips) / 10:
                break
            chosen.add(speaker)
            n_chosen += sum(clip.speaker == speaker for clip in clips)
        valid = [number for number, clip in enumerate(clips) if clip.speaker in chosen]
        missing = {groups[number] for number in valid} - {
            groups[number] for number, clip in enumerate(clips) if clip.speaker not in chosen
        }
        if not missing:
            rest = sorted(set(range(len(clips))) - set(valid))
            return rest, valid, f"kept from the training, {len(chosen)} of {len(speakers)} speakers"
    valid = []
    members: dict[str | None, list[int]] = {}
    for number, group in enumerate(groups):
        members.setdefault(group, []).append(number)
    for numbers in members.values():
        shuffled = [numbers[place] for place in draw.permutation(len(numbers))]
        valid += shuffled[: max(1, round(len(shuffled) / 10)) if len(shuffled) >= 5 else 0]
    valid = sorted(valid)
    how = "kept from the training" if valid else "none can be spared"
    return sorted(set(range(len(clips))) - set(valid)), valid, how


def nothing_left(left_out: LeftOut, what: str) -> InputError:
    """Return the error that nothing is left."""
    why = left_out.in_words()
    return InputError(f"there is {what}" + (f"; left out: {why}" if why else ""))
