"""The commands of ``nlpkit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nlpkit import __version__
from nlpkit.cli.analogy import analogy
from nlpkit.cli.convert import convert
from nlpkit.cli.embed import embed
from nlpkit.cli.info import info
from nlpkit.cli.parameters import parameters, with_parameters
from nlpkit.cli.search import search
from nlpkit.cli.similar import similar
from nlpkit.cli.terms import terms
from nlpkit.cli.train import train
from nlpkit.registry import EMBEDDERS, TRAINED

WITH_PARAMETERS: dict[str, tuple[Callable[..., None], dict[str, str]]] = {
    "embed": (embed, EMBEDDERS),
    "search": (search, EMBEDDERS),
    "train": (train, TRAINED),
}
"""Commands that take every parameter of these estimators, which are imported only when such a command runs."""

PLAIN: dict[str, Callable[..., None]] = {
    "similar": similar,
    "analogy": analogy,
    "convert": convert,
    "terms": terms,
    "info": info,
}

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """The group of commands; one that runs gets its estimators' options then."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name in WITH_PARAMETERS:
            single = typer.Typer(add_completion=False, rich_markup_mode="rich")
            function, methods = WITH_PARAMETERS[name]
            single.command(name, context_settings=_SETTINGS)(with_parameters(function, parameters(methods), methods))
            command = typer.main.get_command(single)
        return name, command, rest


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings=_SETTINGS,
)
for _name, (_function, _) in WITH_PARAMETERS.items():
    app.command(_name)(with_parameters(_function, {}))
for _name, _function in PLAIN.items():
    app.command(_name, context_settings=_SETTINGS)(_function)


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
    """Text in; vectors, models and answers out.

    \b
    nlpkit embed "one cat" "two cats"
    nlpkit embed -i reviews.txt -o vectors.npz --save model
    nlpkit search "a good plot" -i reviews.txt
    nlpkit train word2vec -i reviews.txt -o model
    nlpkit similar model good
    """
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)
