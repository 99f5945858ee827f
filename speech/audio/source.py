"""Open audio files, read in pieces so that memory use does not depend on their length.

libsndfile reads WAV, FLAC, OGG, Opus, AIFF and more; the libraries of FFmpeg read MP3, M4A, WebM and all else. A file
is recognised by its content.
"""

from __future__ import annotations

import io
import math
import os
import warnings
from typing import IO, Protocol, cast

import numpy as np

from nlpkit.errors import InputError, Notice
from nlpkit.speech.audio.audio_path import AudioPath, check_file, has_again, mapped, opened, rewind
from nlpkit.speech.audio.damage import Damage
from nlpkit.speech.audio.flac_length import flac_lengths, flac_seconds
from nlpkit.speech.audio.libav_source import LibavSource
from nlpkit.speech.audio.mpeg_tags import mpeg_pieces
from nlpkit.speech.audio.ogg_pages import OggPages, ogg_pages
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.reheaded import Reheaded, SizedHeader, sized_header
from nlpkit.speech.audio.sound_file_source import SoundFileSource, said, soundfile
from nlpkit.speech.audio.wave_layout import WaveLayout, right_header, wave_layout

_WAVE_TAGS = frozenset({1, 2, 3, 6, 7, 0x11, 0x14, 0x31, 0x38, 0x40})  # encodings in WAV that libsndfile reads
_HEADER = 4096  # bytes
_UNKNOWN = (1, 4)  # libsndfile's errors for formats and encodings that it does not know


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
    path: AudioPath,
    *,
    raw: RawFormat | None = None,
    salvage: bool = False,
    until: float = math.inf,
    name: str | None = None,
) -> AudioSource:
    """Open an audio file of any supported format.

    Parameters
    ----------
    path : path or binary file
    raw : RawFormat, optional
        Format of a file without a header.
    salvage : bool
        Read what can be decoded of a damaged file.
    until : float
        Second at which reading will end. What is behind it is not looked at.
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
        check_file(path)
    elif not path.seekable():
        path = io.BytesIO(path.read())
    if raw is not None:
        try:
            return SoundFileSource(path, damage, raw=raw)
        except (soundfile().LibsndfileError, TypeError) as error:
            raise InputError(f"{called}: cannot be read as raw samples: {said(error)}") from error
    if isinstance(path, str | os.PathLike) and os.path.splitext(path)[1].lower() == ".raw":
        raise InputError(f"{called}: has no header: set sr, channels and encoding")
    with opened(path) as file:
        found = _recognised(file, damage, until)
    rewind(path)
    if isinstance(found, WaveLayout):
        return _wave(path, found, damage)
    if isinstance(found, OggPages):
        return _ogg(path, found, damage)
    if isinstance(found, SizedHeader):
        return _sized(path, found, damage)
    if isinstance(found, list):
        return _joined(path, b"", found, damage)
    return LibavSource(path, damage) if found == "libav" else _any(path, damage)


def _recognised(
    file: IO[bytes], damage: Damage, until: float
) -> WaveLayout | OggPages | SizedHeader | list[tuple[int, int]] | str:
    """Return what is known of a file by its content: a header for it, or "libav" if FFmpeg is to read it."""
    head = file.read(12)
    if head[8:] == b"WAVE":
        layout = wave_layout(file, damage.name)
        if layout is not None and layout.format and layout.pieces:
            return layout
        if layout is not None:
            damage.found("is damaged: its header does not lead to samples")
    if head.startswith(b"OggS"):
        file.seek(0)
        return ogg_pages(file, until)
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1] & 0xE0 == 0xE0):  # MPEG
        return mpeg_pieces(file) or "libav"
    if head.startswith((b".snd", b"caff", b"NIST_1A")):
        return sized_header(file) or ""
    if head.startswith(b"Creative Voi"):  # VOC, of which libsndfile knows some
        return "libav"
    if head.startswith(b"fLaC") and (damage.salvage or not _is_regular_flac(file, until)):
        return "libav"
    return ""


def _any(path: AudioPath, damage: Damage, *, is_checked: bool = False) -> AudioSource:
    """Open a file by libsndfile; by FFmpeg if libsndfile does not know its format, or not its length."""
    if os.path.splitext(damage.name)[1].lower() in (".mp3", ".mp2", ".mp1", ".mpga"):  # libsndfile believes in names
        return LibavSource(path, damage)
    try:
        source = SoundFileSource(path, damage, is_checked=is_checked)
        if source.frames is not None:
            return source
        source.close()
        rewind(path)
    except (soundfile().LibsndfileError, TypeError) as error:
        rewind(path)
        if getattr(error, "code", 1) not in _UNKNOWN:
            LibavSource(path, Damage(damage.name, salvage=True)).close()  # raises if nothing can be decoded
            rewind(path)
            damage.found(f"is damaged: {said(error)}")
    return LibavSource(path, damage)


def _wave(path: AudioPath, layout: WaveLayout, damage: Damage) -> AudioSource:
    if layout.tag not in _WAVE_TAGS:
        is_joined = len(layout.pieces) > 1
        return _joined(path, right_header(layout), layout.pieces, damage) if is_joined else LibavSource(path, damage)
    if layout.contradiction:
        damage.found(f"is damaged: {layout.contradiction}")
    if layout.notice:
        warnings.warn(f"{damage.name}: {layout.notice}", Notice, stacklevel=3)
    if layout.is_regular:
        return _any(path, damage, is_checked=True)
    source = _reheaded(path, right_header(layout), layout.pieces, damage)
    if layout.lacking:
        source.lacks(layout.lacking, layout.size)
    return source


def _sized(path: AudioPath, found: SizedHeader, damage: Damage) -> AudioSource:
    if found.notice:
        warnings.warn(f"{damage.name}: {found.notice}", Notice, stacklevel=3)
    source = _reheaded(path, found.head, found.pieces, damage)
    if found.lacking:
        source.lacks(found.lacking, found.pieces[0][1])
    return source


def _joined(path: AudioPath, head: bytes, pieces: list[tuple[int, int]], damage: Damage) -> AudioSource:
    """Open parts of a file by FFmpeg, as if they were one."""
    owned = open(path, "rb") if isinstance(path, str | os.PathLike) else None  # noqa: SIM115 (the source closes it)
    file = Reheaded(owned or cast("IO[bytes]", path), head, pieces, is_owner=owned is not None)
    try:
        return LibavSource(cast("IO[bytes]", file), damage, owned=cast("IO[bytes]", file))
    except BaseException:
        file.close()
        raise


def _reheaded(path: AudioPath, head: bytes, pieces: list[tuple[int, int]], damage: Damage) -> SoundFileSource:
    owned = open(path, "rb") if isinstance(path, str | os.PathLike) else None  # noqa: SIM115 (the source closes it)
    try:
        file = cast("IO[bytes]", Reheaded(owned or cast("IO[bytes]", path), head, pieces))
        return SoundFileSource(file, damage, owned=owned, is_checked=True)
    except soundfile().LibsndfileError as error:
        if owned is not None:
            owned.close()
        reason = f"({said(error)})"
        raise InputError(f"{damage.name}: is not an audio file, or too damaged even for --salvage {reason}") from error


def _ogg(path: AudioPath, pages: OggPages, damage: Damage) -> AudioSource:
    if pages.rest > _HEADER:
        what = f"{pages.rest:,} bytes behind the last Ogg page are not read"
        warnings.warn(f"{damage.name}: {what}: split the file if they are another recording", Notice, stacklevel=3)
    if not pages.damage and [stream.codec for stream in pages.streams] in (["vorbis"], ["opus"]):
        source = _any(path, damage, is_checked=True)
        if isinstance(source, SoundFileSource) and pages.streams[0].codec == "vorbis":
            source.seekable = max(0, pages.streams[0].before_last - source.sr)  # it seeks wrong in the last page
        return source
    return LibavSource(path, damage, stated=pages.seconds, late=pages.damage)


def _is_regular_flac(file: IO[bytes], until: float) -> bool:
    """Whether the header of a FLAC file is right, and nothing follows it: libsndfile reads no more than it states."""
    if flac_seconds(file) >= until:
        return True
    lengths = flac_lengths(file)
    return (lengths is None or lengths[0] == lengths[1]) and not has_again(mapped(file), b"fLaC\x00\x00\x00\x22")
