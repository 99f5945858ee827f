"""Names of the files of spectrograms, after the recordings that they show."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import PurePath

from nlpkit.corpora.recordings.recording import Recording

_LONGEST = 120


def base_names(recordings: Sequence[Recording]) -> list[str]:
    """Return a name for each recording.

    It is its id; or the name of its file without the suffix, with as many folders as make it unique, and its times if
    it is a part.

    Examples
    --------
    >>> base_names([Recording(name="a/x.wav", path=None), Recording(name="b/x.wav", path=None)])
    ['a-x', 'b-x']
    >>> base_names([Recording(name="x.wav", path=None, start=1.5, end=2.0, channel=1)])
    ['x-1.5-2-ch1']
    """
    files = dict.fromkeys(each.name for each in recordings)
    names = dict(zip(files, _of_files([PurePath(_plain(file)) for file in files]), strict=True))
    found = [_safe(each.id) if each.id else names[each.name] + _part(each) for each in recordings]
    if len(set(map(str.casefold, found))) == len(found):
        return found
    return [f"{name}-{number}" for number, name in enumerate(found)]


def _of_files(paths: list[PurePath]) -> list[str]:
    for parts in range(1, 64):
        names = ["-".join(path.with_suffix("").parts[-parts:]).replace(os.sep, "") for path in paths]
        if len(set(map(str.casefold, names))) == len(names):
            return names
    return [f"{name}-{number}" for number, name in enumerate(names)]


def _plain(name: str) -> str:
    return "stdin" if name == "<stdin>" else name


def _part(recording: Recording) -> str:
    times = [recording.start, *([] if recording.end is None else [recording.end])]
    of_part = "".join(f"-{time:.6g}" for time in times) if recording.start or recording.end is not None else ""
    return of_part + (f"-ch{recording.channel}" if recording.channel is not None else "")


def _safe(id: str) -> str:
    """Return an id as a file name: without separators of folders, a dot at its start, or characters of shells."""
    return re.sub(r"[^\w.+=@-]+", "-", id).lstrip(".")[:_LONGEST] or "recording"
