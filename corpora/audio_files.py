"""Audio files with the interface of `nlpkit.corpora.Texts`: the text of a row is the path of a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from nlpkit.corpora.audio_names import is_audio_name
from nlpkit.corpora.bad_records import BadRecords, LeftOut
from nlpkit.corpora.paths import find_sources
from nlpkit.corpora.source_files import Rereadable
from nlpkit.corpora.texts import Block, Row
from nlpkit.errors import InputError

_BLOCK_FILES = 256


class AudioFiles(Rereadable):
    """The audio files of some inputs.

    Parameters
    ----------
    inputs : path or iterable of paths
        Files, globs, and folders (all audio files below, by suffix).
    on_bad : {"error", "skip"}
        Whether a file that cannot be read as sound is an error, or is skipped and counted.

    Attributes
    ----------
    bad : BadRecords
        Takes the files that cannot be read from who reads them.
    left_out : dict of str to int
        Number of files that the current pass has skipped, by reason.

    Raises
    ------
    InputError
        If an input does not exist or has no audio file.

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
        self, inputs: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *, on_bad: str = "error"
    ) -> None:
        self.left_out = LeftOut()
        self.bad = BadRecords(self.left_out, on_bad=on_bad)
        named = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
        self.folders = [os.fspath(name) for name in named if os.path.isdir(name)]
        found = []
        for name in named:
            sources = find_sources([name], per="file")
            if any(source.path is None for source in sources):
                raise InputError("audio cannot be read from standard input: give a file")
            if os.path.isdir(name):
                sources = [source for source in sources if is_audio_name(source.name)]
                if not sources:
                    raise InputError(f"{os.fspath(name)}: no file in the folder has an audio suffix")
            found += sources
        super().__init__(found)

    def __iter__(self) -> Iterator[Row]:
        return (Row(source.name, str(source.path)) for source in self.sources)

    def texts(self) -> Iterator[str]:
        """Iterate over the paths."""
        return (row.text for row in self)

    def blocks(self, n_characters: int = 0) -> Iterator[Block]:
        """Iterate over blocks of up to 256 files."""
        self._begin()
        self.left_out.clear()
        for first in range(0, len(self.sources), _BLOCK_FILES):
            part = self.sources[first : first + _BLOCK_FILES]
            yield Block([source.name for source in part], [str(source.path) for source in part])
            self.bytes_read += sum(source.size or 0 for source in part)

    @property
    def skipped(self) -> int:
        """Number of files that the current pass has skipped."""
        return sum(self.left_out.values())

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the files: names, sizes and times."""
        given = {"on_bad": self.bad.on_bad} if self.bad.on_bad != "error" else {}
        return {**self._files.fingerprint(), **given}
