"""The estimators' parameters as options of a command: names, types and defaults from the classes, help from their docs.

The help of an option is the first paragraph that the class's docstring has for the parameter; what only Python can
give, such as a function, is described in a paragraph of its own.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any

import typer

from nlpkit.cli.options import described
from nlpkit.cli.screens.screen import note
from nlpkit.errors import InputError, ParameterError
from nlpkit.registry import EMBEDDERS, resolve

ELSEWHERE = {"input", "encoding", "decode_error", "preprocessor", "threads"}
"""Parameters about how texts are read, that take only functions, or that are a command's own options."""

_DASHES = {"-"}
_WIDEST = 24
"""Choices of more characters stand in the help of their option."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter that one or more methods have.

    Attributes
    ----------
    annotation : str
        The type in the class's definition.
    kind, description : str
        The type and the text in its docstring.
    methods, defaults : tuple
        The methods that have it, and what its default is there.
    is_proposed : bool
        Whether its value is proposed from the input, where it isn't given.
    """

    name: str
    annotation: str
    kind: str
    description: str
    methods: tuple[str, ...]
    defaults: tuple[Any, ...]
    is_proposed: bool = False

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def is_flag(self) -> bool:
        return self.annotation == "bool"

    @property
    def is_optional(self) -> bool:
        return re.search(r"\bNone\b", self.annotation) is not None

    @property
    def _or_none(self) -> str:
        return ", or none" if self.is_optional else ""

    def read(self, value: str | bool) -> Any:
        """Return what the words on the command line stand for.

        Raises
        ------
        ParameterError
            If they are of another type than the parameter.
        """
        if isinstance(value, bool):
            return value
        if self.is_optional and value.lower() == "none":
            return None
        if self.name in _NAMED:
            return _NAMED[self.name].read(value)
        is_one = "int" in self.annotation.split(" | ") and re.fullmatch(r"[+-]?\d+", value)
        if "tuple" in self.annotation and not is_one:
            return _numbers(self.option, value, self.annotation)
        types = set(re.findall(r"\w+", self.annotation))
        if "int" in types and re.fullmatch(r"[+-]?\d+", value):
            return int(value)
        if "float" in types:
            return _float(self.option, value, self._or_none)
        if "int" in types and "str" not in types:
            raise ParameterError(f"{self.option} is {value!r}: expected a whole number{self._or_none}")
        return value


def parameters(
    methods: Mapping[str, str] = EMBEDDERS, *, derived: Collection[str] = (), proposed: Collection[str] = ()
) -> dict[str, Parameter]:
    """Return the parameters of methods, those that most of them share first, without ``derived`` ones."""
    found: dict[str, Parameter] = {}
    for method in methods:
        cls = resolve(method, methods)
        described = documented(cls)
        for field in fields(cls):
            if field.name in ELSEWHERE or field.name in derived:
                continue
            known = found.get(field.name)
            annotation = str(getattr(field.type, "__name__", field.type))
            kind, description = described.get(field.name, ("", ""))
            if known and not re.search(rf"(^|\| ){re.escape(annotation)}( \||$)", known.annotation):  # for two things
                owner = "sound" if getattr(cls, "takes_sound", False) else method
                description = f"{known.description} Of {owner}: {description[:1].lower()}{description[1:]}"
                annotation, kind = f"{known.annotation} | {annotation}", ""
            elif known:
                kind = kind if annotation == known.annotation else known.kind
                annotation, description = known.annotation, known.description
            found[field.name] = Parameter(
                name=field.name,
                annotation=annotation,
                kind=kind,
                description=description,
                methods=(*known.methods, method) if known else (method,),
                defaults=(*known.defaults, field.default) if known else (field.default,),
                is_proposed=field.name in proposed,
            )
    return dict(sorted(found.items(), key=lambda item: -len(item[1].methods)))


def documented(cls: type) -> dict[str, tuple[str, str]]:
    """Return the type and the text, on one line, that numpydoc docstrings of a class and its bases give."""
    found: dict[str, tuple[str, str]] = {}
    for base in reversed(cls.__mro__):
        found |= _documented_in(inspect.cleandoc(base.__doc__ or "").splitlines())
    return {name: (kind, text.replace("`", "")) for name, (kind, text) in found.items()}


def _documented_in(lines: list[str]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    names: list[str] = []
    inside = False
    for line, underline in zip(lines, [*lines[1:], ""], strict=True):
        if set(underline) == _DASHES:
            inside = line == "Parameters"
        elif inside and " : " in line and not line[0].isspace():
            heads, _, kind = line.partition(" : ")
            names = [name.strip() for name in heads.split(",")]
            found |= dict.fromkeys(names, (kind, ""))
        elif inside and (not line or not line[0].isspace()):
            names = []
        elif inside:
            found |= {name: (found[name][0], f"{found[name][1]} {line.strip()}".strip()) for name in names}
    return found


def with_parameters(
    function: Callable[..., None],
    known: dict[str, Parameter],
    methods: Mapping[str, str] = EMBEDDERS,
    heading: str = "Parameters of ",
) -> Callable[..., None]:
    """Return ``function`` with an option for each parameter in place of its argument ``parameters``.

    ``known`` are the parameters of ``methods``; those that the function has itself are left out. The function gets
    those that were given, read, as a dict. Their help stands under ``heading`` and the methods that have them.
    """
    own_names = inspect.signature(function).parameters
    known = {name: parameter for name, parameter in known.items() if name not in own_names}

    def command(**given: Any) -> None:
        words = {name: given.pop(name) for name in known}
        method = given.get("method")
        for name, value in words.items():
            if value is not None and method in methods and method not in known[name].methods:
                owners = ", ".join(known[name].methods)
                raise ParameterError(f"{method} has no {known[name].option}: it belongs to {owners}")
        read = {name: known[name].read(value) for name, value in words.items() if value is not None}
        if read.get("device") == "auto" and not given.get("quiet"):
            from nlpkit.device import resolve_device

            note(f"device auto is {resolve_device('auto')} here")
        function(**given, parameters=read)

    signature = inspect.signature(function, eval_str=True)
    own = [argument for argument in signature.parameters.values() if argument.name != "parameters"]
    options = [_option(parameter, len(methods), heading) for parameter in known.values()]
    command.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
    command.__annotations__ = {argument.name: argument.annotation for argument in [*own, *options]}
    command.__doc__ = function.__doc__
    return command


def read_terms(path: str) -> list[str]:
    """Return the terms in a file, one on each line.

    Raises
    ------
    InputError
        If the file can't be read or holds none.
    """
    from nlpkit.corpora import Texts

    terms = [term for term in Texts([path], per="line").texts() if term]
    if not terms:
        raise InputError(f"{path}: empty, expected one term on each line")
    return terms


def _option(parameter: Parameter, n_methods: int, heading: str) -> inspect.Parameter:
    everywhere = len(parameter.methods) == n_methods > 1
    panel = "every method" if everywhere else ", ".join(parameter.methods)
    names = f"{parameter.option}/--no-{parameter.option[2:]}" if parameter.is_flag else parameter.option
    info = typer.Option(
        names,
        help=described(_help(parameter).replace("[", r"\["), _default(parameter)),
        metavar="" if parameter.is_flag else _metavar(parameter),
        show_default=False,
        rich_help_panel=heading + panel,
    )
    kind = bool | None if parameter.is_flag else str | None
    return inspect.Parameter(
        parameter.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, info]
    )


def _help(parameter: Parameter) -> str:
    text = parameter.description
    choices = _choices(parameter)
    return text if len(choices) <= _WIDEST else f"{' or '.join(choices.split('|'))}: {text[:1].lower()}{text[1:]}"


def _choices(parameter: Parameter) -> str:
    """Return the choices of a type such as ``{"l2", "l1", None}``."""
    before, brace, rest = parameter.kind.partition("{")
    names = rest.partition("}")[0].split(", ") if brace and not before else []
    return "|".join("none" if name == "None" else name.strip('"') for name in names)


def _metavar(parameter: Parameter) -> str:
    if parameter.name in _NAMED:
        return _NAMED[parameter.name].metavar
    if "tuple" in parameter.annotation:
        return "N,N,..." if "..." in parameter.annotation else "MIN,MAX"
    choices = _choices(parameter)
    if choices:
        return choices if len(choices) <= _WIDEST else "NAME"
    types = set(re.findall(r"\w+", parameter.annotation))
    if types & {"int", "float"}:
        return "NUMBER|NAME" if "str" in types else "NUMBER"
    return "TEXT"


def _default(parameter: Parameter) -> str:
    """Return what most methods have as default, and the others' beside it."""
    if parameter.is_proposed:
        return "proposed"
    shown = [_shown(default) for default in parameter.defaults]
    usual = max(shown, key=shown.count)
    others: dict[str, list[str]] = {}
    for text, name in zip(shown, parameter.methods, strict=True):
        if text != usual:
            others.setdefault(text, []).append(name)
    return "; ".join([usual, *(f"{text} for {', '.join(names)}" for text, names in others.items())])


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return ",".join(map(str, default))
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, type):
        return default.__name__
    return "none" if default is None else str(default).replace("[", r"\[")


def _numbers(option: str, value: str, annotation: str) -> tuple[float, ...]:
    """Return numbers with commas between them; of two, one may stand for both."""
    kind, what = (float, "numbers") if "float" in annotation else (int, "whole numbers")
    parts = value.split(",")
    any_number = "..." in annotation
    if len(parts) == 1 and not any_number:
        parts *= 2
    try:
        found = tuple(map(kind, parts))
    except ValueError:
        found = ()
    if not found or (len(found) != 2 and not any_number):
        expected = f"{what}, such as 1,2" if any_number else f"two {what}, such as 1,2, or one for both"
        raise ParameterError(f"{option} is {value!r}: expected {expected}")
    return found


def _float(option: str, value: str, otherwise: str = "") -> float:
    try:
        return float(value)
    except ValueError:
        raise ParameterError(f"{option} is {value!r}: expected a number{otherwise}") from None


def _decibels(value: str) -> float:
    return _float("--top-db", value, " above 0, or none")


def _dtype(value: str) -> Any:
    import numpy as np

    try:
        return np.dtype(value).type
    except (TypeError, ValueError, SyntaxError):
        raise ParameterError(f"--dtype is {value!r}: expected one such as float64, float32 or int64") from None


@dataclass(frozen=True)
class _Words:
    """How the words on the command line are shown and read for a parameter whose type alone doesn't say it."""

    metavar: str
    read: Callable[[str], Any]


_NAMED = {
    "dtype": _Words("NAME", _dtype),
    "stop_words": _Words("english|FILE", lambda value: value if value == "english" else read_terms(value)),
    "tokenizer": _Words("NAME", str),
    "top_db": _Words("NUMBER|none", lambda value: value if value == "preset" else _decibels(value)),
    "vocabulary": _Words("FILE", read_terms),
}
