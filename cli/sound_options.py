"""Options about sound: which recordings and channels are read, and how files without a header are."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Annotated, Any, get_args

import typer

from nlpkit.cli import options, reading_options
from nlpkit.cli.options import described
from nlpkit.errors import ParameterError
from nlpkit.jobs.inputs import Reading

SOUND = "How sound is read"
MANIFEST = "How a manifest is read"


@dataclass(frozen=True, kw_only=True)
class ManifestReading(Reading):
    """How a manifest of recordings is read: those options of `Reading` that are about tables."""


def _of_manifests(annotation: Any) -> Any:
    """Return an option in the panel about manifests."""
    kind, option = get_args(annotation)
    option = copy.copy(option)
    option.rich_help_panel = MANIFEST
    return Annotated[kind, option]


ManifestEncoding = _of_manifests(options.Encoding)

MANIFEST_OPTIONS = {
    "delimiter": _of_manifests(options.Delimiter),
    "header": _of_manifests(reading_options.Header),
    "quoting": _of_manifests(reading_options.Quoting),
    "sheet": _of_manifests(reading_options.Sheet),
    "decode_errors": _of_manifests(options.DecodeErrors),
}

Manifest = Annotated[
    str | None,
    typer.Option(
        "--manifest",
        metavar="PATH",
        help="Read the parts of files that a manifest names, or the recordings of a folder or tar file.",
        rich_help_panel=SOUND,
    ),
]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="NAME",
        help="The set of a folder of recordings that holds several, such as train.",
        rich_help_panel=SOUND,
    ),
]
Channel = Annotated[
    str,
    typer.Option(
        "--channel",
        metavar="mix|1|2|each",
        help="The average of all channels, one of them, or each by itself.",
        rich_help_panel=SOUND,
    ),
]
Salvage = Annotated[
    bool,
    typer.Option(
        "--salvage",
        metavar="",
        help="Take what can be decoded of a damaged file, and say how much is missing.",
        rich_help_panel=SOUND,
    ),
]
Channels = Annotated[
    int | None,
    typer.Option("--channels", metavar="N", help="Channels of raw samples.", show_default=False, rich_help_panel=SOUND),
]
RawEncoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        metavar="s16le|f32le|mulaw|...",
        help="The files are raw samples, without a header, of --sr and --channels; or encoding of the manifest's text.",
        rich_help_panel=SOUND,
    ),
]
OnBadSound = Annotated[
    str,
    typer.Option(
        "--on-bad",
        metavar="error|skip",
        help=described(
            "What to do with an input that cannot be read: report it, and exit with 2 after the others; or skip and "
            "count it.",
            "error",
        ),
        show_default=False,
        rich_help_panel=SOUND,
    ),
]


def raw_or_text(encoding: str | None, sr: int | None, channels: int | None) -> tuple[Any, str]:
    """Return the format of raw samples, if ``encoding`` is one of these, and the encoding of text.

    Raises
    ------
    ParameterError
        If the format is incomplete.
    """
    from nlpkit.speech.audio.raw_format import ENCODINGS, RawFormat

    is_raw = encoding in ENCODINGS and (encoding != "u8" or sr is not None)  # u8 is a name of UTF-8, too
    if encoding is None or not is_raw:
        if channels is not None:
            raise ParameterError("--channels is about raw samples: give --encoding too, or leave it out")
        return None, encoding or "utf-8"
    if sr is None:
        raise ParameterError("raw samples have no header that says their rate: give --sr")
    return RawFormat(sr=sr, channels=channels or 1, encoding=encoding), "utf-8"


def refuse_encoding(encoding: str) -> None:
    """Refuse an encoding of samples that is none.

    Raises
    ------
    ParameterError
    """
    from nlpkit.speech import RawFormat

    RawFormat(sr=1, encoding=encoding)
