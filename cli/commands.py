"""The commands of ``nlpkit``."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nlpkit import __version__
from nlpkit.cli.command import SETTINGS, Command
from nlpkit.registry import EMBEDDERS, TEXT_EMBEDDERS

SEARCH = {"translation": "nlpkit.decoding.options:DecodingOptions"}

COMMANDS = {
    "embed": Command(function="nlpkit.cli.embed:embed", classes=EMBEDDERS, method="tfidf"),
    "search": Command(function="nlpkit.cli.search:search", classes=TEXT_EMBEDDERS, method="tfidf"),
    "train": Command(function="nlpkit.cli.train:train"),
    "translate": Command(function="nlpkit.cli.translate:translate", classes=SEARCH, heading="How it is searched: "),
    "quantize": Command(function="nlpkit.cli.convert:quantize"),
    "export": Command(function="nlpkit.cli.export:export"),
    "similar": Command(function="nlpkit.cli.similar:similar"),
    "analogy": Command(function="nlpkit.cli.analogy:analogy"),
    "convert": Command(function="nlpkit.cli.convert:convert"),
    "terms": Command(function="nlpkit.cli.terms:terms"),
    "info": Command(function="nlpkit.cli.info:info"),
    "spectrogram": Command(function="nlpkit.cli.spectrogram:spectrogram"),
    "transcribe": Command(function="nlpkit.cli.transcribe:transcribe"),
    "record": Command(function="nlpkit.cli.record:record"),
    "evaluate": Command(function="nlpkit.cli.evaluate:evaluate"),
    "corpus": Command(function="nlpkit.cli.corpus:corpus"),
}


class Commands(TyperGroup):
    """The group of all commands."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return COMMANDS[cmd_name].build(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] in COMMANDS:
            return args[0], COMMANDS[args[0]].build(args[0], args[1:]), args[1:]
        self.commands.update(dict.fromkeys(COMMANDS))  # type: ignore[arg-type]  # names to suggest
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings=SETTINGS,
)


@app.callback()
def nlpkit(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", metavar="", help="Show the version and exit.")] = False,
) -> None:
    """Text and audio in; vectors, translations, transcripts, models, pictures and answers out.

    \b
    nlpkit embed "one cat" "two cats"
    nlpkit embed -i reviews.txt -o vectors.npz --save model
    nlpkit search "a good plot" -i reviews.txt
    nlpkit train word2vec -i reviews.txt -o model
    nlpkit similar model good
    nlpkit train translation --src train.en --trg train.de -o en-de
    nlpkit translate "two dogs run" --model en-de
    nlpkit train speech --manifest commands/ -o commands
    nlpkit transcribe talk.mp3 -o talk.srt
    nlpkit spectrogram speech.flac -o speech.png
    """
    if version:
        print(f"nlpkit {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)
