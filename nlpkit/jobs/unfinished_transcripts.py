"""Unfinished transcripts: the folder ``OUT.partial`` with those that are finished, until all are."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nlpkit._version import __version__
from nlpkit.errors import OutputError

from .inputs import StrPath
from .transcript_journal import TranscriptJournal

PROGRESS = "progress.jsonl"
JOURNAL = "journal.jsonl"
MANIFEST = "manifest.json"


def partial_folder(output: StrPath) -> Path:
    """Return the folder with the unfinished transcripts of an output."""
    place = Path(os.path.realpath(output))
    return place.with_name(place.name + ".partial")


def finished_manifest(output: StrPath) -> dict[str, Any] | None:
    """Return the manifest of a folder of transcripts; None if it is no such folder, or one is being made anew."""
    if partial_folder(output).is_dir():
        return None
    try:
        found = json.loads(Path(output, MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    is_ours = isinstance(found, dict) and found.get("kind") == "transcripts" and isinstance(found.get("outputs"), list)
    return found if is_ours else None


class UnfinishedTranscripts:
    """Transcripts on their way to a folder or a file.

    A finished transcript is a file of its own in ``OUT.partial``, and a line in ``progress.jsonl``, which begins with a
    line on what all are made of. What is recognised of the current recording stands in ``journal.jsonl``. So a job that
    was killed can be continued.

    Parameters
    ----------
    output : path
        ``OUT``.
    names : sequence of str
        Names of the files of all recordings.
    made_by : mapping
        Options, model and input, in a form that JSON can store; an unfinished folder is continued only with the same.
    force, resume : bool
        Whether a folder that was begun with other options is dropped; not with ``resume``.

    Attributes
    ----------
    partial : Path
        The folder.
    finished : dict of int to dict
        Properties of the finished recordings, by number.
    """

    def __init__(
        self,
        output: StrPath,
        names: Sequence[str],
        made_by: Mapping[str, Any],
        *,
        force: bool = False,
        resume: bool = False,
    ) -> None:
        self._output = output
        self.partial = partial_folder(output)
        self.finished: dict[int, dict[str, Any]] = {}
        self._names = names
        self._header: dict[str, Any] = {"format": "nlpkit", "kind": "transcripts", "nlpkit": __version__}
        self._header |= json.loads(json.dumps(made_by, default=str))
        self._force, self._resume = force, resume
        self._lock: int | None = None
        self._is_started = False

    def complete(self) -> dict[str, Any] | None:
        """Return the manifest of a finished folder at the output's place, if it was made of the same.

        Raises
        ------
        OutputError
            If it was made with other options or input.
        """
        found = finished_manifest(self._output)
        if found is not None and (reason := self._difference(found)):
            raise OutputError(
                f"{os.fspath(self._output)}: the folder is finished, and was made with {reason}: choose another path,"
                " or replace it with --force (force=True)"
            )
        return found

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Lock the folder, and take what is finished; at the end it is removed if there is nothing in it.

        Raises
        ------
        OutputError
            If it has other options or input, is in use, is damaged, or cannot be written.
        """
        from nlpkit.outputs.files import output_errors
        from nlpkit.outputs.folders import claim_folder

        with output_errors(self.partial):
            self.partial.mkdir(exist_ok=True)
            self._lock = claim_folder(self.partial)
        try:
            with output_errors(self.partial):
                self._start()
                yield
        finally:
            if self._lock is not None:
                os.close(self._lock)
            if self._is_started and self.partial.is_dir() and not self.finished and not self._has_answers():
                shutil.rmtree(self.partial, ignore_errors=True)

    def journal(self, number: int) -> TranscriptJournal:
        """Return the journal of a recording."""
        return TranscriptJournal(self.partial / JOURNAL, number)

    def give_up(self) -> None:
        """Forget what was recognised of a recording that cannot be read to its end."""
        (self.partial / JOURNAL).unlink(missing_ok=True)

    def finish(self, number: int, lines: Iterable[str], facts: Callable[[], Mapping[str, Any]]) -> None:
        """Write the transcript of a recording, and ``facts`` about it, which are known when it is written."""
        from nlpkit.outputs.files import PendingFile
        from nlpkit.outputs.folders import file_entry

        path = self.partial / self._names[number]
        with PendingFile(path) as file:
            file.writelines(line.encode("utf-8", "backslashreplace") for line in lines)
        entry = {"number": number, "file": path.name, **file_entry(path), **facts()}
        with open(self.partial / PROGRESS, "ab") as progress:
            progress.write(json.dumps(entry).encode() + b"\n")
            progress.flush()
            os.fsync(progress.fileno())
        self.finished[number] = entry

    def place_folder(self, output: StrPath, manifest: Mapping[str, Any], *, force: bool) -> None:
        """Give the folder its name."""
        from nlpkit.outputs.files import PendingFile
        from nlpkit.outputs.folders import place_folder

        with PendingFile(self.partial / MANIFEST) as file:
            file.write(json.dumps({**self._header, **manifest}, ensure_ascii=False).encode("utf-8", "backslashreplace"))
        (self.partial / JOURNAL).unlink(missing_ok=True)
        place = Path(os.path.realpath(output))
        place_folder(self.partial, place, force=force)
        (place / PROGRESS).unlink(missing_ok=True)

    def place_file(self, output: StrPath, head: str, between: str, tail: str) -> None:
        """Write one file with all finished transcripts, and remove the folder."""
        from nlpkit.outputs.files import PendingFile

        with PendingFile(output) as file:
            file.write(head.encode())
            for at, number in enumerate(sorted(self.finished)):
                file.write(between.encode() if at else b"")
                with open(self.partial / self._names[number], "rb") as part:
                    content = part.read()
                    file.write(content.rstrip(b"\n") if between else content)
            file.write(tail.encode())
        shutil.rmtree(self.partial, ignore_errors=True)

    def _start(self) -> None:
        from nlpkit.outputs.files import PendingFile

        known = {PROGRESS, JOURNAL, MANIFEST, *self._names}
        lines = self._lines()
        found = lines[0] if lines else None
        reason = self._difference(found) if found else None
        if reason and self._force and not self._resume:
            found = None
            known |= {entry["file"] for entry in lines[1:]}
        elif reason:
            raise OutputError(
                f"{self.partial}: was begun with {reason}: use the same, remove that folder, or start again with"
                " --force (force=True)"
            )
        known = known if lines else {JOURNAL}
        for path in self.partial.iterdir():
            if path.name not in known and not path.name.startswith(".nlpkit-"):
                raise OutputError(f"{self.partial}: found {path.name!r}, which nlpkit did not write: remove it first")
        if not found:
            for path in list(self.partial.iterdir()):
                path.unlink()
        for entry in lines[1:] if found else []:
            self._take(entry)
        with PendingFile(self.partial / PROGRESS) as file:  # without an incomplete last line
            for entry in [found or self._header, *self.finished.values()]:
                file.write(json.dumps(entry).encode() + b"\n")
        self._is_started = True

    def _take(self, entry: dict[str, Any]) -> None:
        from nlpkit.outputs.folders import file_entry

        path = self.partial / entry["file"]
        if not path.is_file() or file_entry(path) != {name: entry[name] for name in ("bytes", "sha256")}:
            raise OutputError(f"{path}: is missing or damaged: remove {self.partial} first")
        self.finished[entry["number"]] = entry

    def _lines(self) -> list[dict[str, Any]]:
        try:
            content = (self.partial / PROGRESS).read_bytes()
        except FileNotFoundError:
            return []
        found = []
        for line in content.splitlines(keepends=True):
            try:
                entry = json.loads(line)
            except ValueError:
                entry = None
            if not isinstance(entry, dict):
                if not line.endswith(b"\n"):
                    break  # it was being written when the process was killed
                raise OutputError(f"{self.partial}: its {PROGRESS} is damaged: remove the folder")
            found.append(entry)
        return found

    def _difference(self, found: Mapping[str, Any]) -> str | None:
        if found.get("input") != self._header.get("input"):
            return "another input (its files or how they are read)"
        old: dict[str, Any] = found.get("options") or {}
        new: dict[str, Any] = self._header.get("options") or {}
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                return f"other options ({name}={old.get(name)!r}, now {new.get(name)!r})"
        if found.get("model") != self._header.get("model"):
            return "another model"
        return None

    def _has_answers(self) -> bool:
        try:
            return (self.partial / JOURNAL).read_bytes().count(b"\n") > 1
        except OSError:
            return False
