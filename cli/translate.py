"""``nlpkit translate``: texts in, translations out; and ``nlpkit quantize``: its models in a quarter of their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.attention_output import AttentionOutput
from nlpkit.cli.screens.screen import is_terminal, note, progress_bar, tell_left_out
from nlpkit.corpora import GivenTexts
from nlpkit.errors import ParameterError
from nlpkit.jobs.filled_records import INTO
from nlpkit.jobs.inputs import Reading
from nlpkit.jobs.places import check_place, real_place
from nlpkit.jobs.quantize import quantize_model
from nlpkit.jobs.translate import TranslateReport, open_translator, translate_files
from nlpkit.jobs.translation_format import FORMATS

if TYPE_CHECKING:
    from nlpkit.translation.translator import Translator

ATTENTION = "Attention of the model"


def translate(
    context: typer.Context,
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Texts; or further inputs after -i.")
    ] = None,
    inputs: options.Inputs = None,
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="MODEL", help="The folder of a translation model.", show_default=False),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="LANGUAGE", help="The target language, for a model of several: fr."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help=options.described("The file to write.", "standard output"),
            show_default=False,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="|".join(FORMATS),
            help=options.described(
                "A line for each text (with --n-best that many, index⇥score⇥text), a JSON object or a row. JSON and "
                "rows keep the fields and columns of the input.",
                "by the suffix of OUT, else text",
            ),
            show_default=False,
        ),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            "--into",
            metavar="NAME",
            help=options.described("The column or field of the translation, in .csv, .tsv and .jsonl.", INTO),
            show_default=False,
        ),
    ] = None,
    prefix: Annotated[
        str | None, typer.Option("--prefix", metavar="TEXT", help="Words with which every translation has to begin.")
    ] = None,
    prefix_file: Annotated[
        str | None,
        typer.Option(
            "--prefix-file", metavar="FILE", help="A prefix for each text, one a line; an empty line is none."
        ),
    ] = None,
    phrase: Annotated[
        list[str] | None,
        typer.Option("--phrase", metavar="TEXT", help="Words that every translation has to contain; repeatable."),
    ] = None,
    split_sentences: Annotated[
        bool,
        typer.Option(
            "--split-sentences",
            metavar="",
            help="Translate each sentence of a text by itself, and join the translations: for a model of single "
            "sentences.",
        ),
    ] = False,
    attention: Annotated[
        str | None,
        typer.Option(
            "--attention",
            metavar="FILE.png|-",
            help="A picture of the first text's attention, words against words; - shows it here, of every text.",
            rich_help_panel=ATTENTION,
        ),
    ] = None,
    self_attention: Annotated[
        bool,
        typer.Option(
            "--self-attention",
            help="--attention shows how the words of the text look at one another, in a Transformer's encoder.",
            rich_help_panel=ATTENTION,
        ),
    ] = False,
    alignments: Annotated[
        str | None,
        typer.Option(
            "--alignments",
            metavar="FILE",
            help="For each text the pairs source-target of its words, as Pharaoh wrote them.",
            rich_help_panel=ATTENTION,
        ),
    ] = None,
    layer: Annotated[
        int,
        typer.Option(
            "--layer",
            metavar="N",
            help="The decoder's layer, or with --self-attention the encoder's; -1 is the last.",
            rich_help_panel=ATTENTION,
        ),
    ] = -1,
    head: Annotated[
        int | None,
        typer.Option(
            "--head",
            metavar="N",
            help=options.described("One of its heads, from 0.", "the mean of all"),
            show_default=False,
            rich_help_panel=ATTENTION,
        ),
    ] = None,
    device: Annotated[str, typer.Option("--device", metavar="auto|cpu|cuda|mps", help="Where to compute.")] = "auto",
    precision: options.Precision = "auto",
    engine: options.Engine = "auto",
    threads: options.Threads = None,
    quiet: options.Quiet = False,
    read_as: Reading = Reading(),
    parameters: dict[str, Any] | None = None,
) -> None:
    """Translate texts with a model that nlpkit train translation made.

    \b
    nlpkit translate "two dogs run" --model en-de
    nlpkit translate -i book.txt --model en-de -o book.de.txt
    cat book.txt | nlpkit translate --model en-de --beam 8 > book.de.txt
    nlpkit translate -i book.txt --model en-de --n-best 3 -o book.jsonl
    nlpkit translate -i reviews.csv --column text --model en-de -o reviews.de.csv
    nlpkit translate "two dogs run" --model en-de --attention map.png
    """
    if model is None:
        raise ParameterError("name the folder of the model with --model")
    paths = [*inputs, *(texts or [])] if inputs else []
    if not paths and texts:
        options.refuse_paths(texts)
        options.refuse_without_inputs(read_as, "give inputs with -i")
    elif not paths:
        if not options.is_piped():
            print(context.get_help())
            raise typer.Exit(2)
        paths = ["-"]
    if split_sentences:
        _check_sentences(prefix, prefix_file, phrase, attention, alignments, parameters or {})
    _check_pictures(attention, alignments, [*paths, output, prefix_file])
    translator = open_translator(model, device, precision, engine)
    _say_device(translator, device, quiet)
    looked = AttentionOutput(translator, attention, alignments, layer, head, self_attention)
    with progress_bar(quiet=quiet or (is_terminal() and output in (None, "-"))) as progress, looked:
        report = translate_files(
            paths or GivenTexts(texts or []),
            output or "-",
            model=translator,
            to=to,
            parameters=parameters,
            prefix=prefix,
            prefix_file=prefix_file,
            phrases=phrase or (),
            format=format,
            into=into,
            split_sentences=split_sentences,
            read_as=read_as,
            threads=threads,
            progress=progress,
            seen=looked.see if looked.wanted else None,
        )
    if not quiet:
        _tell(report, output, parameters or {})


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


def _check_sentences(
    prefix: str | None,
    prefix_file: str | None,
    phrase: list[str] | None,
    attention: str | None,
    alignments: str | None,
    parameters: dict[str, Any],
) -> None:
    """Refuse what only a text translated as a whole has."""
    given = {"--prefix": prefix, "--phrase": phrase, "--attention": attention, "--alignments": alignments}
    given["--prefix-file"] = prefix_file
    given["--n-best"] = parameters.get("n_best", 1) > 1 or None
    for option in [option for option, value in given.items() if value is not None]:
        raise ParameterError(f"--split-sentences translates each sentence by itself: leave out {option}")


def _check_pictures(attention: str | None, alignments: str | None, others: list[str | None]) -> None:
    """Refuse what can't be written, or would replace what is read or written already, before work goes into it."""
    named = {real_place(other) for other in others if other not in (None, "-")}
    for option, path in (("--attention", attention), ("--alignments", alignments)):
        if path is None or (option, path) == ("--attention", "-"):
            continue
        if path == "-":
            raise ParameterError("--alignments is '-', where translations go: name a file")
        if real_place(path) in named:
            raise ParameterError(f"{option} is {path!r}, which is read or written already: name another file")
        check_place(path, is_folder=False, force=False)
        named.add(real_place(path))


def _say_device(translator: Translator, device: str, quiet: bool) -> None:
    if device == "auto" and not quiet and translator.device != "cpu":
        note(f"device auto is {translator.device} here")


def _tell(report: TranslateReport, output: str | None, parameters: dict[str, Any]) -> None:
    tell_left_out(report.left_out)
    if report.several:
        note(
            f"warning: {report.several:,} of {report.texts:,} texts have more sentences than those the model was"
            " trained with, and their translations may lack some: --split-sentences translates each by itself"
        )
    if report.unfinished:
        bounds = "--max-length" if "max_length" in parameters else "--max-ratio or --max-extra"
        cut_off = f"{report.unfinished:,} of {report.texts:,} translations"
        note(f"{cut_off} were cut off at the greatest length: raise {bounds}")
    if output not in (None, "-"):
        speed = report.tokens / max(report.seconds, 1e-9)
        note(f"{report.texts:,} translations in {output}, {speed:,.0f} target sub-words/s")
