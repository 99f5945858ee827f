"""``nlpkit evaluate``: how good translations are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.evaluation_table import show_report
from nlpkit.cli.screens.screen import note, progress_bar, tell_left_out
from nlpkit.errors import ParameterError
from nlpkit.jobs.evaluate import EvaluationReport, evaluate_translations
from nlpkit.jobs.inputs import PairReading, Reading

_SCORING = "How translations are scored"
_DEFAULT = "translation in --hyp and --against, and where --ref has it; else text"


def evaluate(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(metavar="MODEL", help="The folder of a translation model, which translates --src."),
    ] = None,
    ref: Annotated[
        list[str] | None,
        typer.Option("--ref", metavar="FILE", help="The right translations, one a line; several files with several."),
    ] = None,
    src: Annotated[
        str | None,
        typer.Option(
            "--src",
            metavar="FILE",
            help="Texts to translate; with --hyp, the sources.",
        ),
    ] = None,
    pairs: Annotated[
        str | None,
        typer.Option(
            "--pairs",
            metavar="FILE",
            help="Sources and their right translations in one file: .tsv .csv .jsonl .tmx .po ...",
        ),
    ] = None,
    hyp: Annotated[
        str | None,
        typer.Option(
            "--hyp", metavar="FILE", help="Translations to score, instead of a model: text, or any output of translate."
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="FILE", help="Another translation, for a paired test of the difference."),
    ] = None,
    beam: Annotated[
        int | None,
        typer.Option(
            "--beam",
            metavar="N",
            help=options.described("Translations that the model follows at once; 1 is greedy.", "4"),
            show_default=False,
        ),
    ] = None,
    batch_invariant: Annotated[
        bool,
        typer.Option("--batch-invariant", metavar="", help="Translate each sentence as if it stood alone; slower."),
    ] = False,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write the model's translations.")
    ] = None,
    format: Annotated[
        str, typer.Option("--format", metavar="text|json", help="A report to read, or one JSON object.")
    ] = "text",
    device: Annotated[
        str, typer.Option("--device", metavar="NAME", help="Where the model computes: auto, cpu, cuda, cuda:1, mps.")
    ] = "auto",
    precision: options.Precision = "float32",
    threads: options.Threads = None,
    tokenize: Annotated[
        str | None,
        typer.Option(
            "--tokenize",
            metavar="NAME",
            help=options.described(
                "BLEU's tokenizer, by sacreBLEU's name: 13a, intl, zh, ja-mecab, ko-mecab, char, none, ...",
                "by language: zh for Chinese, ja-mecab or char for Japanese, char for Thai, Lao, Khmer and Burmese, "
                "else 13a",
            ),
            show_default=False,
            rich_help_panel=_SCORING,
        ),
    ] = None,
    lowercase: Annotated[
        bool,
        typer.Option(
            "--lowercase",
            metavar="",
            help="BLEU and chrF without regard to case, as in many papers.",
            rich_help_panel=_SCORING,
        ),
    ] = False,
    bootstrap: Annotated[
        int,
        typer.Option(
            "--bootstrap",
            metavar="N",
            help="Samples of the sentences for the intervals; 0: none.",
            rich_help_panel=_SCORING,
        ),
    ] = 1000,
    test: Annotated[
        str,
        typer.Option(
            "--test", metavar="bootstrap|randomization", help="The paired test of --against.", rich_help_panel=_SCORING
        ),
    ] = "bootstrap",
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            help=options.described("Seed of the samples.", "12345"),
            show_default=False,
            rich_help_panel=_SCORING,
        ),
    ] = None,
    lengths: Annotated[
        str | None,
        typer.Option(
            "--lengths",
            metavar="N,N,...",
            help=options.described(
                "The greatest length of each group of the table by length, in words; in characters where words have no "
                "spaces between them.",
                "5,10,15,20,25,30,40,50",
            ),
            show_default=False,
            rich_help_panel=_SCORING,
        ),
    ] = None,
    field: Annotated[
        str | None,
        typer.Option(
            "--field",
            metavar="NAME",
            help=options.described("The field of JSON that holds the text.", _DEFAULT),
            show_default=False,
            rich_help_panel=options.READING,
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            "--column",
            metavar="NAME|NUMBER",
            help=options.described("The column of a table that holds the text.", _DEFAULT),
            show_default=False,
            rich_help_panel=options.READING,
        ),
    ] = None,
    quiet: options.Quiet = False,
    pairs_as: PairReading = PairReading(),
    read_as: Annotated[Reading, "per", "field", "column"] = Reading(),
) -> None:
    """Score the translations of a model, or of a file: BLEU, chrF and TER, with intervals and by length.

    \b
    nlpkit evaluate model --src test.en --ref test.de
    nlpkit evaluate model --src test.en --ref test.de --against other.de --beam 1 -o ours.de
    nlpkit evaluate model --pairs test.tsv
    nlpkit evaluate --hyp ours.jsonl --ref test.de --lowercase
    nlpkit evaluate --hyp ours.de --ref test.de --format json
    """
    if model is None and hyp is None and not ref and not src and not pairs:
        print(context.get_help())
        raise typer.Exit(2)
    _check(model, ref, src, pairs, hyp, output, format)
    with progress_bar(quiet=quiet) as progress:
        report = evaluate_translations(
            ref or [],
            pairs=pairs,
            hypotheses=hyp,
            model=model,
            sources=src,
            against=against,
            beam=beam,
            batch_invariant=batch_invariant,
            device=device,
            precision=precision,
            threads=threads,
            output=output,
            tokenize=tokenize,
            lowercase=lowercase,
            bootstrap=bootstrap,
            seed=seed,
            lengths=None if lengths is None else _numbers(lengths),
            test=test,
            read_as=replace(read_as, field=field, column=column),
            pairs_as=pairs_as,
            progress=progress,
        )
    if not quiet:
        tell_left_out(report.left_out)
    if report.unfinished and not quiet:
        note(f"translations cut off at the greatest length: {report.unfinished:,}")
    if format == "json":
        print(json.dumps(as_record(report), ensure_ascii=False))
    else:
        show_report(report, against=against)


def as_record(report: EvaluationReport) -> dict[str, object]:
    """Return a report as one JSON object."""
    from dataclasses import asdict

    return {**asdict(report), "tokens_per_second": report.tokens_per_second}


def _check(
    model: str | None,
    ref: list[str] | None,
    src: str | None,
    pairs: str | None,
    hyp: str | None,
    output: str | None,
    format: str,
) -> None:
    if format not in ("text", "json"):
        raise ParameterError(f"--format is {format!r}: choose text or json")
    if pairs is not None and (ref or src):
        raise ParameterError(f"--pairs has sources and right translations: leave out {'--ref' if ref else '--src'}")
    if not ref and pairs is None:
        raise ParameterError(
            "there is nothing to compare with: give the right translations with --ref, or with the sources as --pairs"
        )
    if model is None and hyp is None:
        raise ParameterError("there is nothing to score: give the folder of a MODEL, or translations with --hyp")
    if model is not None and hyp is not None:
        raise ParameterError(f"{model!r} and --hyp are two translations to score: leave one out, or use --against")
    if model is not None and src is None and pairs is None:
        raise ParameterError("the model has nothing to translate: give the sources with --src")
    if output == "-":
        raise ParameterError("standard output is for the report: give -o the name of a file")


def _numbers(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise ParameterError(f"--lengths is {text!r}; expected rising numbers, such as 5,10,20") from error
