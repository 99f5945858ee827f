"""The parts of audio files that a manifest lists, with the interface of `nlpkit.corpora.AudioFiles`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from nlpkit.corpora.audio_files import AudioFiles, Parts
from nlpkit.corpora.paths import Source, find_sources
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.corpora.recordings.recordings import Recordings
from nlpkit.corpora.texts import Row
from nlpkit.errors import InputError

STANDARD = ("id", "text", "label", "speaker", "start", "end", "channel")
"""Attributes of a recording that are columns, if one of the recordings has them."""


class ListedAudio(AudioFiles):
    """The recordings of a manifest, or of a folder or tar file of recordings.

    Parameters
    ----------
    recordings : Recordings
        They are read at once, so that what is wrong with them is found before any sound is read.
    keep : iterable of str
        Columns to keep; default: all that a recording has.
    on_bad, parts, beside, options
        See `nlpkit.corpora.AudioFiles`.

    Attributes
    ----------
    rows : list of Recording
    layout : str
        See `nlpkit.corpora.Recordings`.
    examples : dict of str to str
        The error of the first record that was skipped for each reason.

    Raises
    ------
    InputError
        If there is no recording, a bad one, or no column to keep.
    """

    def __init__(
        self,
        recordings: Recordings,
        *,
        keep: Iterable[str] = (),
        on_bad: str = "error",
        parts: Parts | None = None,
        beside: Iterable[str] = (),
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.rows = list(recordings)
        self._path = recordings.path
        self.layout = recordings.layout
        if not self.rows:
            why = recordings.left_out.in_words()
            first = next(iter(recordings.left_out.examples.values()), "")
            why = (f" that can be read ({why})" if why else "") + (f"; the first: {first}" if first else "")
            raise InputError(f"{self._path}: lists no recording{why}")
        files = [self._path, *dict.fromkeys(row.path for row in self.rows if row.path is not None)]
        self._sizes: dict[str, int] = {}
        super().__init__([], on_bad=on_bad, parts=parts, options=options)
        self.sources += [self._measured(name) for name in files]
        self.folders = [self._path] if os.path.isdir(self._path) else []
        self._not_audio.update(recordings.left_out)
        self.left_out.update(recordings.left_out)
        self.examples = dict(recordings.left_out.examples)
        self.kept = tuple(keep)
        self.beside = () if self.kept else self._columns(tuple(beside))
        self._check_kept(tuple(beside))

    def _found(self, inputs: list[str | os.PathLike[str]]) -> list[Source]:
        return []

    def _measured(self, name: str) -> Source:
        if os.path.isdir(name):
            return Source(name=name, path=name, size=0)
        [source] = find_sources([name], per="file")
        self._sizes[name] = source.size or 0
        return source

    def _columns(self, further: tuple[str, ...]) -> tuple[str, ...]:
        standard = [name for name in STANDARD if any(_has(row, name) for row in self.rows)]
        return tuple(dict.fromkeys([*standard, *further, *(name for row in self.rows for name in row.fields)]))

    def _check_kept(self, further: tuple[str, ...]) -> None:
        known = self._columns(further) if self.kept else ()
        for name in self.kept:
            if name not in known:
                raise InputError(
                    f"{self._path}: there is no column {name!r} to keep (--keep); found {', '.join(known) or 'none'}"
                )

    def __len__(self) -> int:
        """Number of recordings."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return (Row(row.name, row.name) for row in self.rows)

    def recordings(self) -> Iterator[Recording]:
        """Iterate over the recordings."""
        self._begin_pass()
        self._unread = dict(self._sizes)
        yield from self.rows

    def _size_of(self, recording: Recording) -> int:
        return self._unread.pop(recording.path or "", 0)

    def _value(self, recording: Recording, part: Any, name: str) -> Any:
        own = super()._value(recording, part, name)
        if own is not None:
            return own
        return getattr(recording, name) if name in STANDARD and _has(recording, name) else recording.fields.get(name)

    def fingerprint(self) -> dict[str, object]:
        """Return a fingerprint of the recordings, and of their files."""
        digest = hashlib.sha256("\n".join(map(repr, self.rows)).encode("utf-8", "surrogateescape"))
        return {**super().fingerprint(), "recordings": len(self.rows), "recordings_sha256": digest.hexdigest()}


def _has(row: Recording, name: str) -> bool:
    return getattr(row, name) not in (None, 0.0) if name == "start" else getattr(row, name) is not None
