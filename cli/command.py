"""Command: a command of ``nlpkit``, which is imported, and gets the options that it needs, when it runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import typer

from nlpkit.cli.once import once
from nlpkit.cli.option_groups import expanded
from nlpkit.registry import resolve

SETTINGS = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command, and the classes whose parameters are options of it.

    Attributes
    ----------
    function : str
        ``"module:function"``, or ``"module:group"`` of a group of commands.
    classes : mapping of str to str
        Classes by the name under which their parameters stand in the help. They are imported for the help, and where an
        option is given that only they have.
    heading : str
        Text before that name.
    derived, proposed : collection of str
        Parameters that are no options, and those whose default is proposed from the input.
    method : str
        The class that is meant without ``--method``, if the classes are methods.
    """

    function: str
    classes: Mapping[str, str] = field(default_factory=dict)
    heading: str = "Parameters of "
    derived: Collection[str] = ()
    proposed: Collection[str] = ()
    method: str | None = None

    def build(self, name: str, arguments: Sequence[str] | None = None) -> Any:
        """Return the command, with no more of its classes' options than ``arguments`` need; all of them for help."""
        found = resolve("function", {"function": self.function})
        if isinstance(found, typer.Typer):
            return once(typer.main.get_command(found))
        plain = self._command(name, found, {})
        if not self.classes or arguments is None:
            return plain
        wants_help = {"-h", "--help"} & {*arguments} or not (arguments or self.method)
        if not wants_help and not strangers(plain, arguments):
            return plain
        method = _method(arguments, self.method) if self.method else ""
        if method in self.classes and not wants_help:
            command = self._command(name, found, {method: self.classes[method]})
            if not strangers(command, arguments):
                return command
        return self._command(name, found, self.classes)

    def _command(self, name: str, function: Any, classes: Mapping[str, str]) -> Any:
        command = expanded(function)
        if classes:
            from nlpkit.cli.parameters import parameters, with_parameters

            known = parameters(classes, derived=self.derived, proposed=self.proposed)
            command = with_parameters(command, known, classes, self.heading)
        single = typer.Typer(add_completion=False, rich_markup_mode="rich")
        single.command(name, context_settings=SETTINGS)(command)
        return once(typer.main.get_command(single))


def strangers(command: Any, arguments: Sequence[str]) -> list[str]:
    """Return the options among the arguments that a command does not have."""
    known: set[str] = set()
    for parameter in command.params:
        known.update(parameter.opts, parameter.secondary_opts)
    found = []
    for word in arguments[: arguments.index("--")] if "--" in arguments else arguments:
        name = word.partition("=")[0]
        if name.startswith("--") and name not in known:
            found.append(name)
    return found


def _method(arguments: Sequence[str], default: str) -> str:
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if word in ("-m", "--method"):
            return following
        if word.startswith("--method="):
            return word.partition("=")[2]
    return default
