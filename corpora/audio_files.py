"""Audio files with the interface of `nlpkit.corpora.Texts`: the text of a row is the path of a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from nlpkit.corpora.audio_content import HEAD_BYTES, sound_in
from nlpkit.corpora.audio_names import is_audio_name
from nlpkit.corpora.bad_records import BadRecords, LeftOut
from nlpkit.corpora.content import not_sound
from nlpkit.corpora.paths import STDIN, Source, check_given, find_sources
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.corpora.source_files import Rereadable
from nlpkit.corpora.texts import Row
from nlpkit.errors import InputError

NOT_AUDIO = "not audio ({})"
RAW = "raw samples, which --encoding reads"
BAD_AUDIO = "file that cannot be read as sound"
MISSING = "missing or not readable"
NO_AUDIO = "folder without audio"

_BLOCK_FILES = 256
_TYPESCRIPT = ".ts"
_RAW = (".raw", ".pcm", ".sln", ".ul", ".ulaw", ".al", ".alaw")

Parts = Callable[[Recording], list[Any]]


class SoundBlock(NamedTuple):
    """Consecutive rows of sound, as lists of the same length.

    Attributes
    ----------
    sources, texts : list of str
        Names of the files.
    kept : mapping of str to list
        Columns that are kept, by name.
    clips : list
        What is embedded: a `Recording`, or what ``parts`` of `AudioFiles` makes of it.
    """

    sources: list[str]
    texts: list[str]
    kept: Mapping[str, list[Any]]
    clips: list[Any]

    def after(self, n: int) -> SoundBlock:
        """Return the block without its first ``n`` rows."""
        return self.chosen(range(n, len(self.clips))) if n else self

    def chosen(self, rows: Iterable[int]) -> SoundBlock:
        """Return the block of some rows."""
        numbers = list(rows)
        kept = {name: [column[row] for row in numbers] for name, column in self.kept.items()}
        return SoundBlock(
            sources=[self.sources[row] for row in numbers],
            texts=[self.texts[row] for row in numbers],
            kept=kept,
            clips=[self.clips[row] for row in numbers],
        )


class AudioFiles(Rereadable):
    """The audio files of some inputs.

    Parameters
    ----------
    inputs : path or iterable of paths
        Files, globs, ``-`` for standard input, and folders: all files below that have the suffix of audio, or are audio
        by their content.
    on_bad : {"error", "skip"}
        Whether a file that is missing or cannot be read as sound is an error, or is skipped and counted.
    may_skip : bool
        Whether there is anything to skip to; no message advises it if not.
    parts : callable, optional
        Function from a `Recording` to its parts, such as its channels, of which each is a row. A part may have a
        mapping ``kept`` of further columns.
    beside : iterable of str
        Names of these columns.
    raw : bool
        Whether files are samples without a header: of folders all are then taken that are not certainly something else.
    options : mapping, optional
        How sound is read, for the fingerprint.
    stdin : binary file, optional
        Replacement for the standard input of the process.

    Attributes
    ----------
    bad : BadRecords
        Takes the files that cannot be read from who reads them.
    kept, beside : tuple of str
        Names of the columns that are kept in any case, and of those that are if there is a place for them.
    left_out : dict of str to int
        Number of files that the current pass has skipped, and of those in folders that are not audio, by reason.
    refused : list of InputError
        Errors of the inputs that are missing or have no audio, if these are skipped.

    Raises
    ------
    InputError
        If an input does not exist or has no audio file, and ``on_bad`` is ``"error"``; or none has.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("a.wav", "b.flac", "notes.txt"):
    ...         Path(folder, name).touch()
    ...     [os.path.basename(row.text) for row in AudioFiles(folder)]
    ['a.wav', 'b.flac']
    """

    def __init__(
        self,
        inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        on_bad: str = "error",
        may_skip: bool = True,
        parts: Parts | None = None,
        beside: Iterable[str] = (),
        raw: bool = False,
        options: Mapping[str, Any] = MappingProxyType({}),
        stdin: BinaryIO | None = None,
    ) -> None:
        self.left_out = LeftOut()
        self.bad = BadRecords(self.left_out, on_bad=on_bad, may_skip=may_skip)
        self.kept: tuple[str, ...] = ()
        self.beside = tuple(beside)
        self.refused: list[InputError] = []
        self._parts = parts
        self._raw = raw
        self._options = options
        self._not_audio = LeftOut()
        self._unfound = BadRecords(self._not_audio, on_bad=on_bad, may_skip=may_skip)
        named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
        self.folders = [os.fspath(name) for name in named if os.path.isdir(name)]
        super().__init__(self._found(named), stdin, named=True)
        self.left_out.update(self._not_audio)

    def _found(self, inputs: list[str | os.PathLike[str]]) -> list[Source]:
        names = [os.fspath(name) for name in inputs]
        check_given(names)
        refused = self.refused

        def refuse(reason: str, error: InputError) -> None:
            refused.append(error)
            self._unfound.record(reason, error)

        def missing(path: str, error: InputError) -> None:
            if in_folder and os.path.islink(path) and not is_audio_name(path):
                self._not_audio.count(NOT_AUDIO.format("a link to nothing"))
            else:
                refuse(MISSING, error)

        found = []
        for name in names:
            in_folder = os.path.isdir(name) and name != STDIN
            sources = find_sources([name], per="file", follow_links=True, holds="audio", refuse=missing)
            audio = list(filter(self._is_audio, sources)) if in_folder else sources
            if sources and not audio:
                why = f"{name}: no file in the folder has an audio suffix, or is audio by its content"
                refuse(NO_AUDIO, InputError(why))
            found += audio
            for folder in _empty_recordings(name) if in_folder else ():
                refuse(NO_AUDIO, InputError(f"{folder}: is an empty folder with the name of a recording: remove it"))
        if not found and refused:
            raise refused[0] if len(refused) == 1 else InputError(f"no input can be read; the first: {refused[0]}")
        return found

    def _is_audio(self, source: Source) -> bool:
        """Whether a file of a folder is audio; if not, it is counted."""
        suffix = os.path.splitext(source.name)[1].lower()
        if not self._raw and is_audio_name(source.name) and suffix != _TYPESCRIPT:
            return True
        head = head_of(source.path) if source.size else b""
        what = not_sound(head)
        if sound_in(head) or (self._raw and not what):
            return True
        self._not_audio.count(RAW if suffix in _RAW and not what else NOT_AUDIO.format(what or "unknown"))
        return False

    def __len__(self) -> int:
        """Number of files."""
        return len(self.sources)

    def __iter__(self) -> Iterator[Row]:
        return (Row(source.name, source.path or source.name) for source in self.sources)

    def texts(self) -> Iterator[str]:
        """Iterate over the paths."""
        return (row.text for row in self)

    def recordings(self) -> Iterator[Recording]:
        """Iterate over the files as recordings; streams are copied to temporary files."""
        self._begin_pass()
        for index, source in enumerate(self.sources):
            yield Recording(name=source.name, path=self._files.path(index))

    def blocks(self, n_characters: int = 0) -> Iterator[SoundBlock]:
        """Iterate over blocks of up to 256 files."""
        waiting: list[tuple[Recording, Any]] = []
        for number, recording in enumerate(self.recordings(), 1):
            waiting += [(recording, part) for part in self._parts_of(recording)]
            if number % _BLOCK_FILES == 0:
                yield self._block(waiting)
                waiting = []
        if waiting:
            yield self._block(waiting)

    def _parts_of(self, recording: Recording) -> list[Any]:
        self.bytes_read += self._size_of(recording)
        if self._parts is None:
            return [recording]
        try:
            return self._parts(recording)
        except InputError as error:
            self.bad.record(BAD_AUDIO, error)
            return []

    def _size_of(self, recording: Recording) -> int:
        """Return the bytes on disk of a recording, for progress."""
        try:
            return os.path.getsize(recording.path) if recording.path else 0
        except OSError:
            return 0

    def _block(self, rows: list[tuple[Recording, Any]]) -> SoundBlock:
        names = [recording.name for recording, _ in rows]
        columns = {
            name: [self._value(recording, part, name) for recording, part in rows] for name in self.kept + self.beside
        }
        return SoundBlock(names, list(names), columns, [part for _, part in rows])

    def _value(self, recording: Recording, part: Any, name: str) -> Any:
        """Return the value of a column that is kept."""
        return getattr(part, "kept", {}).get(name)

    def _begin_pass(self) -> None:
        if self.is_stream:
            self.spool()
        self._begin()
        self.left_out.clear()
        self.left_out.update(self._not_audio)

    @property
    def skipped(self) -> int:
        """Number of files that the current pass has skipped."""
        return sum(self.left_out.values())

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the files: names, sizes and times."""
        given = {"on_bad": self.bad.on_bad} if self.bad.on_bad != "error" else {}
        return {**self._files.fingerprint(), **given, **self._options}


def head_of(path: str | None) -> bytes:
    """Return the first bytes of a file; none if it cannot be read."""
    try:
        with open(path or "", "rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def is_audio_file(path: str) -> bool:
    """Whether a file has the suffix of audio, or is audio by its content, or is a pipe, whose content is not known."""
    if not os.path.isfile(path):
        return os.path.exists(path) and not os.path.isdir(path)
    return is_audio_name(path) or bool(sound_in(head_of(path)))


def _empty_recordings(folder: str) -> Iterator[str]:
    """Yield the empty folders below a folder whose names have the suffix of audio."""
    for parent, folders, files in os.walk(folder):
        if not folders and not files and parent != folder and is_audio_name(parent):
            yield parent
