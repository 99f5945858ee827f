"""Audio files read by the libraries of FFmpeg, through the package av: MP3, M4A, WebM, AMR, films and others.

They open only the given file: no network, no playlists.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from nlpkit.errors import InputError, MissingDependencyError, Notice
from nlpkit.speech.audio.damage import Damage
from nlpkit.speech.audio.mpeg_tag import stated_length

CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,aac,ac3,eac3,amr,amrnb,amrwb,ape,wv,tta,dsf,mp3,ogg,flac,wav,w64,aiff,caf,au"
    ",avi,flv,mpeg,mpegts,nistsphere,voc,gsm,aptx,dts,truehd,mpc,mpc8,oma,rm,spdif,shn,tak,iff,loas,latm,qcp,swf,wtv,xwma"
)
_STATE_LENGTH = frozenset(
    {
        "mov",
        "matroska",
        "asf",
        "ape",
        "wv",
        "tta",
        "dsf",
        "flac",
        "wav",
        "w64",
        "aiff",
        "caf",
        "au",
        "nistsphere",
        "mpc",
    }
    | {"mpc", "mpc8", "shn", "tak", "xwma"}
)
_EXACT = frozenset({"ape", "wv", "tta", "flac", "tak", "w64", "aiff", "au"})
_WITH_CHECKSUMS = frozenset({"flac", "tta", "wavpack", "ape", "tak"})
_SCALES = {"u8": 1 << 7, "s16": 1 << 15, "s32": 1 << 31, "s64": 1 << 63}


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

    Raises
    ------
    InputError
        If FFmpeg cannot read the file, or finds no sound in it.
    MissingDependencyError
        If the package av is not installed.
    """

    def __init__(
        self, file: str | os.PathLike[str] | IO[bytes], damage: Damage, *, stated: float | None = None, late: str = ""
    ) -> None:
        self._av = av = _libraries()
        self.damage, self.name, self._late = damage, damage.name, late
        self.frames: int | None = None
        self.stated: int | None = None
        self._given, self._n_waiting, self._longest, self._ended = 0, 0, 0, False
        self._waiting: list[np.ndarray] = []
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

    def _open(self, file: Any, stated: float | None, log: list[Any]) -> None:
        streams = self._container.streams.audio
        if not streams:
            raise InputError(f"{self.name}: has no sound in it")
        if len(streams) > 1:
            warnings.warn(
                f"{self.name}: has {len(streams)} tracks of sound, and the first is read", Notice, stacklevel=2
            )
        self._stream = streams[0]
        self._formats = self._container.format.name.split(",")
        codec = self._stream.codec_context.codec
        if codec.name in _WITH_CHECKSUMS and not self.damage.salvage:
            self._stream.codec_context.options = {"err_detect": "crccheck"}
        self.encoding = f"{self._container.format.long_name}, {codec.long_name}"
        self._speakers = {*self._formats, codec.name}
        self._packets: Iterator[Any] = self._container.demux(self._stream)
        self.sr, self.channels = 0, 0
        self._complain(log)
        while not self._waiting and not self._ended:
            self._decode()
        if not self._waiting:
            raise self._unreadable(ValueError("no frame can be decoded"), [])
        self.stated = self._stated(file, stated)

    def _stated(self, file: Any, known: float | None) -> int | None:
        """Return the length that the file states, in samples."""
        if known is not None and len(self._container.streams.audio) == 1:
            return round(known * self.sr)
        if "mp3" in self._formats:
            return stated_length(_beginning(file)) or None
        if not _STATE_LENGTH.intersection(self._formats):
            return None
        stream, container = self._stream, self._container
        if stream.duration is not None:
            return round(stream.duration * stream.time_base * self.sr)
        tag = re.fullmatch(r"(\d+):(\d+):([\d.]+)", stream.metadata.get("DURATION", ""))
        late = max(0.0, float((stream.start_time or 0) * stream.time_base))
        if tag:
            return round((int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3]) - late) * self.sr)
        if container.duration is not None and len(container.streams) == 1:
            return round((container.duration / 1e6 - late) * self.sr)
        return None

    def read(self, n: int) -> np.ndarray:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        while self._n_waiting < n + self._longest and not self._ended:
            self._decode()
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
            self.damage.found(f"is damaged ({self._late})")

    def skip(self, n: int) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        while n > 0:
            step = min(n, 1 << 16)
            if len(self.read(step)) < step:
                return
            n -= step

    def close(self) -> None:
        """See `nlpkit.speech.audio.source.AudioSource`."""
        self._container.close()

    def _decode(self) -> None:
        """Decode the next packet."""
        av = self._av
        frames: list[Any] = []
        with av.logging.Capture(local=True) as log:
            try:
                packet = next(self._packets)
                if "mp3" in self._formats and packet.size and (more := stated_length(bytes(packet)[:4096])) is not None:
                    self.stated = None if not self.stated else self.stated + more  # another file follows
                    return
                frames = packet.decode()
            except StopIteration:
                self._ended = True
                self._trim()
            except EOFError:
                pass
            except (av.FFmpegError, ValueError) as error:
                log.append((0, self._formats[0], getattr(error, "strerror", None) or str(error)))
        for frame in frames:
            self._take(frame)
        self._complain(log)

    def _take(self, frame: Any) -> None:
        """Add a frame to the samples that wait to be read."""
        if not self.sr:
            self.sr, self.channels = frame.sample_rate, frame.layout.nb_channels
        if (frame.sample_rate, frame.layout.nb_channels) != (self.sr, self.channels):
            at = (self._given + self._n_waiting) / self.sr
            raise InputError(
                f"{self.name}: changes from {self.sr:,} Hz and {self.channels} channels to {frame.sample_rate:,} Hz and"
                f" {frame.layout.nb_channels} at {at:.2f} s: split the file there, or set a duration to read its start"
            )
        samples = _samples(frame)
        self._waiting.append(samples)
        self._n_waiting += len(samples)
        self._longest = max(self._longest, len(samples))

    def _trim(self) -> None:
        """Remove what the encoder added to fill its last frame of an MP4 file."""
        excess = self._given + self._n_waiting - (self.stated or 0)
        if "mov" in self._formats and self.stated and 0 < excess <= self._longest:
            whole = np.concatenate(self._waiting)[: self._n_waiting - excess]
            self._waiting, self._n_waiting = [whole], len(whole)

    def _complain(self, log: list[Any]) -> None:
        for _, speaker, what in log:
            if speaker.removesuffix("float") in {name.removesuffix("float") for name in self._speakers}:
                at = (self._given + self._n_waiting) / self.sr if self.sr else 0.0
                self.damage.found(f"is damaged at {at:.2f} s or later ({' '.join(str(what).split())})")

    def _check_end(self) -> None:
        self.check()
        exact = bool(_EXACT.intersection(self._formats))
        self.damage.check_length(self._given, self.stated, self.sr, exact=exact)

    def _unreadable(self, error: Exception, log: list[Any]) -> InputError:
        reasons = [" ".join(str(entry[2]).split()) for entry in log]
        reason = next(iter(reasons), "") or getattr(error, "strerror", None) or str(error)
        reason = re.sub(r": '.*", "", reason)
        return InputError(f"{self.name}: is not an audio file that can be read ({reason})")


def _samples(frame: Any) -> np.ndarray:
    """Return the samples of a frame, (n, channels) float32."""
    values = frame.to_ndarray()
    name = frame.format.name.removesuffix("p")
    if frame.format.is_planar:
        values = values.T
    else:
        values = values.reshape(-1, frame.layout.nb_channels)
    if name == "u8":
        values = values.astype(np.float32) - 128
    scale = _SCALES.get(name)
    if scale is None:
        return np.ascontiguousarray(values, np.float32)
    return values.astype(np.float32) / np.float32(scale)


def _beginning(file: Any) -> bytes:
    """Return the beginning of a file, long enough for the pictures in a tag."""
    if isinstance(file, str | os.PathLike):
        with open(file, "rb") as opened:
            return opened.read(1 << 22)
    place = file.tell()
    file.seek(0)
    content = file.read(1 << 22)
    file.seek(place)
    return content


def _libraries() -> Any:
    try:
        import av
    except ImportError as error:
        raise MissingDependencyError(
            "reading this audio needs the package av, which isn't installed: pip install 'nlpkit[speech]'"
        ) from error
    if av.logging.get_level() != av.logging.ERROR:
        av.logging.set_level(av.logging.ERROR)
        av.logging.set_skip_repeated(False)
    return av
