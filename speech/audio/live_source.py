"""LiveSource: sound that is read from a pipe while it is being recorded: WAV, or samples without a header."""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nlpkit.errors import DamageWarning, InputError, is_number, require
from nlpkit.speech.audio.damage import Damage
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.resampling import ResampleStream
from nlpkit.speech.audio.sound_file_source import SoundFileSource

_READ = 1 << 16  # bytes that are read at a time; fewer if there are no more yet
_HEADER = 1 << 16  # bytes before the samples of a WAV file, at most
_ENDLESS = 0x7FFF0000  # bytes of samples in a header from which they stand for an unknown length
_LOUDEST = 1e6
_ENCODINGS = {
    (1, 8): "u8",
    (1, 16): "s16le",
    (1, 24): "s24le",
    (1, 32): "s32le",
    (3, 32): "f32le",
    (3, 64): "f64le",
    (6, 8): "alaw",
    (7, 8): "mulaw",
}


class LiveSource:
    """Sound from a stream, as it arrives.

    Parameters
    ----------
    read : callable
        Function that returns at most so many bytes: those that are there, and none only at the end.
    format : RawFormat
        Format of the samples.
    head : bytes
        Bytes that were read from the stream already, and are samples.
    length : float
        Bytes of samples that the header names; infinite if it names none.
    name : str
        Name in messages.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        format: RawFormat,
        head: bytes = b"",
        length: float = math.inf,
        name: str = "<stdin>",
    ) -> None:
        self._read, self._head, self._length = read, head, length
        self.format, self.name = format, name
        self.is_stopped = False

    def stop(self) -> None:
        """End the sound here: what has been read is all."""
        self.is_stopped = True

    def blocks(
        self,
        sr: int,
        *,
        mono: bool = True,
        channel: int | None = None,
        offset: float = 0.0,
        duration: float | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield the samples at a rate, as they arrive.

        Parameters
        ----------
        sr : int
            Sampling rate in Hz.
        mono : bool
            Average the channels; if False, they are rows.
        channel : int, optional
            The only channel to yield, counted from 1.
        offset, duration : float, optional
            Start and length in seconds; default: the whole stream. What is behind the end is not read.

        Yields
        ------
        (n_samples,) or (channels, n_samples) float32 array

        Raises
        ------
        InputError
            If there is no sample, no such channel, or a sample that is NaN or infinite.
        ParameterError
            If the offset or the duration is out of range.
        """
        require(is_number(offset), "offset", offset, "seconds, 0 or more")
        require(
            duration is None or (is_number(duration) and duration > 0), "duration", duration, "seconds, more than 0"
        )
        channels = self.format.channels
        if channel is not None and channel > channels:
            known = "1 channel" if channels == 1 else f"{channels} channels"
            raise InputError(f"{self.name}: has {known}, and channel {channel} was asked for")
        is_one = mono or channel is not None
        resampler = ResampleStream(self.format.sr, sr, 1 if is_one else channels)
        first, end = round(offset * self.format.sr), math.inf
        if duration is not None:
            end = first + max(1, round(duration * self.format.sr))
        read = frames = 0
        for whole in self._pieces(end):
            start = max(0, first - read)
            piece = whole[start:] if end == math.inf else whole[start : int(end) - read]
            self._check(piece, read + start)
            read += len(whole)
            frames += len(piece)
            if channel is not None:
                piece = piece[:, channel - 1 : channel]
            elif mono and channels > 1:
                piece = piece.mean(axis=1, keepdims=True, dtype=np.float32)
            made = resampler.push(piece)
            if len(made):
                yield made[:, 0] if is_one else np.ascontiguousarray(made.T)
        if not frames:
            raise InputError(f"{self.name}: has no samples{f' after {offset:g} s' if first else ''}")
        made = resampler.push(np.zeros((0, 1 if is_one else channels), np.float32), last=True)
        if len(made):
            yield made[:, 0] if is_one else np.ascontiguousarray(made.T)

    def _pieces(self, end: float) -> Iterator[np.ndarray]:
        """Yield samples (n, channels) as they arrive, up to the one of this number."""
        block = self.format.bytes_per_sample
        most = min(self._length, end * block)
        waiting, got = self._head, len(self._head)
        while True:
            whole = len(waiting) // block * block
            if whole:
                file = io.BytesIO(waiting[:whole])
                yield SoundFileSource(file, Damage(self.name), raw=self.format).read(whole // block)
                waiting = waiting[whole:]
            if self.is_stopped or got >= most:
                return
            found = self._read(int(min(_READ, most - got)))
            if not found:
                break
            got += len(found)
            waiting += found
        if waiting:
            self._warn(f"ends {'1 byte' if len(waiting) == 1 else f'{len(waiting)} bytes'} into a sample")
        elif 0 < got < self._length < math.inf:
            self._warn(f"ends after {got // block:,} of the {int(self._length) // block:,} samples in its header")

    def _check(self, piece: np.ndarray, before: int) -> None:
        if len(piece) and not (piece.max() <= _LOUDEST and piece.min() >= -_LOUDEST):
            wrong = int(np.flatnonzero(~(np.abs(piece).max(axis=1) <= _LOUDEST))[0])
            second = (before + wrong) / self.format.sr
            raise InputError(f"{self.name}: the sample at {second:.4f} s is NaN, infinite or too large")

    def _warn(self, what: str) -> None:
        warnings.warn(f"{self.name}: {what}", DamageWarning, stacklevel=4)


def live_source(
    read: Callable[[int], bytes], raw: RawFormat | None = None, name: str = "<stdin>"
) -> LiveSource | bytes:
    """Open a stream, if it can be read as it arrives.

    Parameters
    ----------
    read : callable
        See `LiveSource`.
    raw : RawFormat, optional
        Format of samples without a header.
    name : str
        Name in messages.

    Returns
    -------
    LiveSource or bytes
        If the stream is no WAV of plain samples: what was read of it.
    """
    if raw is not None:
        return LiveSource(read, raw, name=name)
    head = _Head(read)
    if not (head.wait(12) and head.bytes[:4] in (b"RIFF", b"RF64") and head.bytes[8:12] == b"WAVE"):
        return head.bytes
    at, format = 12, None
    while head.wait(at + 8) and at < _HEADER:
        kind, size = struct.unpack("<4sI", head.bytes[at : at + 8])
        if kind == b"data":
            if format is None:
                return head.bytes
            length = math.inf if size == 0 or size >= _ENDLESS else size
            rest = head.bytes[at + 8 :]
            return LiveSource(read, format, rest[: int(min(length, len(rest)))], length, name)
        if size > _HEADER or not head.wait(at + 8 + size + size % 2):
            return head.bytes
        if kind == b"fmt ":
            format = _format(head.bytes[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return head.bytes


class _Head:
    """The first bytes of a stream."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self.bytes = b""

    def wait(self, n: int) -> bool:
        """Read until there are ``n`` bytes; return whether there are."""
        while len(self.bytes) < n:
            found = self._read(n - len(self.bytes))
            if not found:
                return False
            self.bytes += found
        return True


def _format(chunk: bytes) -> RawFormat | None:
    if len(chunk) < 16:
        return None
    given: Any = struct.unpack("<HHIIHH", chunk[:16])
    tag, channels, sr, _, block, bits = given
    if tag == 0xFFFE and len(chunk) >= 26:
        tag = struct.unpack("<H", chunk[24:26])[0]
    encoding = _ENCODINGS.get((tag, bits))
    if encoding is None or not 1 <= channels <= 1024 or not 1 <= sr <= 1 << 24 or block != channels * bits // 8:
        return None
    return RawFormat(sr=sr, channels=channels, encoding=encoding)
