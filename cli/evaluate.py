"""``nlpkit evaluate``: how good translations are, or a model of speech."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated

import typer

from nlpkit.cli import options, scoring_options
from nlpkit.cli.evaluate_speech import SPEECH_ONLY, evaluate_recordings, refuse
from nlpkit.cli.screens.evaluation_table import show_report
from nlpkit.cli.screens.screen import note, progress_bar, tell_left_out
from nlpkit.errors import ParameterError
from nlpkit.jobs.evaluate import EvaluationReport, evaluate_translations
from nlpkit.jobs.inputs import PairReading, Reading
from nlpkit.jobs.sound import Sound

_DEFAULT = "translation in --hyp and --against, and where --ref has it; else text"


def evaluate(
    context: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL",
            help="The folder of a translation model, which translates --src; or for --manifest of a model of speech, "
            "by default spoken-digits, which ships with nlpkit.",
        ),
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
    precision: options.Precision = "auto",
    engine: options.Engine = "auto",
    threads: options.Threads = None,
    tokenize: scoring_options.Tokenize = None,
    lowercase: scoring_options.Lowercase = False,
    bootstrap: scoring_options.Bootstrap = 1000,
    test: scoring_options.Test = "bootstrap",
    seed: scoring_options.Seed = None,
    lengths: scoring_options.Lengths = None,
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
    label: scoring_options.Label = "label",
    normalizer: scoring_options.Normalizer = "lower",
    confusion: scoring_options.Confusion = None,
    worst: scoring_options.Worst = 10,
    quiet: options.Quiet = False,
    sound: Sound = Sound(),
    pairs_as: PairReading = PairReading(),
    read_as: Annotated[Reading, "per", "field", "column"] = Reading(),
) -> None:
    """Score the translations of a model, or of a file; or the answers of a model of speech.

    Translations get BLEU, chrF and TER, with intervals and by length. Recordings in --manifest have a label or a text:
    labels get accuracy, a report by class and the calibration error, texts get word and character error rates.

    \b
    nlpkit evaluate model --src test.en --ref test.de
    nlpkit evaluate model --src test.en --ref test.de --against other.de --beam 1 -o ours.de
    nlpkit evaluate model --pairs test.tsv
    nlpkit evaluate --hyp ours.jsonl --ref test.de --lowercase
    nlpkit evaluate --hyp ours.de --ref test.de --format json
    nlpkit evaluate digits --manifest test.jsonl --confusion digits.png
    """
    if model is None and hyp is None and not ref and not src and not pairs and sound.manifest is None:
        print(context.get_help())
        raise typer.Exit(2)
    if format not in ("text", "json"):
        raise ParameterError(f"--format is {format!r}: choose text or json")
    if sound.manifest is not None:
        evaluate_recordings(
            context,
            model,
            label=label,
            normalizer=normalizer,
            confusion=confusion,
            bootstrap=bootstrap,
            seed=seed,
            device=device,
            threads=threads,
            as_json=format == "json",
            worst=worst,
            quiet=quiet,
            sound=sound,
            read_as=read_as,
        )
        return
    refuse(context, SPEECH_ONLY, "is about recordings: name them with --manifest, or leave it out")
    _check(model, ref, src, pairs, hyp, output)
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
            engine=engine,
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
) -> None:
    if pairs is not None and (ref or src):
        raise ParameterError(f"--pairs has sources and right translations: leave out {'--ref' if ref else '--src'}")
    if not ref and pairs is None:
        raise ParameterError(
            "there is nothing to compare with: give the right translations with --ref, or with the sources as --pairs; "
            "or recordings with --manifest"
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
