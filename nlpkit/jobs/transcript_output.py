"""Where transcripts go: standard output, one file, a folder with a file for each, or the report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from nlpkit.corpora import AudioFiles
from nlpkit.errors import InputError, ParameterError

from .heard_sound import HeardSound, Hearing, LiveSound
from .inputs import StrPath
from .places import check_apart, check_place
from .spectrogram_names import base_names
from .transcribe_report import RecordingTranscript, TranscribeReport
from .transcript_run import TranscriptRun
from .unfinished_transcripts import UnfinishedTranscripts, finished_manifest

if TYPE_CHECKING:
    from nlpkit.speech.transcripts.formats import TranscriptLayout
    from nlpkit.speech.transcripts.segment import Segment

Heard = HeardSound | LiveSound
Refuse = Callable[[InputError], None]


@dataclass(frozen=True, kw_only=True)
class TranscriptOutput:
    """Where transcripts go.

    Attributes
    ----------
    path : str or None
        ``-`` for standard output, a file, a folder, or None for the report.
    format : str
        A name in `nlpkit.speech.transcripts.formats.FORMATS`.
    is_folder : bool
    is_jsonl : bool
        Whether a file of JSON has an object on each line.
    """

    path: str | None
    format: str
    is_folder: bool = False
    is_jsonl: bool = False

    @classmethod
    def of(cls, output: StrPath | None, format: str | None) -> TranscriptOutput:
        """Return an output by its path and format.

        Raises
        ------
        ParameterError
            If there is no such format, or it contradicts the suffix.
        """
        from nlpkit.outputs.files import is_folder
        from nlpkit.speech.transcripts.formats import FORMATS, TranscriptLayout

        if format is not None:
            TranscriptLayout(format=format)
        path = None if output is None else os.fspath(output)
        if path is None or path == "-":
            return cls(path=path, format=format or "txt", is_jsonl=True)
        if path and is_folder(path):
            return cls(path=path, format=format or "txt", is_folder=True)
        suffix = PurePath(path).suffix.lower().removeprefix(".")
        by_suffix = "json" if suffix == "jsonl" else suffix
        if path and by_suffix not in FORMATS:
            known = ", ".join(f".{name}" for name in (*FORMATS, "jsonl"))
            raise ParameterError(f"{path}: transcripts cannot be written as {suffix!r}: expected {known}, or a folder")
        if format is not None and format != by_suffix:
            raise ParameterError(f"{path}: is not {format} by its suffix: leave out the format, or name another file")
        return cls(path=path, format=by_suffix, is_jsonl=suffix == "jsonl")

    @property
    def is_file(self) -> bool:
        """Whether it is one file."""
        return self.path not in (None, "-") and not self.is_folder

    def check(self, *, force: bool, resume: bool) -> None:
        """Refuse a place that cannot be written. A folder of transcripts may be there if it is to be resumed.

        Raises
        ------
        OutputError, ParameterError
            With the reason.
        """
        if self.path is None or self.path == "-":
            return
        if not (self.is_folder and resume and not force and finished_manifest(self.path)):
            check_place(self.path, is_folder=self.is_folder, force=force)

    def refuse_inputs(self, files: AudioFiles) -> None:
        """Refuse inputs that would be replaced, or cannot be in one file.

        Raises
        ------
        OutputError, ParameterError
            With the reason.
        """
        several = len(files) > 1 or bool(files.folders)
        if several and self.format in ("srt", "vtt") and not self.is_folder and self.path is not None:
            stem = os.fspath(PurePath(self.path or "").with_suffix(""))
            free = f"{stem}-{self.format}" if os.path.lexists(stem) else stem
            advice = "name a folder with -o" if self.path == "-" else f"name a folder, as {free}/"
            found = f"there are {len(files):,} inputs" if len(files) > 1 else "an input is a folder"
            raise ParameterError(f"{found}, and subtitles are a file for each recording: {advice}")
        if self.path is not None and self.path != "-":
            check_apart(self.path, files)

    def write(
        self,
        heard: Sequence[Heard],
        report: TranscribeReport,
        hearing: Hearing,
        *,
        refuse: Refuse | None = None,
        made_by: Mapping[str, Any] | None = None,
        is_list: bool = False,
        force: bool = False,
        resume: bool = False,
    ) -> None:
        """Transcribe recordings, and write or collect what is heard.

        Parameters
        ----------
        heard : sequence of HeardSound or LiveSound
        report : TranscribeReport
            Takes what was done.
        hearing : Hearing
        refuse : callable, optional
            Takes the error of a recording that cannot be read; default: it is raised.
        made_by : mapping, optional
            Options, model and input, by which unfinished transcripts are known; a stream to one file has none.
        is_list : bool
            Whether several recordings were asked for, so that a file names each.
        force, resume : bool
            See `nlpkit.jobs.transcribe_files`.
        """
        layout = self._layout(hearing, is_list)
        first: list[InputError] = []

        def refused(error: InputError) -> None:
            if refuse is None:
                raise error
            first.append(error)
            refuse(error)

        if self.path is None or self.path == "-":
            self._write_at_once(heard, layout, report, refused)
        elif made_by is None:
            self._write_live(heard[0], layout, report)
        else:
            self._write_files(heard, layout, report, refused, made_by, is_list=is_list, force=force, resume=resume)
        if first and not report.recordings:
            is_only = len(first) == 1 and len(report.refused) <= 1
            raise first[0] if is_only else InputError(f"no input can be read; the first: {first[0]}")

    def _layout(self, hearing: Hearing, is_list: bool) -> TranscriptLayout:
        from nlpkit.speech.transcripts.formats import TranscriptLayout

        return TranscriptLayout(
            format=self.format,
            labels=hearing.labels,
            has_channels=hearing.split,
            names_sources=is_list and not self.is_folder,
        )

    def _write_at_once(
        self, heard: Sequence[Heard], layout: TranscriptLayout, report: TranscribeReport, refuse: Refuse
    ) -> None:
        """Write to standard output, or collect segments in the report."""
        from nlpkit.outputs.files import StandardOutput

        out = StandardOutput() if self.path is not None else None

        def put(lines: Iterable[str]) -> None:
            if out is not None:
                out.file.write("".join(lines).encode("utf-8", "backslashreplace"))
                out.finish()

        put([layout.head])
        for each in heard:
            run = TranscriptRun(each, layout)
            collected: list[Segment] = []
            try:
                for lines in run.lines(collected if out is None else None):
                    put(lines)
            except InputError as error:
                put(run.broken(error))
                refuse(error)
                continue
            report.add(run.facts())
            report.fresh += run.fresh
            if report.transcripts is not None:
                facts = run.facts()
                report.transcripts.append(
                    RecordingTranscript(
                        source=each.name, duration=facts["duration"], silence=facts["silence"], segments=collected
                    )
                )

    def _write_live(self, heard: Heard, layout: TranscriptLayout, report: TranscribeReport) -> None:
        from nlpkit.outputs.files import PendingFile

        assert self.path is not None
        run = TranscriptRun(heard, layout)
        with PendingFile(self.path) as file:
            file.write(layout.head.encode())
            for lines in run.lines():
                file.write("".join(lines).encode("utf-8", "backslashreplace"))
        report.add(run.facts())
        report.written.append(Path(self.path))

    def _write_files(
        self,
        heard: Sequence[Heard],
        layout: TranscriptLayout,
        report: TranscribeReport,
        refuse: Refuse,
        made_by: Mapping[str, Any],
        *,
        is_list: bool,
        force: bool,
        resume: bool,
    ) -> None:
        assert self.path is not None
        if self.is_folder:
            names = [f"{name}.{self.format}" for name in base_names([each.recording for each in heard])]
        else:
            names = [f"part-{number:05d}.{self.format}" for number in range(len(heard))]
        work = UnfinishedTranscripts(self.path, names, made_by, force=force, resume=resume)
        if self.is_folder and resume and not force and (manifest := work.complete()):
            self._take_finished(heard, manifest, report, refuse)
            return
        with work.opened():
            for number, each in enumerate(heard):
                if number in work.finished:
                    report.add(work.finished[number])
                    continue
                try:
                    with work.journal(number) as journal:
                        run = TranscriptRun(each, layout, journal)
                        alone = [layout.head] if self.is_folder else []
                        work.finish(number, _joined(alone, run.lines()), run.facts)
                except InputError as error:
                    work.give_up()
                    refuse(error)
                    continue
                report.add(run.facts())
                report.fresh += run.fresh
            if not work.finished:
                return
            if self.is_folder:
                outputs = [work.finished[number] for number in sorted(work.finished)]
                work.place_folder(self.path, {"outputs": outputs, "refused": report.refused}, force=force)
                report.written += [Path(self.path, names[number]) for number in sorted(work.finished)]
                return
            is_array = self.format == "json" and not self.is_jsonl and is_list
            between, head, tail = (",\n", "[\n", "\n]\n") if is_array else ("", layout.head, "")
            work.place_file(self.path, head, between, tail)
            report.written.append(Path(self.path))

    def _take_finished(
        self, heard: Sequence[Heard], manifest: Mapping[str, Any], report: TranscribeReport, refuse: Refuse
    ) -> None:
        """Report what a finished folder holds."""
        outputs = {entry["number"]: entry for entry in manifest["outputs"]}
        for number, each in enumerate(heard):
            if number in outputs:
                report.add(outputs[number])
                report.written.append(Path(self.path or "", outputs[number]["file"]))
            else:
                refuse(InputError(f"{each.name}: could not be read"))
        report.refused[:] = manifest["refused"]
        report.was_finished = True


def _joined(head: Iterable[str], parts: Iterable[Iterable[str]]) -> Iterator[str]:
    yield from head
    for part in parts:
        yield from part
