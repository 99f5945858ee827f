"""The commands of ``nlpkit``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from nlpkit import __version__
from nlpkit.cli.analogy import analogy
from nlpkit.cli.convert import convert
from nlpkit.cli.corpus import corpus
from nlpkit.cli.embed import embed
from nlpkit.cli.evaluate import evaluate
from nlpkit.cli.info import info
from nlpkit.cli.parameters import parameters, with_parameters
from nlpkit.cli.search import search
from nlpkit.cli.similar import similar
from nlpkit.cli.spectrogram import spectrogram
from nlpkit.cli.terms import terms
from nlpkit.cli.train import train
from nlpkit.cli.train_translation import DERIVED, LEARNT, PROPOSED, translation
from nlpkit.cli.translate import SEARCH, translate
from nlpkit.registry import EMBEDDERS, TEXT_EMBEDDERS, TRAINED


class Configured(NamedTuple):
    """A command that takes every parameter of some classes, which are imported only when it runs."""

    function: Callable[..., None]
    classes: dict[str, str]
    heading: str = "Parameters of "
    derived: Collection[str] = ()
    proposed: Collection[str] = ()


WITH_PARAMETERS = {
    "embed": Configured(embed, EMBEDDERS),
    "search": Configured(search, TEXT_EMBEDDERS),
    "train": Configured(train, TRAINED),
    "translate": Configured(translate, SEARCH, "How it is searched: "),
}
TRAIN_TRANSLATION = Configured(translation, LEARNT, "Parameters of ", DERIVED, PROPOSED)

PLAIN: dict[str, Callable[..., None]] = {
    "similar": similar,
    "analogy": analogy,
    "convert": convert,
    "terms": terms,
    "info": info,
    "spectrogram": spectrogram,
    "evaluate": evaluate,
}

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """The group of commands; one that runs gets its estimators' options then."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name in WITH_PARAMETERS:
            single = typer.Typer(add_completion=False, rich_markup_mode="rich")
            chosen = WITH_PARAMETERS[name]
            if name == "train" and rest[:1] == ["translation"]:
                name, chosen, rest = "train translation", TRAIN_TRANSLATION, rest[1:]
            known = parameters(chosen.classes, derived=chosen.derived, proposed=chosen.proposed)
            complete = with_parameters(chosen.function, known, chosen.classes, chosen.heading)
            single.command(name, context_settings=_SETTINGS)(complete)
            command = typer.main.get_command(single)
        return name, command, rest


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings=_SETTINGS,
)
for _name, _configured in WITH_PARAMETERS.items():
    app.command(_name)(with_parameters(_configured.function, {}))
for _name, _function in PLAIN.items():
    app.command(_name, context_settings=_SETTINGS)(_function)
app.add_typer(corpus, name="corpus")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"nlpkit {__version__}")
        raise typer.Exit


@app.callback()
def nlpkit(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", metavar="", callback=_print_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Text and audio in; vectors, translations, models, pictures and answers out.

    \b
    nlpkit embed "one cat" "two cats"
    nlpkit embed -i reviews.txt -o vectors.npz --save model
    nlpkit search "a good plot" -i reviews.txt
    nlpkit train word2vec -i reviews.txt -o model
    nlpkit similar model good
    nlpkit train translation --src train.en --trg train.de -o en-de
    nlpkit translate "two dogs run" --model en-de
    nlpkit spectrogram speech.flac -o speech.png
    """
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)
