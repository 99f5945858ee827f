"""``nlpkit spectrogram``: audio in, pictures or arrays out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from nlpkit.cli import sound_options
from nlpkit.cli.options import Quiet, Threads, described
from nlpkit.cli.screens.screen import note, progress_bar, silence_libraries, tell_left_out
from nlpkit.cli.sound_options import ManifestReading
from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs.sound import Sound
from nlpkit.jobs.spectrograms import save_spectrograms, verify_files

NUMBERS = "Numbers in place of the preset's"
PART = sound_options.SOUND


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
    silence_libraries()
    from nlpkit.speech import FeatureOptions

    raw, text_encoding = sound_options.raw_or_text(encoding, sr, channels)
    if raw is None and encoding is not None and sound.manifest is None:
        sound_options.refuse_encoding(encoding)
    numbers = {"n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels, "n_mfcc": n_mfcc}
    numbers["sr"] = None if raw is not None else sr
    inputs = audio or []
    job: dict[str, Any] = {
        "kind": kind,
        "sound": replace(sound, raw=raw, offset=offset, duration=duration),
        "read_as": replace(read_as, on_bad=on_bad, encoding=text_encoding),
    }
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
