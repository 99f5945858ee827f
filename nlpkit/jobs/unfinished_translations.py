"""`UnfinishedTranslations`: the folder ``OUT.partial`` with the translations that are finished, until all are."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from nlpkit._version import __version__
from nlpkit.errors import OutputError, ParameterError
from nlpkit.outputs.files import PendingFile, output_errors, sync_folder
from nlpkit.outputs.folders import claim_folder

from .inputs import StrPath
from .unfinished import unfinished_folder

if TYPE_CHECKING:
    from nlpkit.translation.translator import Translator

PROGRESS = "progress.jsonl"
TRANSLATIONS = "translations"


class UnfinishedTranslations:
    """A file of translations that a job can resume where another was killed; a `nlpkit.outputs.files.Sink`.

    ``OUT.partial`` holds the lines so far, and ``progress.jsonl``: its first line says what they are made of, and each
    further one how many texts are finished, and the bytes of their translations. What was written after the last of
    these lines is dropped when the job is resumed.

    Parameters
    ----------
    output : path
        ``OUT``.
    made_by : mapping
        Options, model and input, in a form that JSON can store; a job is resumed only with the same.
    is_gzip : bool
        Compress the file when it is complete.
    force : bool
        Drop translations that were begun with other options.

    Attributes
    ----------
    file : binary file
    progress : dict
        The last line of ``progress.jsonl``; empty at the beginning.

    Raises
    ------
    OutputError
        If the folder has translations by other options, is in use or damaged, holds other files, or isn't writable.
    """

    def __init__(
        self, output: StrPath, made_by: Mapping[str, Any], *, is_gzip: bool = False, force: bool = False
    ) -> None:
        self._output, self._is_gzip = output, is_gzip
        self.folder = unfinished_folder(output)
        header: dict[str, Any] = {"format": "nlpkit", "kind": "translations", "nlpkit": __version__}
        header |= json.loads(json.dumps(made_by, default=str))
        with output_errors(self.folder):
            self.folder.mkdir(exist_ok=True)
            self._lock = claim_folder(self.folder)
            try:
                self.progress = self._taken(header, force=force)
                self.file: IO[bytes] = open(self.folder / TRANSLATIONS, "r+b" if self.progress else "wb")  # noqa: SIM115
                self.file.truncate(self.progress.get("bytes", 0))
                self.file.seek(0, os.SEEK_END)
            except BaseException:
                self._unlock()
                raise

    def keep(self, progress: Mapping[str, Any]) -> None:
        """Store what is written, and how far the job is; ``bytes`` is added."""
        with output_errors(self.folder):
            self.finish()
            self.progress = {**progress, "bytes": self.file.tell()}
            with open(self.folder / PROGRESS, "ab") as file:
                file.write(json.dumps(self.progress).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def finish(self) -> None:
        """Flush the file to the disk."""
        with output_errors(self.folder):
            self.file.flush()
            os.fsync(self.file.fileno())

    def place(self) -> None:
        """Give the finished file its name, and remove the folder."""
        self.file.close()
        made, place = self.folder / TRANSLATIONS, Path(os.path.realpath(self._output))
        with output_errors(self._output):
            if self._is_gzip:
                with (
                    open(made, "rb") as plain,
                    PendingFile(place) as file,
                    gzip.GzipFile("", "wb", 6, file, mtime=0) as packed,
                ):
                    shutil.copyfileobj(plain, packed, 1 << 20)
            else:
                os.replace(made, place)
                sync_folder(place.parent)
        self.progress = {}

    def discard(self) -> None:
        """Unlock the folder; without finished translations it is removed."""
        self.file.close()
        if not self.progress:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _taken(self, header: dict[str, Any], *, force: bool) -> dict[str, Any]:
        """Return the progress of translations that were begun, or begin new ones."""
        lines = self._lines()
        reason = _difference(lines[0], header) if len(lines) > 1 else None
        if reason and not force:
            raise OutputError(
                f"{self.folder}: has translations that were begun with {reason}: use the same, or drop them with"
                " --force (force=True)"
            )
        for path in self.folder.iterdir():
            if path.name not in (PROGRESS, TRANSLATIONS):
                raise OutputError(f"{self.folder}: found {path.name!r}, which nlpkit did not write: remove it first")
        known: list[dict[str, Any]] = lines if len(lines) > 1 and not reason else [header]
        progress = known[-1] if len(known) > 1 else {}
        made = self.folder / TRANSLATIONS
        if progress and not (made.is_file() and made.stat().st_size >= progress["bytes"]):
            raise OutputError(f"{made}: is missing or damaged: remove {self.folder} first")
        with PendingFile(self.folder / PROGRESS) as file:  # without an incomplete last line
            file.writelines(json.dumps(line).encode() + b"\n" for line in known)
        return progress

    def _lines(self) -> list[dict[str, Any]]:
        """Return the whole lines of the progress."""
        try:
            content = (self.folder / PROGRESS).read_bytes()
        except FileNotFoundError:
            return []
        whole = [line for line in content.splitlines(keepends=True) if line.endswith(b"\n")]
        try:
            found = [json.loads(line) for line in whole]
        except ValueError:
            found = [None]
        if not all(isinstance(line, dict) for line in found) or any("bytes" not in line for line in found[1:]):
            raise OutputError(f"{self.folder / PROGRESS}: is damaged: remove {self.folder} first")
        return found


def resumable(output: StrPath | None, translator: Translator, *, is_stream: bool, resume: bool) -> bool:
    """Whether a job could be resumed: its output is a file, and input and model can be read again.

    Raises
    ------
    ParameterError
        If not, and ``resume`` asks for it.
    """
    path = None if output in (None, "-") else Path(os.path.realpath(output))
    is_file = path is not None and (path.is_file() or not path.exists())
    if is_file and not is_stream and translator.path is not None:
        return True
    if resume:
        what = "a file" if not is_file else "texts from files" if is_stream else "a model from a folder"
        raise ParameterError(f"--resume (resume=True) needs {what}, so that the job can be repeated: leave it out")
    return False


def _difference(found: Mapping[str, Any], header: Mapping[str, Any]) -> str | None:
    """Say in what a header differs from another."""
    for name, said in (("input", "another input (its files or how they are read)"), ("model", "another model")):
        if found.get(name) != header.get(name):
            return said
    old: dict[str, Any] = found.get("options") or {}
    new: dict[str, Any] = header.get("options") or {}
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            return f"other options ({name}={old.get(name)!r}, now {new.get(name)!r})"
    return None if found.get("nlpkit") == header.get("nlpkit") else "another version of nlpkit"
