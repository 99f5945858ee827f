"""Open audio files, read in pieces so that memory use does not depend on their length.

libsndfile reads WAV, FLAC, OGG, Opus, AIFF and more; the libraries of FFmpeg read MP3, M4A, WebM and all else. A file
is recognised by its content.
"""

from __future__ import annotations

import io
import mmap
import os
import warnings
from contextlib import AbstractContextManager, nullcontext
from typing import IO, Protocol, cast

import numpy as np

from nlpkit.errors import InputError, Notice
from nlpkit.speech.audio.damage import Damage
from nlpkit.speech.audio.libav_source import LibavSource
from nlpkit.speech.audio.ogg_pages import OggPages, ogg_pages
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.sound_file_source import SoundFileSource, said, soundfile
from nlpkit.speech.audio.wave_layout import RegularWave, WaveLayout, wave_layout

AudioPath = str | os.PathLike[str] | IO[bytes]

_WAVE_TAGS = frozenset({1, 2, 3, 6, 7, 0x11, 0x31})  # encodings in WAV that libsndfile reads
_MALFORMED = (2, 3)  # libsndfile's errors for files of a format that it knows


class AudioSource(Protocol):
    """An open audio file.

    Attributes
    ----------
    name : str
        Name of the file in messages.
    sr, channels : int
    frames : int, or None
        Samples per channel, or None if unknown before reading.
    stated : int, or None
        Samples per channel that the file says it has; more than ``frames`` if it is truncated.
    encoding : str
        Description of the format.
    damage : Damage
        What is wrong with the file.
    """

    name: str
    sr: int
    channels: int
    frames: int | None
    stated: int | None
    encoding: str
    damage: Damage

    def read(self, n: int) -> np.ndarray:
        """Return the next samples, (n, channels) float32 within ±1; fewer at the end."""

    def check(self) -> None:
        """Find damage that shows without reading."""

    def skip(self, n: int) -> None:
        """Skip ``n`` samples of each channel."""

    def close(self) -> None:
        """Close the file."""


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
        If a required package is not installed.
    """
    called = name or str(os.fspath(path) if isinstance(path, str | os.PathLike) else getattr(path, "name", "audio"))
    damage = Damage(called, salvage=salvage)
    if isinstance(path, str | os.PathLike):
        _check_file(path)
    elif not path.seekable():
        path = io.BytesIO(path.read())
    if raw is not None:
        try:
            return SoundFileSource(path, damage, raw=raw)
        except (soundfile().LibsndfileError, TypeError) as error:
            raise InputError(f"{called}: cannot be read as raw samples: {said(error)}") from error
    if isinstance(path, str | os.PathLike) and os.path.splitext(path)[1].lower() == ".raw":
        raise InputError(f"{called}: has no header: set sr, channels and encoding")
    with _opened(path) as file:
        head = file.read(12)
        if head[8:] == b"WAVE":
            layout = wave_layout(file, called)
            if layout is not None and layout.format and layout.pieces:
                return _wave(path, layout, damage)
        if head.startswith(b"OggS"):
            file.seek(0)
            return _ogg(path, ogg_pages(file), damage)
        is_flac = head.startswith(b"fLaC")
        is_joined = is_flac and _has_again(file, b"fLaC\x00\x00\x00\x22")
    if is_joined or (is_flac and salvage) or _is_mpeg(head):
        return LibavSource(path, damage)
    return _any(path, damage)


def _any(path: AudioPath, damage: Damage, *, is_checked: bool = False) -> AudioSource:
    """Open a file by libsndfile; by FFmpeg if libsndfile does not know its format, or not its length."""
    _rewind(path)
    try:
        source = SoundFileSource(path, damage, is_checked=is_checked)
        if source.frames is not None:
            return source
        source.close()
        _rewind(path)
    except (soundfile().LibsndfileError, TypeError) as error:
        _rewind(path)
        if getattr(error, "code", 1) in _MALFORMED:
            LibavSource(path, Damage(damage.name, salvage=True)).close()  # raises if nothing can be decoded
            _rewind(path)
            damage.found(f"is damaged ({said(error)})")
    return LibavSource(path, damage)


def _wave(path: AudioPath, layout: WaveLayout, damage: Damage) -> AudioSource:
    if layout.tag not in _WAVE_TAGS:
        return LibavSource(path, damage)
    if layout.is_regular:
        return _any(path, damage, is_checked=True)
    if layout.notice:
        warnings.warn(f"{damage.name}: {layout.notice}", Notice, stacklevel=3)
    owned = open(path, "rb") if isinstance(path, str | os.PathLike) else None  # noqa: SIM115 (the source closes it)
    try:
        source = SoundFileSource(
            RegularWave(owned or cast("IO[bytes]", path), layout), damage, owned=owned, is_checked=True
        )
    except soundfile().LibsndfileError as error:
        raise InputError(f"{damage.name}: is not an audio file that can be read ({said(error)})") from error
    if layout.lacking:
        share = (source.frames or 0) / layout.size if layout.size else 1 / layout.block
        source.lacks(round(layout.lacking * share))
    return source


def _ogg(path: AudioPath, pages: OggPages, damage: Damage) -> AudioSource:
    if not pages.damage and [stream.codec for stream in pages.sound] in (["vorbis"], ["opus"], ["flac"]):
        return _any(path, damage)
    return LibavSource(path, damage, stated=pages.seconds, late=pages.damage)


def _opened(path: AudioPath) -> AbstractContextManager[IO[bytes]]:
    """Return the file, at its beginning; only one that is opened here is closed at the end."""
    if isinstance(path, str | os.PathLike):
        return open(path, "rb")
    path.seek(0)
    return nullcontext(path)


def _rewind(path: AudioPath) -> None:
    if not isinstance(path, str | os.PathLike):
        path.seek(0)


def _is_mpeg(head: bytes) -> bool:
    return head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1] & 0xE0 == 0xE0)


def _has_again(file: IO[bytes], magic: bytes) -> bool:
    """Whether the magic number of a file occurs again behind its beginning: another file was appended."""
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return content.find(magic, 4) > 0
    except (OSError, ValueError, io.UnsupportedOperation):
        file.seek(4)
        return magic in file.read()


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
