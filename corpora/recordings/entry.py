"""`Entry`: what a record of a manifest says about a recording."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from pathlib import PureWindowsPath
from typing import Any, NamedTuple

from nlpkit.corpora.audio_names import is_audio_name
from nlpkit.corpora.recordings.span import TIME, BadEntry, Span, channel_of, span_of
from nlpkit.corpora.recordings.time_columns import is_needed, looks_like_time, meaning
from nlpkit.corpora.values import written

NO_PATH = "no path"
TWO_PATHS = "paths of two files"

NAMES: dict[str, tuple[str, ...]] = {
    "path": (
        *("path", "audio", "audio_filepath", "audio_path", "audio_file", "file", "file_name", "filename", "file_path"),
        *("wav", "wav_path", "wav_file", "wav_filename"),
    ),
    "text": ("text", "transcript", "sentence", "transcription"),
    "label": ("label",),
    "speaker": ("speaker", "speaker_id", "client_id", "spk"),
    "id": ("id", "utt_id", "utterance_id", "key"),
    "start": ("start", "start_time"),
    "offset": ("offset",),
    "end": ("end", "end_time"),
    "duration": ("duration",),
    "channel": ("channel",),
}
"""Names of columns and fields, in lower case, by what they hold."""


class EmbeddedSound(NamedTuple):
    """Sound within a record, and the path that it had."""

    content: bytes
    path: str


class Entry(NamedTuple):
    """What a record says.

    Attributes
    ----------
    audio : str or EmbeddedSound
        Path of the file, or its content.
    text : object
        As it is in the record; None if there is none.
    """

    audio: str | EmbeddedSound
    text: Any
    id: str | None
    label: str | None
    speaker: str | None
    span: Span
    channel: int | None
    fields: dict[str, Any]


def entry_of(record: Mapping[str, Any]) -> Entry:
    """Return what a record says; columns that are not known are its ``fields``.

    Raises
    ------
    BadEntry
        If there is no path, or two of them, or a time or channel cannot be used.

    Examples
    --------
    >>> entry = entry_of({"Path": "a.wav", "sentence": "one cat", "age": "30"})
    >>> entry.audio, entry.text, entry.fields
    ('a.wav', 'one cat', {'age': '30'})
    """
    single, several, others, times = _columns(tuple(record))
    known = {what: record[key] for what, key in single}
    fields = {name: record[key] for name, key in others}
    for what, keys in several:
        used = next((key for key in keys if record[key] not in (None, "")), keys[0])
        if what == "path":
            _check_one_file(record, keys)
        known[what] = record[used]
        fields |= {str(key): record[key] for key in keys if key != used}
    for what, name in times:
        given = [each for each in ("start", "offset", "end", "duration") if known.get(each) not in (None, "")]
        if looks_like_time(record[name]) and is_needed(what, given):
            raise BadEntry(
                TIME,
                f"the column {name!r} is a time that is not read: expected start (or offset), end or duration, in "
                "seconds; convert and rename it, or remove it",
            )
    return Entry(
        audio=_audio(known.get("path"), record),
        text=known.get("text"),
        id=_told(known.get("id"), "id"),
        label=_told(known.get("label"), "label"),
        speaker=_told(known.get("speaker"), "speaker"),
        span=span_of(known),
        channel=channel_of(known.get("channel")),
        fields=fields,
    )


class _Columns(NamedTuple):
    """What the columns of some names hold: those that are one of a kind, those that are not, and those of no kind; and
    which of the last ones seem to be times."""

    single: list[tuple[str, str]]
    several: list[tuple[str, list[str]]]
    others: list[tuple[str, str]]
    times: list[tuple[str, str]]


@lru_cache(maxsize=256)
def _columns(names: tuple[str, ...]) -> _Columns:
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(str(name).strip().casefold(), name)
    found = [(what, [by_name[name] for name in known if name in by_name]) for what, known in NAMES.items()]
    used = {key for _, keys in found for key in keys}
    return _Columns(
        [(what, keys[0]) for what, keys in found if len(keys) == 1],
        [(what, keys) for what, keys in found if len(keys) > 1],
        [(str(name), name) for name in names if name not in used],
        [(what, name) for name in names if name not in used and (what := meaning(str(name)))],
    )


def names_audio(names: list[str]) -> bool:
    """Whether one of the names of columns is that of the path of an audio file."""
    return any(name.strip().casefold() in NAMES["path"] for name in names)


def _check_one_file(record: Mapping[str, Any], keys: list[str]) -> None:
    """Check that columns with paths of audio name one file, though perhaps from different folders."""
    found: dict[str, tuple[str, ...]] = {}
    for key in keys:
        value = record[key]["path"] if isinstance(record[key], Mapping) and "path" in record[key] else record[key]
        if isinstance(value, str) and is_audio_name(value):
            found[key] = PureWindowsPath(value.strip()).parts
    for (key, path), (other, second) in pairwise(found.items()):
        is_absolute = any(parts[0].endswith(("/", "\\", ":")) for parts in (path, second))
        compared = 1 if is_absolute else min(len(path), len(second))
        if path[-compared:] != second[-compared:]:
            names = f"{key} names {'/'.join(path)!r} and {other} names {'/'.join(second)!r}"
            raise BadEntry(TWO_PATHS, f"{names}, two files: remove one of the columns")


def _audio(value: Any, record: Mapping[str, Any]) -> str | EmbeddedSound:
    if isinstance(value, Mapping):  # Hugging Face's column of sound
        if isinstance(value.get("bytes"), bytes) and value["bytes"]:
            return EmbeddedSound(value["bytes"], str(value.get("path") or ""))
        value = value.get("path")
    if isinstance(value, str) and value.strip():
        return value.strip()
    if value in (None, ""):
        found = ", ".join(map(str, record))[:200] or "none"
        hint = "; put the names of the columns above the first record" if any(map(is_audio_name, record)) else ""
        raise BadEntry(
            NO_PATH, f"has no path; expected one of the fields {', '.join(NAMES['path'])}, the fields are {found}{hint}"
        )
    raise BadEntry(NO_PATH, f"the path is {value!r}: expected a string")


def _told(value: Any, name: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, list | dict | bytes):
        raise BadEntry(
            f"{name} that is not a text", f"{name} holds {type(value).__name__}, expected a string or number"
        )
    return value if isinstance(value, str) else written(value)
