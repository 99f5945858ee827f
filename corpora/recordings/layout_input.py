"""What the readers of all layouts share: where files are, how tables are decoded, and what becomes of bad records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from nlpkit.corpora.audio_names import stem_of
from nlpkit.corpora.bad_records import BLANK, BadRecords
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.lines import read_lines
from nlpkit.corpora.recordings.place import RecordingPlace
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.corpora.tables.options import TableOptions

MISSING = "file is missing"
TWICE = "id that occurs twice"
SEVERAL_FILES = "name of several audio files"
UNNAMED = "audio file that no record names"


class LayoutInput:
    """A place of recordings during one pass over them.

    Parameters
    ----------
    place : RecordingPlace
    name : str
        Name of the place in messages.
    options : TableOptions
    decoding : Decoding
    bad : BadRecords
        Treatment of records that cannot be read.
    takes_nulls : bool
        Whether ``bad`` decides about recordings without a text; if not, their text is None.
    """

    def __init__(
        self,
        place: RecordingPlace,
        name: str,
        *,
        options: TableOptions,
        decoding: Decoding,
        bad: BadRecords,
        takes_nulls: bool,
    ) -> None:
        self.place = place
        self.name = name
        self.options = options
        self.decoding = decoding
        self.bad = bad
        self.takes_nulls = takes_nulls
        self._ids: dict[str, str] = {}
        self._named: set[str] = set()

    def called(self, name: str) -> str:
        """Return the name of a file in messages."""
        return self.place.full_path(name) or f"{self.name}/{name}"

    def recording(self, name: str, where: str, **known: Any) -> Recording:
        """Return the recording of the file ``name``, which `RecordingPlace.find` has found."""
        self._named.add(name)
        path = self.place.full_path(name)
        if path is not None:
            return Recording(name=path, path=path, where=where, **known)
        opened = self.place.open
        return Recording(name=f"{self.name}/{name}", path=None, where=where, opened=lambda: opened(name), **known)

    def find(self, name: str, folders: Sequence[str], where: str) -> str | None:
        """Return the path of the file ``name``; a missing one is a bad record."""
        found = self.place.find(name, folders)
        if found is None:
            self.bad.record(MISSING, f"{where}: there is no file {name!r}")
        else:
            self._named.add(found)
        return found

    def is_new(self, id: str | None, where: str) -> bool:
        """Whether no record had this id before; one that occurs twice is a bad record."""
        if id is None:
            return True
        first = self._ids.setdefault(id, where)
        if first is not where:
            line = first.rpartition(", ")[2]
            self.bad.record(TWICE, f"{where}: the id {id!r} occurs twice, first on {line}")
        return first is where

    def lines(self, name: str) -> Iterator[tuple[int, str]]:
        """Yield the lines of a table that are not blank, with their numbers."""
        with self.place.open_table(name) as stream:
            for first, run in read_lines(stream, self.called(name), self.decoding):
                for number, line in enumerate(run, first):
                    if line.strip():
                        yield number, line
                    else:
                        self.bad.left_out.count(BLANK)

    def tell_unnamed(self) -> None:
        """Count the audio files that no recording has named."""
        named = set(map(self.place.key, self._named))
        unnamed = sum(self.place.key(name) not in named for name in self.place.audio_names)
        self.bad.left_out.count(UNNAMED, unnamed)


class Stems:
    """Audio files by their names without folder and suffix.

    Parameters
    ----------
    given : LayoutInput
    folder : str
        Only files below this folder count.
    """

    def __init__(self, given: LayoutInput, folder: str) -> None:
        self._given = given
        self._found: dict[str, list[str]] = {}
        for name in given.place.audio_names:
            if name.startswith(folder):
                self._found.setdefault(stem_of(name), []).append(name)

    def __contains__(self, stem: str) -> bool:
        return stem in self._found

    def find(self, stem: str, where: str, instead: str = "") -> str | None:
        """Return the file of this name; none and several are bad records. ``instead`` says what else was expected."""
        found = self._found.get(stem, [])
        if len(found) == 1:
            return found[0]
        if found:
            names = " and ".join(found[:2]) + (f" and {len(found) - 2} more" if len(found) > 2 else "")
            self._given.bad.record(SEVERAL_FILES, f"{where}: {stem!r} can be {names}: remove all but one")
        else:
            self._given.bad.record(MISSING, f"{where}: there is no audio file {stem!r}{instead}")
        return None
