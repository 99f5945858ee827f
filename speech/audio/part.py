"""`AudioPart`: a part of an audio file, such as a channel or some seconds, that is read when it is needed."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from nlpkit.errors import DamageWarning, InputError
from nlpkit.speech.audio.audio_path import AudioPath
from nlpkit.speech.audio.damage import slack
from nlpkit.speech.audio.raw_format import RawFormat
from nlpkit.speech.audio.reading import Audio, AudioInfo, info, load
from nlpkit.speech.audio.source import open_audio


@dataclass(frozen=True, kw_only=True)
class AudioPart:
    """A part of an audio file.

    Attributes
    ----------
    name : str
        Name of the file in messages.
    source : path, or callable
        The file, or a function that opens it.
    offset, duration, channel, raw, salvage
        See `nlpkit.speech.load`.
    stated : float or None
        Duration of the whole file in seconds, as a manifest says.
    is_listed : bool
        Whether the duration has to be there.
    where : str
        Place in the manifest, for messages.
    kept : mapping of str to object
        What is written beside the part.
    """

    name: str
    source: str | os.PathLike[str] | Callable[[], IO[bytes]]
    offset: float = 0.0
    duration: float | None = None
    channel: int | None = None
    raw: RawFormat | None = None
    salvage: bool = False
    stated: float | None = None
    is_listed: bool = False
    where: str = ""
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reading(self) -> dict[str, Any]:
        """The arguments of `nlpkit.speech.load` and `nlpkit.speech.stream_features` that say what is read."""
        names = ("offset", "duration", "channel", "raw", "salvage")
        return {name: getattr(self, name) for name in names}

    def open(self) -> AudioPath:
        """Return the first argument of these functions: a path, or a file whose name is that of the part."""
        if callable(self.source):
            file: Any = self.source()
            file.name = self.name
            return file
        path = os.fspath(self.source)
        return path if path == self.name else _NamedFile(path, self.name)

    def load(self, sr: int | None = None, *, mono: bool = True) -> Audio:
        """Return the samples; see `nlpkit.speech.load`.

        Raises
        ------
        InputError
            If the file cannot be read, or a manifest says that there is more or less of it.
        """
        found = load(self.open(), sr, mono=mono, name=self.name, **self.reading)
        self._check(self.offset + found.samples.shape[-1] / found.sr)
        return found

    def length(self) -> float:
        """Return the duration of the whole file in seconds; its samples are read only if its header does not tell.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        return self.info().duration

    def info(self) -> AudioInfo:
        """Return the properties of the whole file.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        return info(self.open(), raw=self.raw, salvage=self.salvage, name=self.name)

    def check_channel(self, channels: int) -> None:
        """Check that a file of so many channels has the one that is asked for.

        Raises
        ------
        InputError
            If it does not.
        """
        if self.channel is not None and self.channel > channels:
            known = "1 channel" if channels == 1 else f"{channels} channels"
            raise InputError(f"{self.name}: has {known}, and channel {self.channel} was asked for")

    def check(self, length: float | None = None) -> None:
        """Compare the length of the file, in seconds if it is known, with what a manifest says.

        Raises
        ------
        InputError
            If there is more or less of it.
        """
        if self.where:
            self._check(self._enough() if length is None else length)

    def _enough(self) -> float:
        """Return the length that the header states if the part is within it, otherwise the true one."""
        if self.duration is not None:
            source = open_audio(self.open(), raw=self.raw, salvage=self.salvage, name=self.name)
            source.close()
            known = (source.frames if source.frames is not None else source.stated or 0) / source.sr
            if self.offset + self.duration <= known:
                return known
        return self.length()

    def _check(self, end: float) -> None:
        """Raise InputError if a file that ends after so many seconds is not what the manifest says.

        If the file is salvaged, it is a warning.
        """
        wrong = ""
        if self.where and self.offset >= end:
            wrong = f"begins at {self.offset:g} s, and {self.name} ends at {end:.2f} s"
        elif self.is_listed and self.duration is not None:
            wanted = self.offset + self.duration
            if wanted - end > slack(self.duration):
                wrong = f"names {self.offset:g} to {wanted:g} s, and {self.name} ends at {end:.2f} s"
        elif self.stated is not None and self.duration is None and abs(end - self.stated) > slack(self.stated):
            wrong = (
                f"says that {self.name} has {self.stated:g} s, and it has {end:.2f} s: correct the duration, or "
                "give an offset of 0 to take so much of it"
            )
        if wrong and not self.salvage:
            raise InputError(f"{self.where}: {wrong}")
        if wrong:
            warnings.warn(f"{self.where}: {wrong}", DamageWarning, stacklevel=3)


class _NamedFile(io.BufferedReader):
    """A file with another name in messages."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(io.FileIO(path))
        self._called = name

    @property
    def name(self) -> str:
        return self._called
