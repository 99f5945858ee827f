"""Audio files read by libsndfile, through the package soundfile: WAV, FLAC, OGG, Opus, AIFF and others."""

from __future__ import annotations

import os
import re
import warnings
from typing import IO, Any

import numpy as np

from nlpkit.errors import InputError, MissingDependencyError, Notice
from nlpkit.speech.audio.audio_path import AudioPath
from nlpkit.speech.audio.damage import Damage
from nlpkit.speech.audio.raw_format import ENCODINGS, RawFormat

_STEP = 1 << 16
_HEADER = 4096  # bytes
_PLAIN = ("AIFF", "AU", "CAF", "W64", "NIST")  # formats of samples without compression
_BYTES = {  # of a sample
    "PCM_S8": 1,
    "PCM_U8": 1,
    "PCM_16": 2,
    "PCM_24": 3,
    "PCM_32": 4,
    "FLOAT": 4,
    "DOUBLE": 8,
    "ULAW": 1,
    "ALAW": 1,
}


class SoundFileSource:
    """See `nlpkit.speech.audio.source.AudioSource`.

    Parameters
    ----------
    file : path or binary file
    damage : Damage
        Takes what is wrong with the file.
    raw : RawFormat, optional
        Format of a file without a header.
    owned : binary file, optional
        File to close together with this one.
    is_checked : bool
        Whether the sizes in the header were checked before.

    Raises
    ------
    soundfile.LibsndfileError
        If libsndfile cannot open the file.
    InputError
        If the header is impossible.
    """

    def __init__(
        self,
        file: AudioPath,
        damage: Damage,
        *,
        raw: RawFormat | None = None,
        owned: IO[bytes] | None = None,
        is_checked: bool = False,
    ) -> None:
        sf = soundfile()
        given: dict[str, Any] = {}
        if raw is not None:
            subtype, endian = ENCODINGS[raw.encoding]
            given = {"format": "RAW", "subtype": subtype, "endian": endian}
            given |= {"samplerate": raw.sr, "channels": raw.channels}
        self._file = sf.SoundFile(file, **given)
        self.damage, self.name, self.sr, self.channels = damage, damage.name, self._file.samplerate, self._file.channels
        if not 1 <= self.sr <= 1 << 24:
            raise InputError(f"{self.name}: the header gives a sampling rate of {self.sr:,}: the file is damaged")
        self.frames: int | None = self._file.frames if 0 <= self._file.frames < 1 << 62 else None
        self.encoding = f"{self._file.format_info}, {self._file.subtype_info}"
        self._at, self._owned = 0, owned
        self.seekable: int | None = None  # samples up to which libsndfile seeks right
        self.stated, self._cut = self.frames, ""
        if raw is not None:
            rest = _size(file) % raw.bytes_per_sample
            self._cut = f"ends {rest} bytes into a sample" if rest else ""
        elif not is_checked:
            there, named = _sizes(self._file.extra_info)
            if named:
                self.lacks(named - there, there)
            self._tell_of_the_rest(_size(file))

    def _tell_of_the_rest(self, size: int) -> None:
        """Tell of much in the file that is no samples by its header."""
        if self._file.format not in _PLAIN or self._file.subtype not in _BYTES:
            return
        rest = size - (self.frames or 0) * self.channels * _BYTES[self._file.subtype]
        if rest > max(_HEADER, size // 10):
            what = f"{rest:,} of its {size:,} bytes are no samples by its header"
            warnings.warn(f"{self.name}: {what}: metadata, or another recording behind it", Notice, stacklevel=2)

    def lacks(self, lacking: int, there: int) -> None:
        """Note that the header promises so many bytes more than are there."""
        block = self.channels * _BYTES.get(self._file.subtype, 0)
        frames = self.frames or 0
        n = -(-lacking // block) if block else round(frames * lacking / max(1, there))
        self.stated = frames + n
        self._cut = f"ends after {self.frames or 0:,} of the {self.stated:,} samples in its header"

    def read(self, n: int) -> np.ndarray:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        try:
            piece = self._file.read(n, dtype="float32", always_2d=True)
        except soundfile().LibsndfileError as error:
            self.damage.found(f"is damaged at {self._at / self.sr:.2f} s or later: {said(error)}")
            return np.zeros((0, self.channels), np.float32)
        self._at += len(piece)
        if len(piece) < n:
            self._check_end()
        return piece

    def check(self) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        if self._cut:
            self.damage.found(f"is truncated or damaged: {self._cut}")

    def _check_end(self) -> None:
        self.check()
        if self.frames is not None and self._at < self.frames:
            self.damage.found(
                f"is truncated or damaged: ends after {self._at:,} of the {self.frames:,} samples in its header"
            )

    def skip(self, n: int) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        to = min(self._at + n, self.frames if self.frames is not None else self._at + n)
        try:
            self._file.seek(to if self.seekable is None else min(to, self.seekable))
            self._at = self._file.tell()
        except soundfile().LibsndfileError:  # an encoding that can only be read from its beginning
            pass
        while self._at < to and len(self.read(min(_STEP, to - self._at))):
            pass

    def close(self) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        self._file.close()
        if self._owned is not None:
            self._owned.close()


_LENGTHS = ("data", "ssnd", "data size", "riff", "riff size", "form")


def _sizes(log: str) -> tuple[int, int]:
    """Return the bytes that are there and those in the header, from libsndfile's log, if some are lacking.

    A length of about 2 or 4 GB is ignored: programs that cannot seek back to the header write it.
    """
    for key, *numbers in re.findall(r"^ *([A-Za-z ]+?) *: (\d+) \(should be (\d+)\)", log, re.MULTILINE):
        named, there = map(int, numbers)
        least = 1 if key.lower() in ("data", "ssnd", "data size") else 16  # the total is often slightly wrong
        if key.lower() in _LENGTHS and least <= named - there and named < 0x7FFF0000:
            return there, named
    return 0, 0


def _size(file: AudioPath) -> int:
    if isinstance(file, str | os.PathLike):
        return os.path.getsize(file)
    place = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(place)
    return size


def said(error: Exception) -> str:
    """Return what libsndfile says of an error, without its ornaments."""
    text = str(getattr(error, "error_string", error)).strip().rstrip(".")
    return " ".join(text.split()).removeprefix("Error : ") or "no reason given"


def soundfile() -> Any:
    """Return the package soundfile.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise MissingDependencyError(
            "reading audio needs the package soundfile, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    return soundfile
