"""How sound is read in jobs: which files or recordings, which of their channels, and what becomes of damaged ones."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nlpkit.corpora import AudioFiles, Recordings
from nlpkit.corpora.audio_content import HEAD_BYTES
from nlpkit.corpora.content import not_sound
from nlpkit.corpora.recordings.listed_audio import ListedAudio
from nlpkit.corpora.recordings.manifest import is_manifest
from nlpkit.corpora.recordings.place import TARS
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError, NlpkitError, ParameterError, is_whole

if TYPE_CHECKING:
    from nlpkit.speech import RawFormat
    from nlpkit.speech.audio.part import AudioPart

StrPath = str | os.PathLike[str]


@dataclass(frozen=True, kw_only=True)
class Sound:
    """How sound is read.

    Parameters
    ----------
    manifest : path, optional
        Manifest, or folder or tar file of recordings, as `nlpkit.corpora.Recordings` reads it, instead of inputs: its
        parts of files are read, and its columns kept.
    split : str, optional
        The set of a folder of recordings that holds several.
    channel : int or {"mix", "each"}
        One channel, counted from 1; or the average of all; or each of them by itself.
    salvage : bool
        Whether what can be decoded of damaged files is taken.
    raw : RawFormat, optional
        Format of files without a header.
    offset, duration : float, optional
        Start and length in seconds; default: the whole file, or the part that the manifest names.

    Raises
    ------
    ParameterError
        If the channel is none.
    """

    manifest: StrPath | None = None
    split: str | None = None
    channel: int | str = "mix"
    salvage: bool = False
    raw: RawFormat | None = None
    offset: float = 0.0
    duration: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.channel, str) and self.channel.isdecimal():
            object.__setattr__(self, "channel", int(self.channel))
        if self.channel not in ("mix", "each") and not is_whole(self.channel, 1, 1024):
            raise ParameterError(f"channel is {self.channel!r}: expected mix, each, or a channel's number from 1")

    def given(self) -> list[str]:
        """Return the names of the options that were given."""
        defaults = {name: field.default for name, field in self.__dataclass_fields__.items()}
        return [name for name, value in vars(self).items() if value != defaults[name]]

    def files(self, inputs: Iterable[StrPath], read_as: Any) -> AudioFiles:
        """Return the audio files, or the recordings of the manifest.

        Parameters
        ----------
        inputs : iterable of paths
            None if there is a manifest.
        read_as : Reading
            Its on_bad, keep, stdin, and how it reads tables.

        Raises
        ------
        InputError, ParameterError
            If there are none, inputs beside a manifest, or a split without one.
        """
        named = list(inputs)
        if self.manifest is None and self.split is not None:
            raise ParameterError("split (--split) chooses a set of recordings: give a manifest (--manifest) too")
        if self.manifest is None:
            given: dict[str, Any] = {"stdin": read_as.stdin, "may_skip": read_as.may_skip, **self._known(read_as)}
            return AudioFiles(named, raw=self.raw is not None, **given)
        if named:
            raise ParameterError(
                f"{os.fspath(named[0])}: is an input beside the manifest {os.fspath(self.manifest)}: give one of them"
            )
        return self.listed(read_as)

    def listed(self, read_as: Any) -> ListedAudio:
        """Return the recordings of the manifest.

        Raises
        ------
        InputError, ParameterError
            If there are none.
        """
        tables = ("on_bad", "delimiter", "header", "quoting", "sheet", "encoding", "decode_errors")
        nulls = None if read_as.nulls == "error" else read_as.nulls
        options = {name: getattr(read_as, name) for name in tables}
        recordings = Recordings(self.manifest or "", split=self.split, nulls=nulls, **options)
        keep = read_as.keep
        names = [name.strip() for name in keep.split(",")] if isinstance(keep, str) else keep
        return ListedAudio(recordings, keep=names, **self._known(read_as))

    def _known(self, read_as: Any) -> dict[str, Any]:
        beside = ("channel",) if self.channel == "each" else ()
        return {"on_bad": read_as.on_bad, "parts": self.parts, "beside": beside, "options": self.described()}

    def parts(self, recording: Recording) -> list[AudioPart]:
        """Return the parts of a recording: itself, or each of its channels.

        Raises
        ------
        InputError
            If its channels are asked for and it cannot be opened, or it is one of another channel.
        """
        from nlpkit.speech.audio.part import AudioPart
        from nlpkit.speech.audio.source import open_audio

        source: Any = recording.path if recording.path is not None else recording.opened
        length = None if recording.end is None else recording.end - recording.start - self.offset
        if length is not None and length <= 0:
            raise InputError(f"{recording.where}: has {recording.duration:g} s, and the offset is {self.offset:g} s")
        part = AudioPart(
            name=recording.name,
            source=source,
            offset=recording.start + self.offset,
            duration=min((each for each in (length, self.duration) if each is not None), default=None),
            channel=recording.channel if self.channel in ("mix", "each") else self.channel,  # type: ignore[arg-type]
            raw=self.raw,
            salvage=self.salvage,
            stated=recording.stated,
            is_listed=length is not None,
            where=recording.where,
        )
        if recording.channel is not None and part.channel != recording.channel:
            raise InputError(
                f"{recording.where}: names channel {recording.channel}, and channel is {self.channel} (--channel)"
            )
        if self.channel != "each":
            return [part]
        if part.channel is not None:
            return [replace(part, kept={"channel": part.channel})]
        try:
            opened = open_audio(part.open(), raw=self.raw, salvage=self.salvage, name=part.name)
        except Exception as error:
            raise told(error, part) from error
        opened.close()
        return [replace(part, channel=n, kept={"channel": n}) for n in range(1, opened.channels + 1)]

    def described(self) -> dict[str, Any]:
        """Return the options that were given, for manifests and fingerprints."""
        return {name: str(getattr(self, name)) for name in self.given() if name != "manifest"}


def told(error: Exception, part: AudioPart) -> InputError:
    """Return the exception about a part that cannot be read: it names the file, and what it is if it is no sound.

    Raises
    ------
    NlpkitError
        The error itself, if it is not about the part, but about what is installed or written.
    """
    if isinstance(error, NlpkitError) and not isinstance(error, ValueError):
        raise error
    at = f"{part.where}: " if part.where and not str(error).startswith(part.where) else ""
    if part.raw is None:
        try:
            file: Any = part.open()
            with open(file, "rb") if isinstance(file, str) else file as opened:
                found = not_sound(opened.read(HEAD_BYTES))
        except (OSError, InputError):
            found = ""
        if found == "empty":
            return InputError(f"{at}{part.name}: is empty; expected an audio file")
        if found:
            is_listing = is_manifest(part.name) or part.name.lower().endswith(TARS)
            hint = "; to read the recordings that it names or holds, give it to --manifest" if is_listing else ""
            return InputError(f"{at}{part.name}: is not an audio file, but {found}{hint}")
    if isinstance(error, InputError):
        return InputError(f"{at}{error}") if at else error
    said = " ".join(str(error).split())
    if isinstance(error, MemoryError):
        said = f"there is not enough memory ({said})" if said else "there is not enough memory"
    elif not isinstance(error, ParameterError):
        said = f"cannot be read ({type(error).__name__}: {said})"
    return InputError(f"{at}{part.name}: {said}")
