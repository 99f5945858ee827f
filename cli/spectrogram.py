"""``nlpkit spectrogram``: audio in, pictures or arrays out."""

from __future__ import annotations

import warnings
from dataclasses import replace
from math import inf
from typing import Annotated, Any

import typer

from nlpkit.cli import sound_options
from nlpkit.cli.options import Quiet, Threads, described
from nlpkit.cli.screens.screen import note, progress_bar, tell_left_out
from nlpkit.cli.sound_options import ManifestReading
from nlpkit.errors import FeatureWarning, InputError, ParameterError
from nlpkit.jobs.sound import Sound
from nlpkit.jobs.spectrogram_options import check_used, has_limit
from nlpkit.jobs.spectrograms import save_spectrograms, verify_files

NUMBERS = "Numbers in place of the preset's"
PART = sound_options.SOUND

_WINDOW = "Window function: hann, hamming, blackman, bartlett, boxcar or povey."
_TOP_DB = "Raise what is lower than the loudest by more dB than this; none for no limit (in pictures 80)."
_PAD_TO = "Pad shorter sounds with silence to this duration; longer ones keep theirs."


def _number(flag: str, text: str, panel: str = NUMBERS) -> Any:
    return typer.Option(flag, metavar="N", help=text, show_default=False, rich_help_panel=panel)


def spectrogram(
    audio: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="AUDIO...", help="Audio files, folders, globs, or - for standard input.", show_default=False
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="OUT", help="A .png, a .npy, or a folder.", show_default=False),
    ] = None,
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="stft|mel|mfcc", help="Frequencies, mel bands, or cepstral coefficients."),
    ] = "mel",
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset",
            metavar="librosa|torchaudio|whisper|kaldi",
            help=described("Library whose defaults are used.", "librosa"),
            show_default=False,
        ),
    ] = None,
    verify_against: Annotated[
        str | None,
        typer.Option(
            "--verify-against",
            metavar="librosa|kaldi-native-fbank",
            help="Print the largest difference from that library's; exit with 1 if it is too large.",
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="png|npy", help=described("Format of the files in a folder.", "png"), show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", metavar="", help="Replace a folder that nlpkit wrote.")] = False,
    threads: Threads = None,
    quiet: Quiet = False,
    n_fft: Annotated[int | None, _number("--n-fft", "Samples of a Fourier transform.")] = None,
    hop_length: Annotated[int | None, _number("--hop-length", "Samples from frame to frame.")] = None,
    n_mels: Annotated[int | None, _number("--n-mels", "Mel bands.")] = None,
    n_mfcc: Annotated[int | None, _number("--n-mfcc", "Cepstral coefficients.")] = None,
    fmin: Annotated[float | None, _number("--fmin", "Lowest frequency of the mel bands, in Hz.")] = None,
    fmax: Annotated[float | None, _number("--fmax", "Highest frequency of the mel bands, in Hz.")] = None,
    win_length: Annotated[int | None, _number("--win-length", "Samples of a frame, at most those of --n-fft.")] = None,
    window: Annotated[
        str | None,
        typer.Option("--window", metavar="NAME", help=_WINDOW, show_default=False, rich_help_panel=NUMBERS),
    ] = None,
    power: Annotated[int | None, _number("--power", "1 for amplitudes, 2 for powers.")] = None,
    top_db: Annotated[
        str | None,
        typer.Option("--top-db", metavar="N|none", help=_TOP_DB, show_default=False, rich_help_panel=NUMBERS),
    ] = None,
    sr: Annotated[
        int | None, _number("--sr", "Rate to resample to, in Hz; for raw samples their own rate.", PART)
    ] = None,
    offset: Annotated[
        float, typer.Option("--offset", metavar="SECONDS", help="Leave out so much.", rich_help_panel=PART)
    ] = 0.0,
    duration: Annotated[
        float | None,
        typer.Option("--duration", metavar="SECONDS", help="Read so much.", rich_help_panel=PART),
    ] = None,
    pad_to: Annotated[
        float | None,
        typer.Option("--pad-to", metavar="SECONDS", help=_PAD_TO, show_default=False, rich_help_panel=PART),
    ] = None,
    encoding: sound_options.RawEncoding = None,
    channels: sound_options.Channels = None,
    on_bad: sound_options.OnBadSound = "error",
    sound: Sound = Sound(),
    read_as: ManifestReading = ManifestReading(),
) -> None:
    """Draw or write spectrograms, mel spectrograms and cepstral coefficients of audio.

    The numbers are those of librosa, torchaudio, Whisper or Kaldi.

    \b
    nlpkit spectrogram speech.flac -o speech.png
    nlpkit spectrogram recordings/ -o pictures/ --kind stft
    nlpkit spectrogram speech.wav -o features.npy --preset whisper
    nlpkit spectrogram speech.wav --verify-against librosa
    nlpkit spectrogram tape.raw -o tape.png --encoding s16le --sr 8000
    nlpkit spectrogram calls/ -o pictures/ --channel each --on-bad skip
    nlpkit spectrogram --manifest train.jsonl -o features/ --format npy
    ffmpeg -i film.mkv -f wav - | nlpkit spectrogram - -o film.png
    """
    if output is None and verify_against is None:
        raise ParameterError("name what to write with -o: a .png, a .npy or a folder")
    if not audio and sound.manifest is None:
        raise ParameterError("name what to read: audio files, folders, globs, - for standard input, or --manifest")
    from nlpkit.speech import FeatureOptions

    raw, text_encoding = sound_options.raw_or_text(encoding, sr, channels)
    if raw is None and encoding is not None and sound.manifest is None:
        sound_options.refuse_encoding(encoding)
    numbers: dict[str, Any] = {"n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels, "n_mfcc": n_mfcc}
    numbers |= {"fmin": fmin, "fmax": fmax, "win_length": win_length, "window": window, "power": power}
    check_used(kind, [name for name, value in numbers.items() if value is not None])
    numbers["sr"] = None if raw is not None else sr
    if top_db is not None:
        numbers |= dict.fromkeys(("top_db", "mfcc_top_db"), _decibels(top_db))
    inputs = audio or []
    job: dict[str, Any] = {
        "kind": kind,
        "pad_to": pad_to,
        "sound": replace(sound, raw=raw, offset=offset, duration=duration),
        "read_as": replace(read_as, on_bad=on_bad, encoding=text_encoding),
    }
    if top_db is not None and not has_limit(kind, output or "numbers.npy", format):
        raise ParameterError("--top-db limits decibels, and --kind stft writes powers: leave it out, or draw a .png")
    if output is not None:
        options = FeatureOptions.of(preset or "librosa", **numbers)
        with progress_bar(quiet=quiet) as progress:
            report = save_spectrograms(
                audio or [],
                output,
                preset=options,
                format=format,
                threads=threads,
                force=force,
                progress=progress,
                **job,
            )
        if not quiet:
            tell_left_out(report.left_out)
            files = "1 file" if len(report.written) == 1 else f"{len(report.written):,} files"
            note(f"{files} of {kind} in {output}")
        for message in report.refused:
            note(message)
        if report.refused:
            raise typer.Exit(2)
    if verify_against is not None:
        with warnings.catch_warnings():
            if output is not None:  # which has been warned of
                warnings.simplefilter("ignore", FeatureWarning)
            _verify(inputs, verify_against, preset, numbers, job)


def _verify(audio: list[str], reference: str, preset: str | None, numbers: dict[str, Any], job: dict[str, Any]) -> None:
    from nlpkit.speech import FeatureOptions
    from nlpkit.speech.verification import REFERENCES

    options = FeatureOptions.of(preset or REFERENCES.get(reference, "librosa"), **numbers)
    equal, read = True, True
    for path, found in verify_files(audio, reference, preset=options, **job):
        if isinstance(found, InputError):
            note(str(found))
            read = False
            continue
        equal &= found.equal
        print(
            f"{path}: {found.kind}, {found.frames:,} frames: the largest difference from {found.reference} is"
            f" {found.difference:.2g}, {'within' if found.equal else 'ABOVE'} {found.tolerance:g}"
        )
    if not (read and equal):
        raise typer.Exit(1 if read else 2)


def _decibels(words: str) -> float:
    """Return a number of dB, infinite for no limit."""
    try:
        return inf if words.lower() == "none" else float(words)
    except ValueError:
        raise ParameterError(f"--top-db is {words!r}: expected a number above 0, or none") from None
