"""``nlpkit convert``: word vectors from any format to any other; ``nlpkit quantize``: translation models in 8 bits."""

from __future__ import annotations

from typing import Annotated

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import note
from nlpkit.embeddings.formats import FORMATS
from nlpkit.jobs import convert_vectors
from nlpkit.jobs.quantize import quantize_model

_FORMATS = ", ".join(FORMATS)


def convert(
    input: Annotated[
        str,
        typer.Argument(
            metavar="IN", help="A file of word vectors, a model folder, or - for standard input.", show_default=False
        ),
    ],
    output: Annotated[
        str,
        typer.Argument(
            metavar="OUT",
            help="A file, which is replaced, a folder, replaced with --force only, or - for standard output.",
            show_default=False,
        ),
    ],
    input_format: Annotated[
        str,
        typer.Option("--from", metavar="NAME", help=f"The format of IN: {_FORMATS}; auto detects it from the content."),
    ] = "auto",
    output_format: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="NAME",
            help=options.described(
                "The format of OUT, one of the same.",
                "by the suffix: .txt and .vec are word2vec's text, .bin is fastText's where there are sub-words and"
                " else word2vec's; .npy, .safetensors; no suffix is a folder; word2vec for -",
            ),
            show_default=False,
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", help="Take only the first N words.")] = None,
    precision: Annotated[
        str,
        typer.Option(
            "--precision",
            metavar="float32|float16|int8",
            help="Precision of the numbers in a folder: float16 halves its size, int8 quarters it.",
        ),
    ] = "float32",
    encoding: Annotated[str, typer.Option("--encoding", metavar="NAME", help="How IN's words are encoded.")] = "utf-8",
    errors: Annotated[
        str,
        typer.Option(
            "--decode-errors",
            metavar="strict|replace|skip|ignore",
            help="Handling of bytes that are not of this encoding: stop, replace them by U+FFFD, leave the word out and"
            " count it, or drop the bytes.",
        ),
    ] = "strict",
    on_bad: Annotated[
        str,
        typer.Option(
            "--on-bad",
            metavar="error|skip",
            help="Handling of a line of a text format that cannot be read: stop, or leave it out and count it.",
        ),
    ] = "error",
    join: Annotated[
        str | None,
        typer.Option(
            "--join",
            metavar="TEXT",
            help=options.described(
                "Write words that have spaces in them with TEXT instead, in formats that can't hold such words.",
                "stop at such a word",
            ),
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", metavar="", help="Replace a folder that nlpkit wrote.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Write word vectors in another format: word2vec's, GloVe's, fastText's, NumPy's, safetensors, or a folder.

    A folder opens at once, whatever its size: numbers are read when they are used.

    \b
    nlpkit convert glove.6B.50d.txt glove
    nlpkit convert GoogleNews-vectors-negative300.bin.gz news --precision float16 --limit 500000
    nlpkit convert model vectors.bin --to word2vec-binary
    nlpkit convert phrases.npy phrases.bin --join _
    nlpkit convert damaged.vec vectors.vec --on-bad skip
    nlpkit convert model - --to glove | head
    """
    report = convert_vectors(
        input,
        output,
        input_format=input_format,
        output_format=output_format,
        limit=limit,
        precision=precision,
        encoding=encoding,
        errors=errors,
        on_bad=on_bad,
        join=join,
        force=force,
    )
    if quiet:
        return
    if output != "-":
        from nlpkit.embeddings.formats.npy import words_path

        places = f"{output} and {words_path(output)}" if report.format == "npy" else output
        note(f"{report.words:,} words × {report.vector_size:,} numbers in {places} ({report.format})")
    if report.lost:
        note(f"left out: {', '.join(report.lost)}")


def quantize(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="The folder of a translation model.", show_default=False)
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER", help="Folder to write.", show_default=False)
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace a folder that nlpkit wrote.")] = False,
    quiet: options.Quiet = False,
) -> None:
    """Round the matrices of a translation model to 8 bits: a quarter of the size, about twice as fast on a CPU.

    \b
    nlpkit quantize en-de -o en-de-int8
    nlpkit translate "two dogs run" --model en-de-int8
    """
    report = quantize_model(model, output, force=force)
    if not quiet:
        share = 100 * report.after / report.before
        note(f"{report.before:,} bytes of weights are {report.after:,} ({share:.0f} %), in {output}")
