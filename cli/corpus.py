"""``nlpkit corpus``: what is wrong with pairs of sentences, and a copy without it."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer

from nlpkit.cli import options, pair_options
from nlpkit.cli.command import SETTINGS
from nlpkit.cli.option_groups import expanded
from nlpkit.cli.screens.corpus_report import report_as_json, report_lines
from nlpkit.cli.screens.screen import note, progress_bar
from nlpkit.corpora import Pairs, Texts
from nlpkit.corpora.pairs.pairs import holds_pairs
from nlpkit.errors import ParameterError
from nlpkit.jobs.corpus_check.check import check_pairs
from nlpkit.jobs.corpus_check.report import DEFAULT_DROP, PROBLEMS
from nlpkit.jobs.inputs import PairReading, Reading

FORMATS = ("text", "json")

_COPY = "The cleaned copy"


def check(
    context: typer.Context,
    src: pair_options.Src = None,
    trg: pair_options.Trg = None,
    pairs: pair_options.PairsFile = None,
    test: Annotated[
        list[str] | None,
        typer.Option(
            "--test",
            metavar="FILE",
            help="A test set that the corpus should not hold: pairs by its suffix, else source sentences, one a line. "
            "May be repeated.",
        ),
    ] = None,
    test_src: Annotated[
        str | None, typer.Option("--test-src", metavar="FILE", help="A test set's sources, with --test-trg.")
    ] = None,
    test_trg: Annotated[
        str | None, typer.Option("--test-trg", metavar="FILE", help="A test set's translations.")
    ] = None,
    test_columns: pair_options.TestColumns = None,
    test_fields: pair_options.TestFields = None,
    test_encoding: pair_options.TestEncoding = "utf-8",
    format: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How the report is written.")
    ] = "text",
    examples: Annotated[
        int, typer.Option("--examples", metavar="N", help="How many examples to show of each problem.")
    ] = 3,
    max_length: Annotated[
        int, typer.Option("--max-length", metavar="N", help="Characters of a side beyond which it is too long.")
    ] = 1000,
    max_ratio: Annotated[
        float, typer.Option("--max-ratio", metavar="X", help="Lengths that differ by a larger factor are outliers.")
    ] = 9.0,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write it here: .tsv or .jsonl.", rich_help_panel=_COPY),
    ] = None,
    out_src: Annotated[
        str | None,
        typer.Option("--out-src", metavar="FILE", help="Or its sources here,", rich_help_panel=_COPY),
    ] = None,
    out_trg: Annotated[
        str | None,
        typer.Option("--out-trg", metavar="FILE", help="and its translations here.", rich_help_panel=_COPY),
    ] = None,
    drop: Annotated[
        str | None,
        typer.Option(
            "--drop",
            metavar="NAME,...",
            help=options.described(
                f"The problems for which a pair is left out, of {', '.join(PROBLEMS)}; or none.",
                "all but repeated_source",
            ),
            show_default=False,
            rich_help_panel=_COPY,
        ),
    ] = None,
    quiet: options.Quiet = False,
    read_as: PairReading = PairReading(),
) -> None:
    """Say what is wrong with pairs of sentences, and write a copy without it if asked.

    It looks for empty sides, damaged characters, source = target, odd lengths, the wrong script,
    duplicates, and sentences of test sets. It is a report: what it finds is no error.

    \b
    nlpkit corpus check --src train.en --trg train.de
    nlpkit corpus check --pairs memory.tmx --from en --to de -o clean.tsv
    nlpkit corpus check --src a.en --trg a.de --test test.en --out-src clean.en --out-trg clean.de
    nlpkit corpus check --pairs mined.tsv.gz --drop empty,duplicate,script -o clean.tsv --format json
    """
    if format not in FORMATS:
        raise ParameterError(f"--format is {format!r}: choose one of {', '.join(FORMATS)}")
    if src is None and trg is None and pairs is None:
        if not options.is_piped():
            print(context.get_help())
            raise typer.Exit(2)
        pairs = ["-"]
    if (test_src is None) != (test_trg is None):
        raise ParameterError("a test set's two files go together: give --test-src and --test-trg")
    if drop is not None and output is None and out_src is None and out_trg is None:
        raise ParameterError("--drop is about the cleaned copy: say with -o where it goes")
    if output == "-":
        raise ParameterError("the report goes to standard output: name a file for the cleaned copy")
    lines = Reading(per="line", encoding=test_encoding, decode_errors=read_as.decode_errors)
    plain = replace(
        PairReading(from_=read_as.from_, to=read_as.to),
        columns=test_columns,
        fields=test_fields,
        encoding=test_encoding,
        decode_errors=read_as.decode_errors,
        nulls=read_as.nulls,
        on_bad=read_as.on_bad,
    )
    tests: list[Pairs | Texts] = [
        plain.pairs(None, None, path) if holds_pairs(path) else lines.texts([path]) for path in test or []
    ]
    if test_src is not None:
        tests.append(replace(plain, from_=None, to=None, columns=None, fields=None).pairs(test_src, test_trg, None))
    with (
        read_as.pairs(src, trg, pairs) as corpus,
        progress_bar(quiet=quiet) as progress,
    ):
        report = check_pairs(
            corpus,
            tests=tests,
            output=output,
            out_src=out_src,
            out_trg=out_trg,
            drop=_dropped(drop),
            max_length=max_length,
            max_ratio=max_ratio,
            examples=examples,
            progress=progress,
        )
    if format == "json":
        sys.stdout.flush()
        sys.stdout.buffer.write((report_as_json(report) + "\n").encode("utf-8", "backslashreplace"))
    else:
        for line in report_lines(report):
            print(line)
    if report.altered and not quiet:
        note(f"pairs written with a space for a tab or a line end, or ? for a lone surrogate: {report.altered:,}")


corpus = typer.Typer(
    name="corpus",
    rich_markup_mode="rich",
    invoke_without_command=True,
    add_completion=False,
    context_settings=SETTINGS,
)
corpus.command("check", context_settings=SETTINGS)(expanded(check))


@corpus.callback()
def _corpus(context: typer.Context) -> None:
    """Check pairs of sentences before something is trained on them."""
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


def _dropped(drop: str | None) -> tuple[str, ...]:
    if drop is None:
        return DEFAULT_DROP
    names = tuple(name.strip() for name in drop.split(",") if name.strip())
    return () if names == ("none",) else names
