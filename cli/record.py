"""``nlpkit record``: a microphone in, a WAV file or stream out."""

from __future__ import annotations

from typing import Annotated

import typer

from nlpkit.cli.options import Quiet, described
from nlpkit.cli.screens.screen import note
from nlpkit.errors import ParameterError
from nlpkit.jobs.record import record_sound

_SILENT = 1e-4


def record(
    output: Annotated[
        str | None,
        typer.Option(
            "-o", "--output", metavar="FILE.wav|-", help="A .wav file, or - for standard output.", show_default=False
        ),
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(
            "--duration",
            metavar="SECONDS",
            help=described("Stop after so much.", "at Ctrl-C"),
            show_default=False,
        ),
    ] = None,
    sr: Annotated[int, typer.Option("--sr", metavar="N", help="Sampling rate in Hz.")] = 16000,
    device: Annotated[
        str | None,
        typer.Option(
            "--device",
            metavar="NAME",
            help=described("Microphone: its name, a part of it, or its number.", "the system's"),
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Record from a microphone, until Ctrl-C.

    It needs the package sounddevice: pip install sounddevice.

    \b
    nlpkit record -o memo.wav
    nlpkit record -o memo.wav --duration 10 --sr 8000
    nlpkit record -o - | nlpkit transcribe - --model digits
    """
    if output is None:
        raise ParameterError("name what to write with -o: a .wav file, or - for standard output")

    def begun(name: str) -> None:
        if not quiet:
            note(f"recording from {name}" + ("; Ctrl-C ends it" if duration is None else f" for {duration:g} s"))

    report = record_sound(output, sr=sr, duration=duration, device=device, begun=begun)
    if quiet:
        return
    if output != "-":
        note(f"{report.seconds:.1f} s in {output}")
    if report.peak < _SILENT:
        note("warning: the microphone gave silence: check that it is on, and that its use is allowed")
