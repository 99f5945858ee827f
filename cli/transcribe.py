"""``nlpkit transcribe``: recordings in; text, subtitles or labels out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from nlpkit.cli import sound_options
from nlpkit.cli.options import Quiet, Threads, described
from nlpkit.cli.screens.screen import SHIPPED_MODEL, note, noted_if_slow, progress_bar, resumed_later, tell_left_out
from nlpkit.cli.sound_options import SOUND, ManifestReading
from nlpkit.errors import ParameterError
from nlpkit.jobs.sound import Sound
from nlpkit.jobs.transcribe import transcribe_files
from nlpkit.jobs.transcribe_report import SHORTEST, TranscribeReport

_ENCODING = (
    "The inputs are raw samples, without a header, of --sr and --raw-channels; or encoding of the manifest's text."
)


def transcribe(
    audio: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="AUDIO...", help="Audio files, folders, globs, or - for standard input.", show_default=False
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODEL",
            help=described("Folder of a model, from nlpkit train speech.", "spoken-digits, which ships with nlpkit"),
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help=described("A file, or a folder with a file for each recording.", "standard output"),
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="txt|srt|vtt|tsv|json",
            help=described("Text, subtitles, a table, or JSON with each word.", "by the suffix of OUT, else txt"),
            show_default=False,
        ),
    ] = None,
    vad: Annotated[
        str,
        typer.Option(
            "--vad",
            metavar="energy|silero|off",
            help="How speech is found: by its level, by silero-vad, or not at all; off leaves nothing out.",
        ),
    ] = "energy",
    channels: Annotated[
        str,
        typer.Option(
            "--channels",
            metavar="mix|split|N",
            help="The average of all channels; each by itself, with its label; or one of them, from 1.",
        ),
    ] = "mix",
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            metavar="",
            help="After a stop the same command continues anyway; with --resume a folder that is finished already is "
            "no error.",
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", metavar="", help="Replace a folder that nlpkit wrote, and drop transcripts that were stopped."
        ),
    ] = False,
    threads: Threads = None,
    quiet: Quiet = False,
    offset: Annotated[
        float, typer.Option("--offset", metavar="SECONDS", help="Leave out so much.", rich_help_panel=SOUND)
    ] = 0.0,
    duration: Annotated[
        float | None, typer.Option("--duration", metavar="SECONDS", help="Read so much.", rich_help_panel=SOUND)
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="s16le|f32le|mulaw|...", help=_ENCODING, rich_help_panel=SOUND),
    ] = None,
    sr: Annotated[
        int | None,
        typer.Option(
            "--sr", metavar="N", help="Rate of raw samples, in Hz.", show_default=False, rich_help_panel=SOUND
        ),
    ] = None,
    raw_channels: Annotated[
        int | None,
        typer.Option(
            "--raw-channels",
            metavar="N",
            help=described("Channels of raw samples.", "1"),
            show_default=False,
            rich_help_panel=SOUND,
        ),
    ] = None,
    on_bad: sound_options.OnBadSound = "error",
    sound: Annotated[Sound, "channel"] = Sound(),
    read_as: ManifestReading = ManifestReading(),
) -> None:
    """Turn recordings of any length into text, subtitles or labels.

    Long recordings are cut at pauses, and silence is left out. WAV from a pipe is transcribed while it arrives. Who
    speaks when is not recognised; --channels split tells the two sides of a call apart.

    \b
    nlpkit transcribe memo.wav
    nlpkit transcribe film.mkv --model speech -o film.srt
    nlpkit transcribe calls/ --model commands -o texts/ --channels split --resume
    nlpkit transcribe calls/ --model commands -o calls.tsv --on-bad skip
    nlpkit record -o - | nlpkit transcribe -
    """
    if not audio and sound.manifest is None:
        raise ParameterError("name what to read: audio files, folders, globs, - for standard input, or --manifest")
    raw, text_encoding = sound_options.raw_or_text(encoding, sr, None)
    if raw is None:
        if encoding is not None and sound.manifest is None:
            sound_options.refuse_encoding(encoding)
        for name, value in (("--sr", sr), ("--raw-channels", raw_channels)):
            if value is not None:
                raise ParameterError(f"{name} is about raw samples: give --encoding too, or leave it out")
    elif raw_channels is not None:
        raw = replace(raw, channels=raw_channels)
    from nlpkit.jobs.transcriber import labels_of, open_recognizer

    output = "-" if output is None else output
    with noted_if_slow("compiling for this processor, once after installation", 2.5, quiet=quiet):
        recognizer = open_recognizer(model)
    with resumed_later(output, quiet=quiet), progress_bar(quiet=quiet) as progress:
        report = transcribe_files(
            audio or [],
            output,
            model=recognizer,
            format=format,
            vad=vad,
            channels=channels,
            threads=threads,
            force=force,
            resume=resume,
            read_as=replace(read_as, on_bad=on_bad, encoding=text_encoding),
            sound=replace(sound, raw=raw, offset=offset, duration=duration),
            progress=progress,
        )
    if not quiet:
        if model is None and not report.was_finished:
            note(f"the model is {SHIPPED_MODEL}; --model names another")
        what = "label" if labels_of(recognizer) else "word"
        is_closed = bool(what == "label" or report.rejected or getattr(recognizer, "vocabulary", None))
        _tell(report, output, vad, f"known {what}" if is_closed else what)
    for message in report.refused:
        note(message)
    if report.refused:
        raise typer.Exit(2)


def _tell(report: TranscribeReport, output: str, vad: str, what: str) -> None:
    tell_left_out(report.left_out)
    is_one = report.recordings == 1
    if report.was_finished:
        note(f"nothing is left to do: {output} has " + ("its recording" if is_one else f"all {report.recordings:,}"))
        return
    if not report.texts:
        said = f"nothing in the sound is a {what}"
        if report.is_too_short:
            said = f"the {'recording is' if is_one else 'recordings are'} too short to hold a word"
        elif vad != "off" and report.silence >= report.seconds - 0.001:
            said = "all of it was left out as silence: --vad off leaves nothing out"
        note(f"no text: {said}")
    parts = ["1 recording" if is_one else f"{report.recordings:,} recordings"]
    parts[0] += "" if output == "-" else f" in {output}"
    parts.append(f"{report.seconds:.1f} s of sound" if report.seconds >= SHORTEST else "less than 0.1 s of sound")
    if vad != "off":
        parts.append(f"{report.silence:.1f} s left out as silence")
    if report.texts and report.wordless:
        parts.append(f"{report.wordless:,} without a {what}")
    parts.append(f"{report.rejected:,} rejected as unknown")
    if report.real_time_factor:
        parts.append(f"real-time factor {report.real_time_factor:.3f}")
    note(", ".join(parts))
