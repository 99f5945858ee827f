"""Audio files read by the libraries of FFmpeg, through the package av: MP3, M4A, WebM, AMR, films and others.

They open only the given file: no network, no playlists.
"""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import dropwhile
from typing import IO, Any

import numpy as np

from nlpkit.errors import InputError, Notice
from nlpkit.speech.audio.audio_path import AudioPath, opened
from nlpkit.speech.audio.damage import Damage
from nlpkit.speech.audio.libav import CONTAINERS, libraries, samples_of
from nlpkit.speech.audio.mpeg import frame_size, has_tag, mp4_boxes, stated_length
from nlpkit.speech.audio.stated import cut_off, stated_samples

_EXACT = frozenset({"ape", "wv", "tta", "flac", "tak", "w64", "aiff", "au"})
_BARE = frozenset({"tta", "voc", "wav", "tak"})  # formats without pictures
_HEADER = 4096  # bytes
_WITH_CHECKSUMS = frozenset({"flac", "tta", "wavpack", "ape", "tak"})
_HEARD = 0.9  # share of the bytes of sound that belong to the recording; the rest of an MP4 file may be unused
_FRAMES = 32
_SETTLING = 1.0  # seconds after which an MP3 decoder that begins in the middle gives the right samples


class LibavSource:
    """See `nlpkit.speech.audio.source.AudioSource`.

    Parameters
    ----------
    file : path or binary file
    damage : Damage
        Takes what is wrong with the file.
    stated : float, optional
        Duration in seconds that the file states, if that is known already.
    late : str
        Damage that is known already, but is told only at the end, because FFmpeg may find it in its place.
    owned : binary file, optional
        File to close together with this one.

    Raises
    ------
    InputError
        If FFmpeg cannot read the file, or finds no sound in it.
    MissingDependencyError
        If the package av is not installed.
    """

    def __init__(
        self,
        file: AudioPath,
        damage: Damage,
        *,
        stated: float | None = None,
        late: str = "",
        owned: IO[bytes] | None = None,
    ) -> None:
        self._av = av = libraries()
        self._file, self._owned = file, owned
        self.damage, self.name, self._late = damage, damage.name, late
        self.frames: int | None = None
        self.stated: int | None = None
        self._is_checked = False
        self._latest, self._media, self._bytes = b"", 0, 0
        self._first: int | None = None  # time of the first frame
        self._times: tuple[int, int] | None = None  # of the first and the latest packet
        self._settled, self._landed = 0, True
        self._given, self._n_waiting, self._longest, self._ended = 0, 0, 0, False
        self._waiting: list[np.ndarray] = []
        self._first_frames: list[Any] | None = None
        place = f"file:{os.path.abspath(file)}" if isinstance(file, str | os.PathLike) else file
        options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
        with av.logging.Capture(local=True) as log:
            try:
                self._container = av.open(place, options=options, metadata_errors="replace")
            except (av.FFmpegError, OSError, ValueError, EOFError) as error:
                raise self._unreadable(error, log) from error
        try:
            self._open(file, stated, log)
        except BaseException:
            self.close()
            raise

    def _open(self, file: AudioPath, stated: float | None, log: list[Any]) -> None:
        streams = self._container.streams.audio
        if not streams:
            raise InputError(f"{self.name}: has no track of sound, or is too damaged even for --salvage")
        if len(streams) > 1:
            warnings.warn(
                f"{self.name}: has {len(streams)} tracks of sound, and the first is read", Notice, stacklevel=2
            )
        self._stream = streams[0]
        self._formats = self._container.format.name.split(",")
        if self._stream.codec_context is None:
            raise InputError(f"{self.name}: is in an encoding that FFmpeg does not know, or damaged even for --salvage")
        self._is_mpeg, self._is_matroska = "mp3" in self._formats, "matroska" in self._formats
        codec = self._stream.codec_context.codec
        if codec.name in _WITH_CHECKSUMS:
            self._stream.codec_context.options = {"err_detect": "crccheck"}
        self.encoding = f"{self._container.format.long_name}, {codec.long_name}"
        self._speakers = {self._container.format.name, *self._formats, codec.name, codec.name.removesuffix("float")}
        self._packets: Iterator[Any] = self._container.demux(self._stream)
        self.sr, self.channels = 0, 0
        self._complain(log)
        if self.damage.salvage:
            self._agree()
        self._decode(lambda: bool(self._waiting))
        if not self._waiting:
            raise self._unreadable(ValueError("no frame can be decoded"), [])
        if stated is not None and len(streams) == 1:
            self.stated = round(stated * self.sr)
        else:
            self.stated = stated_samples(file, self._container, self._stream, self.sr)
        if "avi" in self._formats:
            self._late = cut_off(file)
        if "mov" in self._formats:
            self._media = self._mp4(file)

    def _agree(self) -> None:
        """Take the format that most of the first frames have: a damaged one may have another."""
        frames: list[Any] = []
        self._first_frames = frames
        self._decode(lambda: len(frames) >= _FRAMES)
        self._first_frames = None
        if frames:
            formats = Counter((frame.sample_rate, frame.layout.nb_channels) for frame in frames)
            self.sr, self.channels = max(formats, key=lambda each: formats[each])
        for frame in frames:
            self._take(frame)

    def _mp4(self, file: AudioPath) -> int:
        """Return the bytes of sound in an MP4 file, or 0 if it holds more than sound; refuse appended files."""
        with opened(file) as content:
            indexes, media = mp4_boxes(content)
        if indexes > 1:
            cure = "split the file, or read the first one by --salvage (salvage=True)"
            self.damage.found(f"holds {indexes} recordings one after another", cure)
        return media if indexes == 1 and len(self._container.streams) == 1 else 0

    def read(self, n: int) -> np.ndarray:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        self._decode(lambda: self._n_waiting >= n + self._longest)
        whole = np.concatenate(self._waiting) if self._waiting else np.zeros((0, self.channels), np.float32)
        piece, rest = whole[:n], whole[n:]
        self._waiting, self._n_waiting = ([rest] if len(rest) else []), len(rest)
        self._given += len(piece)
        if len(piece) < n:
            self._check_end()
        return piece

    def check(self) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        if self._late:
            self.damage.found(f"is truncated or damaged: {self._late}")

    def skip(self, n: int) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        to = self._given + n
        is_inside = self.stated is None or to < self.stated
        if n > 3 * _SETTLING * self.sr and self._is_mpeg and is_inside:
            self._jump(to - int(2 * _SETTLING * self.sr))
        while self._given < to:
            step = min(to - self._given, 1 << 16)
            if len(self.read(step)) < step:
                return

    def _jump(self, to: int) -> None:
        """Go to the frame of a sample without decoding what is before it."""
        position = (self._first or 0) + round(to / self.sr / self._stream.time_base)
        self._packets = dropwhile(lambda packet: packet.pts is not None and packet.pts < position, self._packets)
        self._waiting, self._n_waiting = [], 0
        self._settled = to + int(_SETTLING * self.sr)
        self._landed = False
        self._decode(lambda: self._landed)

    def close(self) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        self._container.close()
        if self._owned is not None:
            self._owned.close()

    def _decode(self, is_enough: Callable[[], bool]) -> None:
        """Decode packets until ``is_enough``, or the file ends."""
        with self._av.logging.Capture(local=True) as log:
            while not self._ended and not is_enough():
                for frame in self._frames(log):
                    self._take(frame)
                if log and self._given + self._n_waiting >= self._settled:
                    self._complain(log)
                log.clear()

    def _frames(self, log: list[Any]) -> list[Any]:
        """Return the frames of the next packet; errors are added to the log."""
        try:
            packet = next(self._packets)
            self._bytes += packet.size
            if self._is_mpeg and packet.size:
                packet = self._mpeg(packet)
            elif self._is_matroska and packet.dts is not None:
                self._check_time(packet.dts, log)
            return [] if packet is None else packet.decode()
        except StopIteration:
            self._ended = True
            self._trim()
        except EOFError:
            pass
        except (self._av.FFmpegError, ValueError) as error:
            log.append((0, self._formats[0], getattr(error, "strerror", None) or str(error)))
        return []

    def _mpeg(self, packet: Any) -> Any:
        """Return a packet of MPEG audio; None if it states the length of an appended file instead."""
        frame = bytes(packet)
        if has_tag(frame) and (more := stated_length(frame)) is not None:
            self.stated = None if not self.stated else self.stated + more
            return None
        self._latest = frame
        return packet

    def _check_time(self, time: int, log: list[Any]) -> None:
        """Complain of a packet that is before the last one, unless an appended file begins with it."""
        first, last = self._times or (time, time)
        if first < time < last:
            log.append((0, self._formats[0], "times go backwards"))
        self._times = (min(first, time), time)

    def _take(self, frame: Any) -> None:
        """Add a frame to the samples that wait to be read."""
        if self._first_frames is not None:
            self._first_frames.append(frame)
            return
        if not self.sr:
            self.sr, self.channels = frame.sample_rate, frame.layout.nb_channels
        if (frame.sample_rate, frame.layout.nb_channels) != (self.sr, self.channels):
            at = (self._given + self._n_waiting) / self.sr
            change = (
                f"changes from {self.sr:,} Hz and {self.channels} channels to {frame.sample_rate:,} Hz and"
                f" {frame.layout.nb_channels} at {at:.2f} s"
            )
            self.damage.found(change, "split the file there, or leave out what differs by --salvage (salvage=True)")
            return
        if self._first is None:
            self._first = frame.pts
        if not self._landed and frame.pts is not None:
            self._given = round((frame.pts - (self._first or 0)) * self._stream.time_base * self.sr)
            self._landed = True
        samples = samples_of(frame)
        self._waiting.append(samples)
        self._n_waiting += len(samples)
        self._longest = max(self._longest, len(samples))

    def _trim(self) -> None:
        """Remove what the encoder added to fill its last frame of an MP4 file."""
        excess = self._given + self._n_waiting - (self.stated or 0)
        if "mov" in self._formats and self.stated and not self.damage.first and 0 < excess <= self._longest:
            whole = np.concatenate(self._waiting)[: self._n_waiting - excess]
            self._waiting, self._n_waiting = [whole], len(whole)

    def _complain(self, log: list[Any]) -> None:
        for _, speaker, what in log:
            if speaker in self._speakers:
                at = (self._given + self._n_waiting) / self.sr if self.sr else 0.0
                reason = re.sub(r" at PTS \S+", "", " ".join(str(what).split()))
                self.damage.found(f"is damaged at {at:.2f} s or later: {reason}")

    def _check_end(self) -> None:
        if self._is_checked:
            return
        self._is_checked = True
        self.check()
        if self.stated is None and len(self._latest) < frame_size(self._latest):
            self.damage.found("is truncated or damaged: ends in the middle of a frame")
        if len(self._container.streams) == 1 and _BARE.intersection(self._formats):
            with opened(self._file) as content:
                rest = content.seek(0, os.SEEK_END) - self._bytes
            if rest > max(_HEADER, self._bytes // 8):
                what = f"{rest:,} bytes of the file are not read"
                warnings.warn(f"{self.name}: {what}: metadata, or another recording behind it", Notice, stacklevel=2)
        if self._bytes < _HEARD * self._media:
            share = 1 - self._bytes / self._media
            what = "an edit list leaves them out, or the file is damaged"
            warnings.warn(
                f"{self.name}: {share:.0%} of the bytes of sound are not played: {what}", Notice, stacklevel=2
            )
        exact = bool(_EXACT.intersection(self._formats))
        self.damage.check_length(self._given, self.stated, self.sr, exact=exact)

    def _unreadable(self, error: Exception, log: list[Any]) -> InputError:
        reasons = [" ".join(str(entry[2]).split()) for entry in log]
        reason = next(iter(reasons), "") or getattr(error, "strerror", None) or str(error)
        reason = re.sub(r":? '.*", "", reason).replace("Format not on whitelist", "a format without sound")
        return InputError(f"{self.name}: is not an audio file, or too damaged even for --salvage ({reason})")
