"""`sound_totals`: how much sound a manifest lists; and `audio_info`: what an audio file is, or a folder of them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nlpkit.corpora import AudioFiles, Recordings
from nlpkit.corpora.audio_files import BAD_AUDIO
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.recordings.entry import names_audio
from nlpkit.corpora.recordings.manifest import is_manifest, names_of
from nlpkit.corpora.recordings.place import TARS
from nlpkit.corpora.tables.options import TableOptions
from nlpkit.errors import InputError

from .inputs import Reading, spelled_out
from .sound import Sound, StrPath, told

if TYPE_CHECKING:
    from nlpkit.speech import AudioInfo


@dataclass(frozen=True, kw_only=True)
class SoundTotals:
    """Result of `sound_totals`.

    Attributes
    ----------
    path : str
    layout : str
        See `nlpkit.corpora.Recordings`.
    recordings, files : int
        Number of recordings, and of the files that hold them.
    seconds : float
        Duration of all recordings that could be read.
    speakers, labels, texts : int
        Number of different speakers and labels, and of recordings with a text.
    left_out : dict of str to int
        Number of records and files that were left out, by reason.
    """

    path: str
    layout: str
    recordings: int
    files: int
    seconds: float
    speakers: int
    labels: int
    texts: int
    left_out: dict[str, int]


@spelled_out
def sound_totals(manifest: StrPath, *, read_as: Reading = Reading(), sound: Sound = Sound()) -> SoundTotals:
    """Count what a manifest, or a folder or tar file of recordings, lists.

    Parameters
    ----------
    manifest : path
        See `nlpkit.corpora.Recordings`.
    read_as : Reading
        How it is read.
    sound : Sound
        Its split, salvage and raw hold.

    Returns
    -------
    SoundTotals

    Raises
    ------
    InputError
        If a record or a file cannot be read, and on_bad is ``"error"``.

    Examples
    --------
    >>> sound_totals("train.jsonl").seconds  # doctest: +SKIP
    3600.5
    """
    sound = replace(sound, manifest=manifest, channel="mix", offset=0.0, duration=None)
    with sound.listed(read_as) as listed:
        rows = []
        seconds = 0.0
        known: dict[str, AudioInfo] = {}
        for row in listed.recordings():
            [part] = sound.parts(row)
            try:
                if row.name not in known:
                    known[row.name] = part.info()
                length = known[row.name].duration
                part.check_channel(known[row.name].channels)
                part.check(length)
            except Exception as error:
                listed.bad.record(BAD_AUDIO, told(error, part))
                continue
            rows.append(row)
            seconds += min(length, row.end or length) - row.start
        return SoundTotals(
            path=os.fspath(manifest),
            layout=listed.layout,
            recordings=len(rows),
            files=len({row.name for row in rows}),
            seconds=seconds,
            speakers=len({row.speaker for row in rows if row.speaker is not None}),
            labels=len({row.label for row in rows if row.label is not None}),
            texts=sum(row.text is not None for row in rows),
            left_out=dict(listed.left_out),
        )


@spelled_out
def audio_info(path: StrPath, *, read_as: Reading = Reading(), sound: Sound = Sound()) -> AudioInfo:
    """Return the properties of an audio file, or of standard input.

    Parameters
    ----------
    path : path
        ``-`` for standard input.
    read_as : Reading
        Its stdin holds.
    sound : Sound
        Its salvage and raw hold.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with sound.files([path], replace(read_as, on_bad="error", may_skip=False)) as files:
        [recording] = files.recordings()
        [part] = sound.parts(recording)
        try:
            return part.info()
        except Exception as error:
            raise told(error, part) from error


def refusal_of_sound(path: StrPath) -> InputError | None:
    """Return the error of a manifest, or a folder or tar file of sound, that is given as one audio file or a model.

    Returns
    -------
    InputError or None
        It says what it is, and how it is read; None if it is nothing of the kind.
    """
    name = os.fspath(path)
    try:
        if os.path.isfile(name) and is_manifest(name):
            with open(name, "rb") as file:
                names = names_of(file, name, name, TableOptions(), Decoding("utf-8", "replace"))
            return (
                InputError(f"{name}: is a manifest of recordings: give it to --manifest")
                if names_audio(names)
                else None
            )
        is_folder = os.path.isdir(name)
        if not is_folder and not name.lower().endswith(TARS):
            return None
        with suppress(InputError):
            layout = Recordings(name).layout
            if layout != "labels" or not is_folder or _mostly_audio(name):
                kind = "folder" if is_folder else "tar file"
                return InputError(f"{name}: is a {kind} of recordings: give it to --manifest")
        files = _mostly_audio(name) if is_folder else 0
    except (InputError, OSError):
        return None
    if not files:
        return None
    held = "1 file" if files == 1 else f"{files:,} files"
    return InputError(f"{name}: is a folder of audio ({held}): name one file, or give --manifest a list of them")


def _mostly_audio(folder: str) -> int:
    """Return the number of audio files of a folder, or 0 if there are more files that are not audio."""
    audio = AudioFiles(folder, on_bad="skip")
    return len(audio) if len(audio) >= audio.skipped else 0
