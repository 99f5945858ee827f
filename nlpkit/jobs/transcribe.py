"""`transcribe_files`: recordings of any length in; text, subtitles or tables out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from nlpkit.corpora.audio_files import BAD_AUDIO, MISSING, NO_AUDIO
from nlpkit.corpora.bad_records import ON_BAD
from nlpkit.errors import InputError, ParameterError, is_whole

from .inputs import Reading, StrPath, spelled_out
from .sound import Sound
from .spectrograms import listed
from .transcribe_report import TranscribeReport

if TYPE_CHECKING:
    from nlpkit.speech.recognition.ctc_recognizer import CtcRecognizer


@spelled_out
def transcribe_files(
    inputs: StrPath | Iterable[StrPath],
    output: StrPath | None = None,
    *,
    model: StrPath | CtcRecognizer | Any | None = None,
    format: str | None = None,
    vad: str = "energy",
    channels: str | int = "mix",
    threads: int | None = None,
    force: bool = False,
    resume: bool = False,
    read_as: Reading = Reading(),
    sound: Sound = Sound(),
    progress: Callable[[str, int, int | None], None] | None = None,
) -> TranscribeReport:
    """Recognise what is said in recordings of any length.

    Recordings are read in blocks, and cut at pauses into segments of at most 30 s (see
    `nlpkit.speech.recognition.segments.Segmenter`). Who speaks when is not recognised, but the channels of a call can
    be told apart.

    Parameters
    ----------
    inputs : path or iterable of paths
        Files, folders, globs, ``-`` for standard input; none if there is a manifest. WAV or raw samples from a pipe are
        transcribed while they arrive, and with a duration what is behind it is not read.
    output : path, optional
        ``-`` for standard output; a file; or a folder (it ends in a slash, or has no suffix), with a file for each
        recording, named after it, and ``manifest.json``. Without one the report holds the transcripts.
    model : path, CtcRecognizer or Classifier, optional
        Model that recognises words or labels; default: ``"spoken-digits"``, the one that ships, of English digits.
    format : {"txt", "srt", "vtt", "tsv", "json"}, optional
        Default: by the suffix of the output, else txt. Subtitles of several recordings need a folder. A file of JSON
        holds an object for each recording: one if one file is named, a list otherwise; .jsonl holds one on each line,
        as standard output does.
    vad : {"energy", "silero", "off"}
        How speech is told from silence: by its level, by the package silero-vad, or not at all, so that nothing is
        left out.
    channels : {"mix", "split"} or int
        The average of all channels; each of them by itself, labelled "channel 1" and so on; or one of them, counted
        from 1.
    threads : int, optional
        Segments recognised at once; default: one on each core.
    force : bool
        Replace a folder that nlpkit wrote.
    resume : bool
        Continue transcripts that were stopped, as is done without it, too; and take a folder that is finished already
        as the result. Other inputs or options are an error, also with ``force``.
    read_as : Reading
        How a manifest is read, and on_bad: with ``"skip"`` inputs that are missing or cannot be read are counted in
        ``left_out``.
    sound : Sound
        How sound is read: manifest, split, salvage, raw, offset, duration. Options of both may be given one by one.
    progress : callable, optional
        See `nlpkit.jobs.passes.Progress`.

    Returns
    -------
    TranscribeReport

    Raises
    ------
    ArtifactError
        If the model cannot be read.
    InputError
        If no input can be read.
    OutputError
        If something cannot be written where it should be, or the output was begun with other options.
    ParameterError
        If an option is wrong.

    Examples
    --------
    >>> report = transcribe_files("call.wav", "call.srt", model="digits", channels="split")  # doctest: +SKIP
    """
    from .heard_sound import Hearing, heard_live, heard_recordings
    from .transcriber import open_recognizer
    from .transcript_output import TranscriptOutput

    if channels not in ("mix", "split") and not is_whole(_number(channels), 1, 1024):
        raise ParameterError(f"channels is {channels!r}: expected mix, split, or a channel's number from 1")
    if read_as.on_bad not in ON_BAD:
        raise ParameterError(f"on_bad is {read_as.on_bad!r}: expected one of {', '.join(ON_BAD)}")
    place = TranscriptOutput.of(output, format)
    place.check(force=force, resume=resume)
    if resume and output in (None, "-"):
        raise ParameterError("--resume continues a file or a folder: name it with -o, or leave --resume out")
    split = channels == "split"
    sound = replace(sound, channel="mix" if split else _number(channels))
    named = listed(inputs)
    recognizer = open_recognizer(model)
    hearing = Hearing(recognizer, vad=vad, threads=threads, split=split)
    report = TranscribeReport(transcripts=[] if output is None else None)
    live, read_as = heard_live(named, read_as, sound, hearing)
    started = time.perf_counter()
    options = {"format": place.format, "vad": vad, "channels": str(channels), **sound.described()}
    made_by: dict[str, Any] | None = None
    if live is not None:
        if resume:
            raise ParameterError("--resume continues with files, and a stream cannot be read again: leave it out")
        if place.is_folder:
            stream = {"stream": live.name, "begun": datetime.now(UTC).isoformat()}  # a stream comes once
            made_by = {"options": options, "model": hearing.fingerprint(), "input": stream}
        with live.interruptible():
            place.write([live], report, hearing, made_by=made_by, force=force)
        return replace(report, elapsed=time.perf_counter() - started, fresh=report.seconds)
    with sound.files(named, replace(read_as, on_bad="skip") if sound.manifest is None else read_as) as files:
        heard = heard_recordings(files, sound, hearing, progress)
        place.refuse_inputs(files)
        if output not in (None, "-"):
            made_by = {"options": options, "model": hearing.fingerprint(), "input": files.fingerprint()}
            if read_as.on_bad == "error" and sound.manifest is None:
                made_by["input"].pop("on_bad", None)  # the others are transcribed all the same
        is_list = len(named) > 1 or sound.manifest is not None or bool(files.folders) or len(heard) > 1
        left_out = dict(files.left_out)
        if read_as.on_bad != "skip" and sound.manifest is None:
            report.refused += [str(error) for error in files.refused]
            left_out = {reason: n for reason, n in left_out.items() if reason not in (MISSING, NO_AUDIO)}

        def refuse(error: InputError) -> None:
            if read_as.on_bad == "skip":
                left_out[BAD_AUDIO] = left_out.get(BAD_AUDIO, 0) + 1
            else:
                report.refused.append(str(error))

        place.write(heard, report, hearing, refuse=refuse, made_by=made_by, is_list=is_list, force=force, resume=resume)
    return replace(report, left_out=left_out, elapsed=time.perf_counter() - started)


def _number(channels: str | int) -> Any:
    """Return a number that is written as text as a number, and what else there is as it is."""
    return int(channels) if isinstance(channels, str) and channels.isdecimal() else channels
