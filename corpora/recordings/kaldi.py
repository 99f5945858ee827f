"""The layout of Kaldi: ``text``, ``wav.scp``, ``segments`` and ``utt2spk``.

https://kaldi-asr.org/doc/data_prep.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from nlpkit.corpora.recordings.layout_input import TWICE, LayoutInput, Stems
from nlpkit.corpora.recordings.place import folder_of
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.corpora.recordings.span import BadEntry, channel_of, span_of

TABLES = ("text", "wav.scp")
"""One of them marks a folder as Kaldi's."""

SEGMENT = "segment that cannot be used"
COMMAND = "command in wav.scp, which is never run"


class _Line(NamedTuple):
    number: int
    value: str


_Table = dict[str, _Line]


def kaldi_recordings(given: LayoutInput, name: str) -> Iterator[Recording]:
    """Yield the utterances of a set.

    Parameters
    ----------
    given : LayoutInput
    name : str
        Its ``text``, or its ``wav.scp`` if it has no texts.
    """
    folder = folder_of(name)
    texts, speakers, scp, segments = (
        _table(given, folder + each) for each in ("text", "utt2spk", "wav.scp", "segments")
    )
    stems = Stems(given, folder if scp else _root_of(given, folder))
    main, table = ("text", texts) if texts else ("segments", segments) if segments else ("wav.scp", scp)
    for utterance, (number, value) in table.items():
        where = f"{given.called(folder + main)}, line {number}, utterance {utterance}"
        known: dict[str, Any] = {"id": utterance, "text": value if texts else None}
        known["speaker"] = speakers[utterance].value or None if utterance in speakers else None
        whole = utterance
        if segments:
            if utterance not in segments:
                given.bad.record(SEGMENT, f"{where}: segments has no recording, start and end for it")
                continue
            line = segments[utterance]
            at = f"{given.called(folder + 'segments')}, line {line.number}"
            try:
                whole, part = _segment(line.value)
            except BadEntry as error:
                given.bad.record(error.reason, error.at(at))
                continue
            known |= part
        found = _file(given, whole, folder, scp, stems, where)
        if found is not None:
            yield given.recording(found, where, **known)
    _tell_unused(given, texts, segments, scp, speakers)


def _segment(value: str) -> tuple[str, dict[str, Any]]:
    """Return the recording of a segment, and its start, end and channel; an end of -1 is the recording's."""
    parts = value.split()
    if len(parts) not in (3, 4):
        raise BadEntry(SEGMENT, f"found {len(parts)} fields after the name, expected recording, start, end and channel")
    whole, start, end = parts[:3]
    span = span_of({"start": start} if _is_minus_one(end) else {"start": start, "end": end})
    channel = channel_of(parts[3], least=0) if len(parts) == 4 else None
    return whole, {"start": span.start, "end": span.end, "channel": channel}


def _file(given: LayoutInput, whole: str, folder: str, scp: _Table, stems: Stems, where: str) -> str | None:
    """Return the file of a recording.

    Paths are relative to the folder of the set, one that holds it, or, as in Kaldi, the folder of the process.
    """
    if whole not in scp:
        return stems.find(whole, where, ", and no entry in wav.scp")
    number, value = scp[whole]
    at = f"{given.called(folder + 'wav.scp')}, line {number}"
    if value.startswith("|") or value.endswith("|"):
        given.bad.record(COMMAND, f"{at}: wav.scp has a command, which is not run; replace it by a file")
        return None
    above = [folder]
    while above[-1]:
        above.append(folder_of(above[-1].rstrip("/")))
    return given.find(value, [*above, os.getcwd()], at)


def _table(given: LayoutInput, name: str) -> _Table:
    """Return one of Kaldi's tables: keys and values."""
    found: _Table = {}
    if given.place.find(name) is None:
        return found
    for number, line in given.lines(name):
        key, *value = re.split("[ \t]+", line.strip(" \t"), maxsplit=1)  # other white space is part of names and texts
        if key in found:
            first = f"first on line {found[key].number}"
            given.bad.record(TWICE, f"{given.called(name)}, line {number}: the id {key!r} occurs twice, {first}")
            continue
        found[key] = _Line(number, value[0] if value else "")
    return found


def _tell_unused(given: LayoutInput, texts: _Table, segments: _Table, scp: _Table, speakers: _Table) -> None:
    """Count the entries that no utterance uses."""
    left_out = given.bad.left_out
    utterances = texts or segments or scp
    if texts and segments:
        left_out.count("segment without a text", len(segments.keys() - texts.keys()))
    used = {line.value.split()[0] for line in segments.values() if line.value} if segments else set(utterances)
    left_out.count("entry of wav.scp without a segment or text", len(scp.keys() - used))
    left_out.count("speaker of no utterance", len(speakers.keys() - utterances.keys()))


def _root_of(given: LayoutInput, folder: str) -> str:
    """Return the folder in which the files of a set without wav.scp are: its own, if it has audio files."""
    return folder if any(name.startswith(folder) for name in given.place.audio_names) else ""


def _is_minus_one(value: str) -> bool:
    try:
        return float(value) == -1
    except ValueError:
        return False
