"""Audio files as arrays: whole (`load`), in blocks (`stream`), or only their properties (`info`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import numpy as np

from nlpkit.errors import InputError, ParameterError, is_number, is_whole, require, require_whole
from nlpkit.speech.audio.audio_path import AudioPath
from nlpkit.speech.audio.damage import missing
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.resampling import ResampleStream, resample
from nlpkit.speech.audio.source import AudioSource, open_audio

_BLOCK = 1 << 16  # samples read at a time
_LARGEST = 1 << 24  # samples that are allocated because a header states them
_LOUDEST = 1e6


class Audio(NamedTuple):
    """Samples and their sampling rate.

    Attributes
    ----------
    samples : (n_samples,) float32 array, or (channels, n_samples)
        Within ±1, except for files of floating-point samples, whose values are unchanged.
    sr : int
        Sampling rate in Hz.
    """

    samples: np.ndarray
    sr: int


@dataclass(frozen=True, kw_only=True)
class AudioInfo:
    """Properties of an audio file.

    Attributes
    ----------
    sr, channels : int
    frames : int
        Samples per channel.
    encoding : str
        Description of the format.
    missing : int
        Samples per channel that the file says it has and that cannot be decoded.
    """

    sr: int
    channels: int
    frames: int
    encoding: str
    missing: int = 0

    @property
    def duration(self) -> float:
        """Duration in seconds."""
        return self.frames / self.sr


def load(
    path: AudioPath,
    sr: int | None = None,
    *,
    mono: bool = True,
    offset: float = 0.0,
    duration: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    name: str | None = None,
) -> Audio:
    """Read an audio file.

    Parameters
    ----------
    path : path or binary file
        Any format that libsndfile (WAV, FLAC, OGG, Opus, AIFF …) or FFmpeg (MP3, M4A, WebM …) reads.
    sr : int, optional
        Target sampling rate; default: the file's.
    mono : bool
        Average the channels; if False, return them as rows.
    offset, duration : float, optional
        Start and length in seconds; default: the whole file.
    raw : RawFormat, optional
        Format of a file without a header.
    channel : int, optional
        The only channel to read, counted from 1; default: all of them.
    salvage : bool
        Read what can be decoded of a damaged file; samples that are NaN or infinite become 0. A warning says how much
        is missing.
    name : str, optional
        Name of the file in messages.

    Returns
    -------
    Audio
        ``samples`` and ``sr``.

    Raises
    ------
    InputError
        If the file cannot be read, is truncated, has no samples, or has NaN or infinite samples.
    MissingDependencyError
        If a required package is not installed.
    ParameterError
        If a number is out of range.

    Examples
    --------
    >>> samples, sr = load("speech.flac", sr=16000)  # doctest: +SKIP
    """
    _check_rate(sr)
    source = open_audio(path, raw=raw, salvage=salvage, until=_until(offset, duration), name=name)
    try:
        is_plain = source.channels == 1 or not mono
        block = min(source.frames, _LARGEST) if source.frames and is_plain else _BLOCK  # else channels are mixed
        pieces = list(_pieces(source, offset, duration, mono, channel, block))
    finally:
        source.close()
    whole = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
    samples = whole[:, 0] if mono else np.ascontiguousarray(whole.T)
    rate = sr or source.sr
    return Audio(resample(samples, source.sr, rate), rate)


def stream(
    path: AudioPath,
    sr: int | None = None,
    *,
    mono: bool = True,
    offset: float = 0.0,
    duration: float | None = None,
    raw: RawFormat | None = None,
    channel: int | None = None,
    salvage: bool = False,
    name: str | None = None,
) -> Iterator[Audio]:
    """Read an audio file in blocks of a few seconds. Memory use does not depend on its length.

    Parameters
    ----------
    path, sr, mono, offset, duration, raw, channel, salvage, name
        See `load`.

    Yields
    ------
    Audio
        Blocks that together hold the samples that `load` returns.

    Raises
    ------
    InputError, MissingDependencyError, ParameterError
        See `load`.
    """
    _check_rate(sr)
    source = open_audio(path, raw=raw, salvage=salvage, until=_until(offset, duration), name=name)
    rate = sr or source.sr
    try:
        resampler = ResampleStream(source.sr, rate, 1 if mono or channel else source.channels)
        before: np.ndarray | None = None
        for piece in _pieces(source, offset, duration, mono, channel):
            if before is not None:
                yield _block(resampler.push(before), mono, rate)
            before = piece
        if before is not None:
            yield _block(resampler.push(before, last=True), mono, rate)
    finally:
        source.close()


def info(path: AudioPath, *, raw: RawFormat | None = None, salvage: bool = False, name: str | None = None) -> AudioInfo:
    """Return the properties of a file. Samples are decoded only if the header does not give the length.

    Raises
    ------
    InputError, MissingDependencyError
        See `load`.
    """
    source = open_audio(path, raw=raw, salvage=salvage, name=name)
    try:
        source.check()
        frames = source.frames
        if frames is None or salvage:
            frames = 0
            while got := len(source.read(_BLOCK)):
                frames += got
        source.damage.report(frames, source.stated, source.sr)
        lacking = missing(frames, source.stated) if source.damage.first else 0
        return AudioInfo(
            sr=source.sr, channels=source.channels, frames=frames, encoding=source.encoding, missing=lacking
        )
    finally:
        source.close()


def _until(offset: float, duration: float | None) -> float:
    """Check a part, and return where it ends."""
    require(is_number(offset) and offset >= 0, "offset", offset, "seconds, 0 or more")
    require(duration is None or (is_number(duration) and duration > 0), "duration", duration, "seconds, more than 0")
    return inf if duration is None else float(offset) + float(duration)


def _block(piece: np.ndarray, mono: bool, sr: int) -> Audio:
    return Audio(piece[:, 0] if mono else np.ascontiguousarray(piece.T), sr)


def _pieces(
    source: AudioSource, offset: float, duration: float | None, mono: bool, channel: int | None, block: int = _BLOCK
) -> Iterator[np.ndarray]:
    """Yield the samples (n, channels) of the requested part, checked, and mixed to one channel if ``mono``."""
    if channel is not None:
        require_whole("channel", channel, 1, 1024)
        if channel > source.channels:
            raise InputError(f"{source.name}: has {_channels(source.channels)}, and channel {channel} was asked for")
    at = round(offset * source.sr)
    if at:
        source.skip(at)
    left = None if duration is None else max(1, round(duration * source.sr))
    got = 0
    while left is None or got < left:
        piece = source.read(block if left is None else min(block, left - got))
        if not len(piece):
            break
        if not (piece.max() <= _LOUDEST and piece.min() >= -_LOUDEST):
            wrong = int(np.flatnonzero(~(np.abs(piece).max(axis=1) <= _LOUDEST))[0])
            value, second = float(np.abs(piece[wrong]).max()), (wrong + at + got) / source.sr
            what = f"{value:.3g}, where ±1 is full scale" if np.isfinite(value) else "NaN or infinite"
            source.damage.found(f"the sample at {second:.4f} s is {what}")
            piece = np.where(np.abs(piece) <= _LOUDEST, piece, np.float32(0))  # NaN is not
        got += len(piece)
        if channel is not None:
            piece = piece[:, channel - 1 : channel]
        yield piece.mean(axis=1, keepdims=True, dtype=np.float32) if mono and piece.shape[1] > 1 else piece
    if not got:
        where = f" after {offset:g} s" if at else ""
        raise InputError(f"{source.name}: has no samples{where}")
    source.damage.report(at + got, source.stated if left is None or got < left else None, source.sr)


def _channels(n: int) -> str:
    return "1 channel" if n == 1 else f"{n} channels"


def _check_rate(sr: int | None) -> None:
    if sr is not None and not is_whole(sr, 1, 1 << 24):
        raise ParameterError(f"sr is {sr!r}: expected a whole number of samples a second")
