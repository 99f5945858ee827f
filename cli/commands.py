"""The commands of ``nlpkit``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
from nlpkit.cli.option_groups import expanded
from nlpkit.cli.parameters import parameters, with_parameters
from nlpkit.cli.search import search
from nlpkit.cli.similar import similar
from nlpkit.cli.spectrogram import spectrogram
from nlpkit.cli.terms import terms
from nlpkit.cli.train import train_words
from nlpkit.cli.train_translation import DERIVED, LEARNT, PROPOSED, translation
from nlpkit.cli.translate import SEARCH, translate
from nlpkit.errors import ParameterError
from nlpkit.jobs.models import DEFAULT_METHOD
from nlpkit.registry import EMBEDDERS, TEXT_EMBEDDERS, resolve


class Configured(NamedTuple):
    """A command that takes every parameter of some classes, which are imported only when it runs."""

    function: Callable[..., None]
    classes: dict[str, str]
    heading: str = "Parameters of "
    derived: Collection[str] = ()
    proposed: Collection[str] = ()

    def build(self, name: str, rest: Sequence[str]) -> Any:
        """Return the command with the options of its classes, of one method alone where that is enough.

        Parameters
        ----------
        name : str
        rest : sequence of str
            Arguments of the command.
        """
        method = self._method(rest)
        if method:
            command = self._command(name, {method: self.classes[method]})
            if not _strangers(command, rest):
                return command
        return self._command(name, self.classes)

    def _command(self, name: str, classes: dict[str, str]) -> Any:
        known = parameters(classes, derived=self.derived, proposed=self.proposed)
        single = typer.Typer(add_completion=False, rich_markup_mode="rich")
        complete = with_parameters(expanded(self.function), known, classes, self.heading)
        single.command(name, context_settings=_SETTINGS)(complete)
        return typer.main.get_command(single)

    def _method(self, rest: Sequence[str]) -> str | None:
        """Return the method that the arguments name, if they ask for no help."""
        if self.classes.keys() & {*EMBEDDERS} != self.classes.keys() or {"-h", "--help"} & {*rest}:
            return None
        found = DEFAULT_METHOD
        for word, following in zip(rest, [*rest[1:], ""], strict=False):
            if word in ("-m", "--method"):
                found = following
            elif word.startswith("--method="):
                found = word.partition("=")[2]
        return found if found in self.classes else None


def _strangers(command: Any, rest: Sequence[str]) -> list[str]:
    """Return the options among the arguments that a command does not have."""
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    before = rest[: rest.index("--")] if "--" in rest else rest
    return [name for word in before if word.startswith("--") and (name := word.partition("=")[0]) not in known]


_SETTINGS = {"help_option_names": ["-h", "--help"]}

WITH_PARAMETERS = {
    "embed": Configured(embed, EMBEDDERS),
    "search": Configured(search, TEXT_EMBEDDERS),
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


class Commands(TyperGroup):
    """The group of commands; one that runs gets its estimators' options then."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if name in WITH_PARAMETERS:
            command = WITH_PARAMETERS[name].build(name, rest)
        return name, command, rest


class Trainings(TyperGroup):
    """The commands of ``nlpkit train``: one for each method that trains in epochs, and translation."""

    def list_commands(self, ctx: Any) -> list[str]:
        from nlpkit.jobs.train import trained_methods

        return [*trained_methods(), "translation"]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        for option in _strangers(command, rest):
            methods = [method for method in self.list_commands(ctx) if method in EMBEDDERS]
            owners = [method for method in methods if option[2:].replace("-", "_") in resolve(method).defaults()]
            if owners:
                raise ParameterError(f"{name} has no {option}: it belongs to {', '.join(owners)}")
        return name, command, rest

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name == "translation":
            return TRAIN_TRANSLATION.build(cmd_name, ())
        known = self.list_commands(ctx)
        if cmd_name not in known:
            raise ParameterError(f"there is no training {cmd_name!r}: choose one of {', '.join(known)}")
        return Configured(train_words, {cmd_name: EMBEDDERS[cmd_name]}).build(cmd_name, ())


train = typer.Typer(
    cls=Trainings, rich_markup_mode="rich", invoke_without_command=True, context_settings=_SETTINGS, name="train"
)


@train.callback()
def _train(context: typer.Context) -> None:
    """Train word vectors on a corpus, or a translation model on sentence pairs, into a model folder.

    \b
    nlpkit train word2vec -i corpus.txt -o model
    nlpkit train fasttext -i corpus/*.txt.gz -o model --vector-size 300 --epochs 10
    nlpkit train translation --src train.en --trg train.de -o en-de
    """
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


app = typer.Typer(
    cls=Commands,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    invoke_without_command=True,
    context_settings=_SETTINGS,
)
for _name, _configured in WITH_PARAMETERS.items():
    app.command(_name)(with_parameters(expanded(_configured.function), {}))
for _name, _function in PLAIN.items():
    app.command(_name, context_settings=_SETTINGS)(_function)
app.add_typer(train, name="train")
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
