"""Open audio files, read in pieces so that memory use does not depend on their length.

libsndfile (through the package soundfile) reads WAV, FLAC, OGG, Opus, MP3, AIFF and more. Other formats go to
`nlpkit.speech.audio.ffmpeg_source`, if ffmpeg is installed.
"""

from __future__ import annotations

import io
import os
import re
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

import numpy as np

from nlpkit.errors import InputError, MissingDependencyError, require
from nlpkit.speech.audio.ffmpeg_source import FfmpegSource, ffmpeg_program

AudioPath = str | os.PathLike[str] | IO[bytes]

ENCODINGS = {
    "s8": ("PCM_S8", "FILE"),
    "u8": ("PCM_U8", "FILE"),
    "s16le": ("PCM_16", "LITTLE"),
    "s16be": ("PCM_16", "BIG"),
    "s24le": ("PCM_24", "LITTLE"),
    "s24be": ("PCM_24", "BIG"),
    "s32le": ("PCM_32", "LITTLE"),
    "s32be": ("PCM_32", "BIG"),
    "f32le": ("FLOAT", "LITTLE"),
    "f32be": ("FLOAT", "BIG"),
    "f64le": ("DOUBLE", "LITTLE"),
    "f64be": ("DOUBLE", "BIG"),
    "mulaw": ("ULAW", "FILE"),
    "alaw": ("ALAW", "FILE"),
}
"""Sample encodings of files without a header, with libsndfile's names."""


@dataclass(frozen=True, kw_only=True)
class RawFormat:
    """Format of samples without a header.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    channels : int
    encoding : str
        A key of `nlpkit.speech.audio.source.ENCODINGS`.

    Raises
    ------
    ParameterError
        If a value is out of range or unknown.
    """

    sr: int
    channels: int = 1
    encoding: str = "s16le"

    def __post_init__(self) -> None:
        for name, most in (("sr", 1 << 24), ("channels", 1024)):
            value = getattr(self, name)
            require(isinstance(value, int) and 1 <= value <= most, name, value, f"a whole number from 1 to {most:,}")
        require(self.encoding in ENCODINGS, "encoding", self.encoding, f"one of {', '.join(ENCODINGS)}")


_SIZES = {name: max(1, int(re.sub(r"\D", "", name) or 8) // 8) for name in ENCODINGS}
_MPEG_SLACK = 4 * 1152  # samples; the length in an MP3 header is only this exact


class AudioSource(Protocol):
    """An open audio file.

    Attributes
    ----------
    name : str
        Name of the file in messages.
    sr, channels : int
    frames : int, or None
        Samples per channel, or None if unknown before reading.
    encoding : str
        Description of the format.
    """

    name: str
    sr: int
    channels: int
    frames: int | None
    encoding: str

    def read(self, n: int) -> np.ndarray:
        """Return the next samples, (n, channels) float32 within ±1; fewer at the end."""

    def skip(self, n: int) -> None:
        """Skip ``n`` samples of each channel."""

    def close(self) -> None:
        """Close the file."""


class SoundFileSource:
    """An audio file read by libsndfile."""

    def __init__(self, path: AudioPath, name: str, raw: RawFormat | None = None) -> None:
        sf = _soundfile()
        given: dict[str, Any] = {}
        if raw is not None:
            subtype, endian = ENCODINGS[raw.encoding]
            given = {"format": "RAW", "subtype": subtype, "endian": endian}
            given |= {"samplerate": raw.sr, "channels": raw.channels}
        elif isinstance(path, str | os.PathLike) and os.path.splitext(path)[1].lower() == ".raw":
            raise InputError(f"{name}: has no header: set sr, channels and encoding")
        self._file = sf.SoundFile(path if hasattr(path, "read") else os.fspath(cast(str, path)), **given)
        self.name, self.sr, self.channels = name, self._file.samplerate, self._file.channels
        if not 1 <= self.sr <= 1 << 24:
            raise InputError(f"{name}: the header gives a sampling rate of {self.sr:,}: the file is damaged")
        self.frames: int | None = self._file.frames if 0 <= self._file.frames < 1 << 62 else None
        self.encoding = f"{self._file.format_info}, {self._file.subtype_info}"
        self._slack = _MPEG_SLACK if self._file.format == "MPEG" or "MPEG" in self._file.subtype else 0
        self._at = 0
        self.cut = _cut_off(self._file.extra_info)
        if raw is not None and isinstance(path, str | os.PathLike):
            rest = os.path.getsize(path) % (_SIZES[raw.encoding] * raw.channels)
            self.cut = f"ends {rest} bytes into a sample" if rest else ""

    def read(self, n: int) -> np.ndarray:
        """See `AudioSource`."""
        sf = _soundfile()
        try:
            piece = self._file.read(n, dtype="float32", always_2d=True)
        except sf.LibsndfileError as error:
            at = self._at / self.sr
            raise InputError(f"{self.name}: is damaged at {at:.2f} s or later: {_said(error)}") from error
        self._at += len(piece)
        if len(piece) < n:
            self._check_end()
        return piece

    def _check_end(self) -> None:
        cut = self.cut
        if not cut and self.frames is not None and self._at + self._slack < self.frames:
            cut = f"ends after {self._at:,} of the {self.frames:,} samples in its header"
        if cut:
            raise InputError(f"{self.name}: {cut}: the file is truncated or damaged; set a duration to read its start")

    def skip(self, n: int) -> None:
        """See `AudioSource`."""
        sf = _soundfile()
        self._at = min(self._at + n, self.frames or n)
        try:
            self._file.seek(self._at)
        except sf.LibsndfileError as error:
            raise InputError(
                f"{self.name}: cannot be read from {self._at / self.sr:.2f} s on: {_said(error)}"
            ) from error

    def close(self) -> None:
        """See `AudioSource`."""
        self._file.close()


def open_audio(
    path: AudioPath, *, raw: RawFormat | None = None, salvage: bool = False, name: str | None = None
) -> AudioSource:
    """Open an audio file of any supported format.

    Parameters
    ----------
    path : path or binary file
    raw : RawFormat, optional
        Format of a file without a header.
    salvage : bool
        Read what can be decoded of a damaged file.
    name : str, optional
        Name of the file in messages.

    Raises
    ------
    InputError
        If the file cannot be read, with the reason.
    MissingDependencyError
        If the package soundfile is not installed.
    """
    called = name or str(os.fspath(path) if isinstance(path, str | os.PathLike) else getattr(path, "name", "audio"))
    sf = _soundfile()
    if isinstance(path, str | os.PathLike):
        _check_file(path)
    elif not path.seekable():
        path = io.BytesIO(path.read())
    try:
        return SoundFileSource(path, called, raw)
    except (sf.LibsndfileError, TypeError) as error:
        if raw is not None:
            raise InputError(f"{called}: cannot be read as raw samples: {_said(error)}") from error
        program = ffmpeg_program()
        if program is None:
            raise InputError(
                f"{called}: is not an audio file that libsndfile can read, and ffmpeg is not installed"
                f" (pip install imageio-ffmpeg): {_said(error)}"
            ) from error
        return FfmpegSource(program, path, called)


def _check_file(path: str | os.PathLike[str]) -> None:
    name = os.fspath(path)
    if os.path.isdir(path):
        raise InputError(f"{name}: is a folder; expected an audio file")
    try:
        with open(path, "rb") as file:
            if not file.read(1):
                raise InputError(f"{name}: is empty; expected an audio file")
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error


_LENGTHS = ("data", "ssnd", "data size", "riff", "riff size", "form")


def _cut_off(log: str) -> str:
    """Return the sign of truncation in libsndfile's log, or an empty string.

    A length of about 2 or 4 GB is ignored: programs that cannot seek back to the header write it.
    """
    if "without an End-Of-Stream flag" in log or "lacks an end-of-stream bit" in log:
        return "has no last page"
    for key, *numbers in re.findall(r"^ *([A-Za-z ]+?) *: (\d+) \(should be (\d+)\)", log, re.MULTILINE):
        named, there = map(int, numbers)
        least = 1 if key.lower() in ("data", "ssnd", "data size") else 16  # the total is often slightly wrong
        if key.lower() in _LENGTHS and least <= named - there and named < 0x7FFF0000:
            return f"has {there:,} of the {named:,} bytes in its header"
    return ""


def _said(error: Exception) -> str:
    text = str(getattr(error, "error_string", error)).strip().rstrip(".")
    return " ".join(text.split()).removeprefix("Error : ") or "the file is truncated or damaged"


def _soundfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise MissingDependencyError(
            "reading audio needs the package soundfile, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    return soundfile
