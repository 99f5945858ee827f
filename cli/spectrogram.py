"""``nlpkit spectrogram``: audio in, pictures or arrays out."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nlpkit.cli.options import Quiet, Threads, described
from nlpkit.cli.screens.screen import note, progress_bar, silence_libraries
from nlpkit.errors import InputError, ParameterError
from nlpkit.jobs.spectrograms import save_spectrograms, verify_files

NUMBERS = "Numbers in place of the preset's"
PART = "Reading of the audio"


def _number(flag: str, text: str, panel: str = NUMBERS) -> Any:
    return typer.Option(flag, metavar="N", help=text, show_default=False, rich_help_panel=panel)


def spectrogram(
    audio: Annotated[
        list[str], typer.Argument(metavar="AUDIO...", help="Audio files, folders or globs.", show_default=False)
    ],
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
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding",
            metavar="s16le|f32le|mulaw|...",
            help="The files are raw samples, without a header, of --sr and --channels.",
            rich_help_panel=PART,
        ),
    ] = None,
    channels: Annotated[int | None, _number("--channels", "Channels of raw samples.", PART)] = None,
) -> None:
    """Draw or write spectrograms, mel spectrograms and cepstral coefficients of audio.

    The numbers are those of librosa, torchaudio, Whisper or Kaldi.

    \b
    nlpkit spectrogram speech.flac -o speech.png
    nlpkit spectrogram recordings/ -o pictures/ --kind stft
    nlpkit spectrogram speech.wav -o features.npy --preset whisper
    nlpkit spectrogram speech.wav --verify-against librosa
    nlpkit spectrogram tape.raw -o tape.png --encoding s16le --sr 8000
    """
    if output is None and verify_against is None:
        raise ParameterError("name what to write with -o: a .png, a .npy or a folder")
    silence_libraries()
    raw, rate = _raw(encoding, sr, channels)
    numbers = {"sr": rate, "n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels, "n_mfcc": n_mfcc}
    part: dict[str, Any] = {"kind": kind, "offset": offset, "duration": duration, "raw": raw}
    from nlpkit.speech import FeatureOptions

    if output is not None:
        options = FeatureOptions.of(preset or "librosa", **numbers)
        with progress_bar(quiet=quiet) as progress:
            report = save_spectrograms(
                audio, output, preset=options, format=format, threads=threads, force=force, progress=progress, **part
            )
        if not quiet:
            files = "1 file" if len(report.written) == 1 else f"{len(report.written):,} files"
            note(f"{files} of {kind} in {output}")
        for message in report.refused:
            note(message)
        if report.refused:
            raise typer.Exit(2)
    if verify_against is not None:
        _verify(audio, verify_against, preset, numbers, part)


def _verify(
    audio: list[str], reference: str, preset: str | None, numbers: dict[str, Any], part: dict[str, Any]
) -> None:
    from nlpkit.speech import FeatureOptions
    from nlpkit.speech.verification import REFERENCES

    options = FeatureOptions.of(preset or REFERENCES.get(reference, "librosa"), **numbers)
    equal, read = True, True
    for path, found in verify_files(audio, reference, preset=options, **part):
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


def _raw(encoding: str | None, sr: int | None, channels: int | None) -> tuple[Any, int | None]:
    """Return the format of raw samples, and the rate to resample to."""
    if encoding is None:
        if channels is not None:
            raise ParameterError("--channels is about raw samples: give --encoding too, or leave it out")
        return None, sr
    if sr is None:
        raise ParameterError("raw samples have no header that says their rate: give --sr")
    from nlpkit.speech import RawFormat

    return RawFormat(sr=sr, channels=channels or 1, encoding=encoding), None
