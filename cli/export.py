"""``nlpkit export``: translation models for other libraries."""

from __future__ import annotations

from typing import Annotated

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import note
from nlpkit.jobs.export import export_model


def export(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="The folder of a Transformer for translation, or of a Marian model in transformers' format.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Folder to write.", show_default=False)
    ],
    to: Annotated[str, typer.Option("--to", metavar="ctranslate2", help="The library.")] = "ctranslate2",
    quantization: Annotated[
        str | None,
        typer.Option(
            "--quantization",
            metavar="float32|int8",
            help=options.described("Precision of the matrices.", "that of the model"),
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a folder that nlpkit wrote.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a translation model for CTranslate2, if that translates as nlpkit does.

    The folder has a README.md, which says how it is used.

    \b
    nlpkit export en-de --to ctranslate2 -o en-de-ct2
    nlpkit export en-de --to ctranslate2 -o en-de-ct2-int8 --quantization int8
    """
    report = export_model(model, output, to=to, quantization=quantization, force=force)
    if not quiet:
        lost = "" if report.loss is None else f"; 8 bits cost {report.loss:.3f} of the log-probability of a token"
        note(
            f"{report.bytes:,} bytes in {output}; {report.sentences} sentences have the same translations, and scores"
            f" within {report.apart:.1g}{lost}"
        )
