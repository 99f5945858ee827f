"""``nlpkit embed``: texts in, vectors out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from nlpkit.cli import options, reading_options, sound_options
from nlpkit.cli.screens.screen import is_terminal, note, progress_bar, tell_left_out
from nlpkit.cli.screens.vectors_table import VectorsTable
from nlpkit.jobs import EmbedReport, embed_files, embed_texts
from nlpkit.jobs.inputs import Reading, Writing
from nlpkit.jobs.sound import Sound

OUTPUT = "Where vectors go"


def embed(
    context: typer.Context,
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Texts; or further inputs after -i.")
    ] = None,
    inputs: options.Inputs = None,
    method: options.Method = None,
    model: options.Model = None,
    fit: options.Fit = None,
    save: Annotated[str | None, typer.Option("--save", metavar="FOLDER", help="Save the fitted model there.")] = None,
    threads: options.Threads = None,
    quiet: options.Quiet = False,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help=options.described(
                "A file (.npz .npy .parquet .jsonl .csv .svmlight), a folder, or - for JSON Lines.",
                "a table on a terminal, JSON Lines in a pipe",
            ),
            show_default=False,
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="NAME",
            help="Column or field that is the label of .svmlight: numbers as they are, others by first appearance.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    keep: reading_options.Keep = "",
    encoding: Annotated[
        str,
        typer.Option(
            "--encoding",
            metavar="NAME",
            help="Encoding of the text; or of raw samples, without a header, of --sr and --channels: s16le, f32le, ...",
            rich_help_panel=options.READING,
        ),
    ] = "utf-8",
    channels: sound_options.Channels = None,
    sound: Sound = Sound(),
    write_as: Writing = Writing(),
    read_as: Annotated[Reading, "encoding"] = Reading(),
    parameters: dict[str, Any] | None = None,
) -> None:
    """Turn texts into vectors: one-hot, bag-of-words, TF-IDF, hashing, Word2Vec or FastText; or sound: log-mel or MFCC.

    Without --model it learns from the input (or from --fit), then embeds it.

    \b
    nlpkit embed "one cat" "two cats"
    nlpkit embed -i reviews.csv --column review -o vectors.npz
    nlpkit embed -i reviews.xlsx --column review --keep id,stars -o vectors.jsonl
    nlpkit embed -i *.txt --method bow --ngram-range 1,2 --min-df 2 --save model
    zcat big.txt.gz | nlpkit embed --model model -o shards/
    nlpkit embed -i *.txt --model glove.6B.50d.txt -o vectors.npy
    nlpkit embed -i recordings/ --method mfcc -o clips.npy
    nlpkit embed --manifest train.jsonl --method mfcc -o clips.jsonl
    """
    if encoding != "utf-8" or channels is not None:
        given = dict(parameters or {})
        raw, encoding = sound_options.raw_or_text(encoding, given.get("sr"), channels)
        sound = replace(sound, raw=raw)
        parameters = {name: value for name, value in given.items() if name != "sr" or raw is None}
    read_as = replace(read_as, keep=keep or (), encoding=encoding)
    write_as = replace(write_as, label=label)
    paths = [*inputs, *(texts or [])] if inputs else []
    if sound.manifest is not None:
        paths = [*paths, *([] if inputs else texts or [])]
    elif not paths and texts:
        options.refuse_paths(texts)
        if not fit:
            options.refuse_without_inputs(read_as)
    elif not paths:
        if not options.is_piped():
            print(context.get_help())
            raise typer.Exit(2)
        paths = ["-"]
    table = VectorsTable() if output is None and is_terminal() else None
    with progress_bar(quiet=quiet) as progress:
        job: dict[str, Any] = {
            "output": "-" if output is None and table is None else output if table is None else table,
            "method": method,
            "model": model,
            "fit": fit,
            "save": save,
            "parameters": parameters,
            "threads": threads,
            "read_as": read_as,
            "write_as": write_as,
            "progress": progress,
        }
        if paths or sound.manifest is not None:
            report = embed_files(paths, sound=sound, **job)
        else:
            report = embed_texts(texts or [], **job)
    if table is not None:
        table.show()
    if not quiet:
        _tell(report, output, save)


def _tell(report: EmbedReport, output: str | None, save: str | None) -> None:
    tell_left_out(report.left_out)
    if output not in (None, "-"):
        rows = ("clip" if report.rows == 1 else "clips") if report.model.takes_sound else "texts"
        note(f"{report.rows:,} {rows} × {report.columns:,} columns of {report.method} in {output}")
    if save is not None:
        note(f"the {report.method} model is in {save}")
