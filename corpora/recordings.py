"""`Recordings`: sound with texts, labels and speakers.

The formats are manifests (CSV, TSV, spreadsheets, JSON), a folder per label, and the layouts of LJ Speech and Kaldi, in
a folder or a tar file.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from nlpkit.corpora.audio_files import is_audio_name
from nlpkit.corpora.bad_records import BadRecords, LeftOut
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.lines import read_lines
from nlpkit.corpora.manifest import SUFFIXES as MANIFESTS
from nlpkit.corpora.manifest import read_manifest
from nlpkit.corpora.recording import Recording
from nlpkit.corpora.recording_place import Archive, Folder, RecordingPlace, stems
from nlpkit.errors import InputError, ParameterError

LAYOUTS = ("manifest", "kaldi", "ljspeech", "labels")
PATH_NAMES = ("path", "audio", "audio_filepath", "file", "filename", "wav")
TEXT_NAMES = ("text", "transcript", "sentence", "transcription")
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


class Recordings:
    """The recordings of a file or folder. They can be iterated repeatedly.

    Parameters
    ----------
    path : path
        A manifest: a table, a spreadsheet or JSON with the fields path, text, label, speaker, start, end (seconds) or
        duration. Only path is required; it is relative to the manifest's folder. Or a folder or tar file: with such a
        manifest (``manifest.*`` or ``metadata.jsonl``), with Kaldi's ``text`` (and ``wav.scp``, ``segments``,
        ``utt2spk``), with LJ Speech's ``metadata.csv``, or with one folder of audio per label.
    layout : {"manifest", "kaldi", "ljspeech", "labels"}, optional
        Default: detected.
    on_bad : {"error", "skip"}
        Whether a record of a manifest that cannot be read is an error, or is skipped and counted.
    encoding, decode_errors : str
        How tables are decoded; see `nlpkit.corpora.decoding.Decoding`.

    Attributes
    ----------
    layout : str
    left_out : dict of str to int
        Number of records that the current pass has skipped, by reason.

    Raises
    ------
    InputError
        If the input cannot be read, or no layout matches.
    ParameterError
        If the layout is unknown.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     Path(folder, "yes").mkdir()
    ...     Path(folder, "yes", "1.wav").touch()
    ...     [recording.label for recording in Recordings(folder)]
    ['yes']
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        layout: str | None = None,
        on_bad: str = "error",
        encoding: str = "utf-8",
        decode_errors: str = "strict",
    ) -> None:
        if layout is not None and layout not in LAYOUTS:
            raise ParameterError(f"layout is {layout!r}: expected one of {', '.join(LAYOUTS)}")
        self.left_out = LeftOut()
        self._bad = BadRecords(self.left_out, on_bad=on_bad)
        self._decoding = Decoding(encoding, decode_errors)
        self._path = name = os.fspath(path)
        self._manifest: str | None = None
        if name.lower().endswith(MANIFESTS) and os.path.isfile(name):
            folder, self._manifest = os.path.split(name)
            self._place: RecordingPlace = Folder(folder or ".")
        elif os.path.isdir(name):
            self._place = Folder(name)
        elif name.lower().endswith(_TARS):
            self._place = Archive(name)
        else:
            raise InputError(f"{name}: not a manifest (.csv, .tsv, .jsonl, .xlsx), folder or tar file of recordings")
        if self._manifest is None:
            self._manifest = _shallowest(self._place, lambda file: file in _manifest_names())
        self.layout = layout or self._found_layout()

    def __iter__(self) -> Iterator[Recording]:
        self.left_out.clear()
        readers: dict[str, Callable[[], Iterator[Recording]]] = {
            "manifest": self._of_manifest,
            "kaldi": self._of_kaldi,
            "ljspeech": self._of_ljspeech,
            "labels": self._of_labels,
        }
        return readers[self.layout]()

    def _found_layout(self) -> str:
        if self._manifest is not None:
            return "manifest"
        if _shallowest(self._place, lambda file: file == "text"):
            return "kaldi"
        if _shallowest(self._place, lambda file: file == "metadata.csv"):
            return "ljspeech"
        if any(is_audio_name(name) and "/" in name for name in self._place.names):
            return "labels"
        raise InputError(f"{self._path}: found no manifest and no folders of audio files by label")

    def _recording(self, name: str, where: str, **known: Any) -> Recording:
        """Return the recording of the file ``name``, mentioned at ``where``."""
        if not self._place.has(name):
            raise InputError(f"{where}: there is no file {name!r}")
        path = self._place.full_path(name)
        if path is None:
            return Recording(name=f"{self._path}/{name}", path=None, opened=lambda: self._place.open(name), **known)
        return Recording(name=path, path=path, **known)

    def _of_manifest(self) -> Iterator[Recording]:
        name = self._needed(self._manifest, "manifest")
        folder = name.rpartition("/")[0]
        path = self._path if name in self._path else f"{self._path}/{name}"
        for number, record in read_manifest(self._place.read(name), name, path, self._decoding, self._bad):
            where = f"{path}, line {number}"
            audio = next((record[key] for key in PATH_NAMES if record.get(key)), None)
            if not isinstance(audio, str):
                raise InputError(f"{where}: has no path; expected one of the fields {', '.join(PATH_NAMES)}")
            start, end = _seconds(record, "start", where), _seconds(record, "end", where)
            duration = _seconds(record, "duration", where)
            if end is None and duration is not None and record.get("start") not in (None, ""):
                end = (start or 0.0) + duration
            if end is not None and end <= (start or 0.0):
                raise InputError(f"{where}: found end {end:g} s and start {start or 0:g} s, expected a later end")
            yield self._recording(
                audio if os.path.isabs(audio) or not folder else f"{folder}/{audio}",
                where,
                text=next((str(record[key]) for key in TEXT_NAMES if record.get(key) is not None), None),
                label=_told(record, "label"),
                speaker=_told(record, "speaker"),
                start=start or 0.0,
                end=end,
            )

    def _of_ljspeech(self) -> Iterator[Recording]:
        name = self._needed(_shallowest(self._place, lambda file: file == "metadata.csv"), "ljspeech")
        audio = stems(filter(is_audio_name, self._place.names))
        for number, line in enumerate(self._lines(name), 1):
            parts = line.split("|")
            where = f"{self._path}/{name}, line {number}"
            if len(parts) < 2:
                raise InputError(f"{where}: expected name, text and normalised text, separated by |")
            if parts[0] not in audio:
                raise InputError(f"{where}: there is no audio file {parts[0]!r}")
            yield self._recording(audio[parts[0]], where, text=parts[-1])

    def _of_kaldi(self) -> Iterator[Recording]:
        name = self._needed(_shallowest(self._place, lambda file: file == "text"), "kaldi")
        folder = name[: -len("text")]
        texts, speakers, scp, segments = (
            self._table(folder + table) for table in ("text", "utt2spk", "wav.scp", "segments")
        )
        audio = stems(name for name in self._place.names if is_audio_name(name))
        for utterance, text in texts.items():
            where = f"{self._path}/{name}, utterance {utterance}"
            known: dict[str, Any] = {"text": text, "speaker": speakers.get(utterance)}
            whole = utterance
            if segments:
                parts = segments.get(utterance, "").split()
                if len(parts) != 3:
                    raise InputError(f"{where}: segments has no recording, start and end for it")
                whole = parts[0]
                known["start"], known["end"] = _number(parts[1], where), _number(parts[2], where)
            if whole in scp:
                if scp[whole].endswith("|"):
                    raise InputError(f"{where}: wav.scp has a command, which is not run; replace it by a file")
                beside = folder + scp[whole]
                yield self._recording(beside if self._place.has(beside) else scp[whole], where, **known)
            elif whole in audio:
                yield self._recording(audio[whole], where, **known)
            else:
                raise InputError(f"{where}: there is no audio file {whole!r}, and no entry in wav.scp")

    def _of_labels(self) -> Iterator[Recording]:
        for name in self._place.names:
            if is_audio_name(name) and "/" in name:
                yield self._recording(name, self._path, label=name.split("/")[-2])

    def _table(self, name: str) -> dict[str, str]:
        """Return one of Kaldi's tables: keys and values."""
        if name not in self._place.names:
            return {}
        lines = (line.strip().split(None, 1) for line in self._lines(name) if line.strip())
        return {parts[0]: parts[1] if len(parts) > 1 else "" for parts in lines}

    def _lines(self, name: str) -> Iterator[str]:
        for _, run in read_lines(io.BytesIO(self._place.read(name)), f"{self._path}/{name}", self._decoding):
            yield from run

    def _needed(self, name: str | None, layout: str) -> str:
        if name is None:
            raise InputError(f"{self._path}: the table of the {layout} layout is missing")
        return name


def part_of(recording: Recording, start: float, end: float) -> Recording:
    """Return the part of a recording between two times, in seconds from its start.

    Examples
    --------
    >>> part_of(Recording(name="a", path="a", start=10.0), 1.0, 2.5).duration
    1.5
    """
    return replace(recording, start=recording.start + start, end=recording.start + end)


def _manifest_names() -> set[str]:
    return {f"{name}{suffix}" for name in ("manifest",) for suffix in MANIFESTS} | {"metadata.jsonl"}


def _shallowest(place: RecordingPlace, wanted: Callable[[str], bool]) -> str | None:
    found = [name for name in place.names if wanted(name.rsplit("/", 1)[-1])]
    return min(found, key=lambda name: name.count("/"), default=None)


def _told(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return None if value in (None, "") else str(value)


def _seconds(record: Mapping[str, Any], key: str, where: str) -> float | None:
    value = record.get(key)
    return None if value in (None, "") else _number(value, f"{where}, {key}")


def _number(value: Any, where: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise InputError(f"{where}: found {value!r}, expected seconds, 0 or more")
    return number
