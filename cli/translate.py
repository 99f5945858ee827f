"""``nlpkit translate``: texts in, translations out."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.attention_output import AttentionOutput, check_pictures
from nlpkit.cli.screens.screen import is_terminal, note, progress_bar, resumed_later, tell_left_out
from nlpkit.cli.translate_documents import check_sentences, say_device, translate_as_documents
from nlpkit.corpora import GivenTexts
from nlpkit.errors import ParameterError
from nlpkit.jobs.document_places import documents_among
from nlpkit.jobs.filled_records import INTO
from nlpkit.jobs.inputs import Reading
from nlpkit.jobs.translate import TranslateReport, translate_files
from nlpkit.jobs.translation_choice import ModelChoice, chosen_model, samples_of
from nlpkit.jobs.translation_format import FORMATS
from nlpkit.jobs.translator import open_translator

ATTENTION = "Attention of the model"


def translate(
    context: typer.Context,
    texts: Annotated[
        list[str] | None, typer.Argument(metavar="TEXT", help="Texts; or further inputs after -i.")
    ] = None,
    inputs: options.Inputs = None,
    model: options.TranslationModel = None,
    download: options.Download = False,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="LANGUAGE", help="The target language, for a model of several: fr."),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="LANGUAGE",
            help=options.described(
                "The language of the texts, for a model of several; sentences are split by its rules.", "the model's"
            ),
            show_default=False,
        ),
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
        bool | None,
        typer.Option(
            "--split-sentences/--no-split-sentences",
            help=options.described(
                "Translate each sentence of a text by itself, and join the translations.",
                "for texts of more sentences than those in the training",
            ),
            show_default=False,
        ),
    ] = None,
    guard: Annotated[
        bool | None,
        typer.Option(
            "--guard/--no-guard",
            help=options.described(
                "Translate again what has a loop, or lost a number, URL or other protected part; flag what stays so.",
                "for models with marks for protected parts",
            ),
            show_default=False,
        ),
    ] = None,
    glossary: Annotated[
        str | None,
        typer.Option(
            "--glossary",
            metavar="FILE.tsv",
            help="Terms and their translations, a pair a line, with | between forms of a translation.",
        ),
    ] = None,
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
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            metavar="",
            help="After a stop the same command resumes anyway; with --resume a job that cannot be resumed is refused.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", metavar="", help="Drop translations that were stopped, of other options.")
    ] = False,
    threads: options.Threads = None,
    quiet: options.Quiet = False,
    read_as: Reading = Reading(),
    parameters: dict[str, Any] | None = None,
) -> None:
    """Translate texts: with a model that ships, one that nlpkit train translation made, or a pretrained one.

    \b
    nlpkit translate "I love pizza." --to fr
    nlpkit translate -i lettre.txt --to en -o letter.txt
    nlpkit translate "two dogs run" --model en-de
    nlpkit translate -i book.txt --model en-de -o book.de.txt
    cat book.txt | nlpkit translate --model en-de --beam 8 > book.de.txt
    nlpkit translate -i book.txt --model en-de --n-best 3 -o book.jsonl
    nlpkit translate -i reviews.csv --column text --model en-de -o reviews.de.csv
    nlpkit translate "two dogs run" --model en-de --attention map.png
    nlpkit translate -i page.html --model en-de -o page.de.html
    nlpkit translate "two dogs run" --model facebook/nllb-200-distilled-600M --from en --to fr

    HTML, Markdown, .docx, subtitles (.srt, .vtt) and catalogues (.po) keep their layout if OUT has the same suffix.
    """
    paths = [*inputs, *(texts or [])] if inputs else []
    if not paths and texts:
        options.refuse_paths(texts)
        options.refuse_without_inputs(read_as, "give inputs with -i")
    elif not paths:
        if not options.is_piped():
            print(context.get_help())
            raise typer.Exit(2)
        paths = ["-"]
    records = next((name for name, value in (("--format", format), ("--into", into)) if value is not None), None)
    documents = documents_among(paths, output, records=records)
    paths = documents or paths
    sample = partial(samples_of, paths, read_as) if paths else lambda: [("", " ".join(texts or []))]
    choice = chosen_model(model, from_, to, sample, download=download)
    model, from_, to = str(choice.model), choice.from_, choice.to
    if documents:
        check_sentences("a document", prefix, prefix_file, phrase, attention, alignments, parameters or {})
        if resume:
            raise ParameterError("--resume resumes texts, and a document is translated as a whole: leave it out")
        computed = device, precision, engine, threads, quiet
        translate_as_documents(documents, output, model, to, from_, *computed, read_as, parameters, glossary)
        _say(choice, quiet)
        return
    if split_sentences:
        check_sentences("--split-sentences", prefix, prefix_file, phrase, attention, alignments, parameters or {})
    elif attention or alignments:
        split_sentences = False
    check_pictures(attention, alignments, [*paths, output, prefix_file])
    translator = open_translator(model, device, precision, engine)
    say_device(translator, device, quiet)
    looked = AttentionOutput(translator, attention, alignments, layer, head, self_attention)
    is_shown = is_terminal() and output in (None, "-")
    with resumed_later(output, quiet=quiet), progress_bar(quiet=quiet or is_shown) as progress, looked:
        report = translate_files(
            paths or GivenTexts(texts or []),
            output or "-",
            model=translator,
            to=to,
            from_=from_,
            parameters=parameters,
            prefix=prefix,
            prefix_file=prefix_file,
            phrases=phrase or (),
            format=format,
            into=into,
            split_sentences=split_sentences,
            guard=guard,
            glossary=glossary,
            read_as=read_as,
            threads=threads,
            resume=resume,
            force=force,
            progress=progress,
            seen=looked.see if looked.wanted else None,
        )
    _say(choice, quiet)
    if not quiet:
        _tell(report, output, parameters or {})


def _say(choice: ModelChoice, quiet: bool) -> None:
    """Say which model translates if it was not named, and a language that was found by the text."""
    way = f"from {choice.from_} to {choice.to}"
    if choice.is_shipped and not quiet:
        detected = " (found by the text; --from names another)" if choice.is_detected else ""
        note(f"{way}{detected}, by {choice.model}, which ships with nlpkit; --model names another")


def _tell(report: TranslateReport, output: str | None, parameters: dict[str, Any]) -> None:
    tell_left_out(report.left_out)
    if report.resumed:
        note(f"resumed after {report.resumed:,} of the texts")
    if report.several:
        note(
            f"warning: {report.several:,} of {report.texts:,} texts have more sentences than those the model was"
            " trained with, and their translations may lack some: --split-sentences translates each by itself"
        )
    if report.flags:
        found = ", ".join(f"{flag} {count:,}" for flag, count in sorted(report.flags.items()))
        note(f"doubtful translations of {report.texts:,}: {found}; --format jsonl says which")
    if report.unfinished:
        bounds = "--max-length" if "max_length" in parameters else "--max-ratio or --max-extra"
        cut_off = f"{report.unfinished:,} of {report.texts:,} translations"
        note(f"{cut_off} were cut off at the greatest length: raise {bounds}")
    if output not in (None, "-"):
        speed = report.tokens / max(report.seconds, 1e-9)
        note(f"{report.texts:,} translations in {output}, {speed:,.0f} target sub-words/s")
