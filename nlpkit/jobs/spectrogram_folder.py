"""A folder of spectrograms: its files, what each of them shows, and what could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlpkit.corpora import AudioFiles
from nlpkit.corpora.audio_files import BAD_AUDIO
from nlpkit.corpora.recordings.recording import Recording
from nlpkit.errors import InputError, ParameterError

if TYPE_CHECKING:
    from nlpkit.speech.audio.part import AudioPart


class SpectrogramFolder:
    """A folder of spectrograms while it is written.

    Parameters
    ----------
    path : Path
        Its place when it is complete.
    suffix : str
        Suffix of its files.
    files : AudioFiles
        The inputs. What is bad among them is counted, if bad inputs are skipped.
    options : mapping
        What is drawn, and how sound is read; written beside the files.

    Attributes
    ----------
    written : list of Path
        The files.
    refused : list of str
        Errors of the inputs that could not be read.
    """

    def __init__(self, path: Path, suffix: str, files: AudioFiles, options: Mapping[str, Any]) -> None:
        self.path = path
        self.suffix = suffix
        self.written: list[Path] = []
        self.refused: list[str] = []
        self._files = files
        self._options = options
        self._outputs: list[dict[str, Any]] = []
        self._bad: list[dict[str, str]] = []
        self._first: Exception | None = None
        self._taken: set[str] = set()

    @contextmanager
    def opened(self, force: bool) -> Iterator[Path]:
        """Yield the folder in which files are written; at the end ``manifest.json`` is written, if there are any.

        Raises
        ------
        InputError
            If no input could be read.
        """
        from nlpkit.outputs.folders import FORMAT, new_folder

        with new_folder(self.path, force=force) as place:
            yield place
            if not self.written and self._first is not None:
                first = self._first
                if len(self._bad) == 1 or isinstance(first, ParameterError):
                    raise first
                raise InputError(f"no input can be read; the first: {first}")
            manifest = {
                "format": FORMAT,
                "kind": "spectrograms",
                "options": dict(self._options),
                "files": sorted(path.name for path in self.written),
                "outputs": self._outputs,
                "refused": self._bad,
                "left_out": dict(self._files.left_out),
            }
            content = json.dumps(manifest, ensure_ascii=False, default=str)
            (place / "manifest.json").write_text(content, encoding="utf-8", errors="backslashreplace")

    def add(self, recording: Recording, name: str, part: AudioPart) -> str:
        """Return the name of the file of a part, and note what it shows."""
        name += f"-ch{part.kept['channel']}" if part.kept and recording.channel is None else ""
        unique, number = name, 2
        while unique.casefold() in self._taken:
            unique, number = f"{name}-{number}", number + 1
        self._taken.add(unique.casefold())
        file = f"{unique}{self.suffix}"
        end = part.offset + part.duration if part.duration is not None and part.is_listed else None
        known = {"start": part.offset or None, "end": end, "channel": part.channel}
        known |= {each: getattr(recording, each) for each in ("id", "text", "label", "speaker")}
        shown = {each: value for each, value in known.items() if value is not None}
        fields = {"fields": dict(recording.fields)} if recording.fields else {}
        self._outputs.append({"file": file, "source": recording.name, **shown, **fields})
        self.written.append(self.path / file)
        return file

    def refuse(self, recording: Recording, error: Exception) -> None:
        """Note the error of a part: it is counted if bad inputs are skipped."""
        self._first = self._first or error
        self._bad.append({"source": recording.name, "error": str(error)})
        if self._files.bad.on_bad == "skip":
            self._files.left_out.count(BAD_AUDIO)
        else:
            self.refused.append(str(error))
