"""``nlpkit translate``: texts in, translations out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nlpkit.cli import options
from nlpkit.cli.screens.screen import is_terminal, note, progress_bar, tell_left_out
from nlpkit.corpora import GivenTexts
from nlpkit.errors import ParameterError
from nlpkit.jobs.inputs import Reading
from nlpkit.jobs.places import check_place, real_place
from nlpkit.jobs.translate import TranslateReport, open_translator, translate_files

if TYPE_CHECKING:
    from nlpkit.translation.translations import Translation
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
        str,
        typer.Option(
            "--format",
            metavar="text|jsonl",
            help="A line for each text (with --n-best that many, index⇥score⇥text), or a JSON object.",
        ),
    ] = "text",
    prefix: Annotated[
        str | None, typer.Option("--prefix", metavar="TEXT", help="Words with which every translation has to begin.")
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
    precision: options.Precision = "float32",
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
    nlpkit translate -i book.txt --model en-de --n-best 3 --format jsonl
    nlpkit translate "two dogs run" --model en-de --attention map.png
    """
    if model is None:
        raise ParameterError("name the folder of the model with --model")
    paths = [*inputs, *(texts or [])] if inputs else []
    if not paths and texts:
        options.refuse_paths(texts)
        options.refuse_without_inputs(read_as)
    elif not paths:
        if not options.is_piped():
            print(context.get_help())
            raise typer.Exit(2)
        paths = ["-"]
    if split_sentences:
        _check_sentences(prefix, phrase, attention, alignments, parameters or {})
    _check_pictures(attention, alignments, [*paths, output])
    translator = open_translator(model, device, precision)
    _say_device(translator, device, quiet)
    looked = _Attention(translator, attention, alignments, layer, head, self_attention)
    with progress_bar(quiet=quiet or (is_terminal() and output in (None, "-"))) as progress, looked:
        report = translate_files(
            paths or GivenTexts(texts or []),
            output or "-",
            model=translator,
            parameters=parameters,
            prefix=prefix,
            phrases=phrase or (),
            format=format,
            split_sentences=split_sentences,
            read_as=read_as,
            threads=threads,
            progress=progress,
            seen=looked.see if looked.wanted else None,
        )
    if not quiet:
        _tell(report, output, parameters or {})


def _check_sentences(
    prefix: str | None,
    phrase: list[str] | None,
    attention: str | None,
    alignments: str | None,
    parameters: dict[str, Any],
) -> None:
    """Refuse what only a text translated as a whole has."""
    given = {"--prefix": prefix, "--phrase": phrase, "--attention": attention, "--alignments": alignments}
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
    if device == "auto" and not quiet and translator.model.device.type != "cpu":
        note(f"device auto is {translator.model.device} here")


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


class _Attention:
    """Output of attention: a picture, a map on the terminal, alignments in a file."""

    def __init__(
        self,
        translator: Translator,
        picture: str | None,
        alignments: str | None,
        layer: int,
        head: int | None,
        of_source: bool,
    ) -> None:
        from nlpkit.outputs.files import PendingFile

        self.wanted = picture is not None or alignments is not None
        self._translator, self._layer, self._head, self._of_source = translator, layer, head, of_source
        self._picture = picture
        if of_source and (picture is None or alignments is not None):
            raise ParameterError("--self-attention is shown by --attention: give it too, and no --alignments")
        if picture not in (None, "-") and os.path.splitext(str(picture))[1].lower() != ".png":
            raise ParameterError(f"--attention is {picture!r}: expected a name that ends in .png, or -")
        if not self.wanted and (layer != -1 or head is not None):
            raise ParameterError(
                "--layer and --head are of what --attention and --alignments show: give one of these too"
            )
        if self.wanted:
            translator.check_attention(layer, head, of_source=of_source)
        self._alignments = None if alignments is None else PendingFile(alignments)

    def see(self, translation: Translation) -> None:
        """Take the next text's translation."""
        from nlpkit.outputs.files import output_errors
        from nlpkit.translation.attention_picture import attention_png

        attention = self._translator.word_attention(
            translation, layer=self._layer, head=self._head, of_source=self._of_source
        )
        if self._alignments is not None:
            with output_errors(self._alignments.path):
                self._alignments.file.write((attention.pharaoh + "\n").encode())
        if self._picture == "-":
            from nlpkit.cli.screens.attention_view import show_attention

            show_attention(attention)
        elif self._picture is not None and attention.target:
            from nlpkit.outputs.files import PendingFile

            with PendingFile(self._picture) as file:
                file.write(attention_png(attention))
            self._picture = None

    def __enter__(self) -> _Attention:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if self._alignments is not None:
            self._alignments.__exit__(kind, error, traceback)
        if self._picture not in (None, "-") and error is None:
            note(f"{self._picture}: there is no picture, since there is no translation with words")
