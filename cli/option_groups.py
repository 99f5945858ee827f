"""Groups of options that become one object: how texts and pairs are read, how rows are written."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from nlpkit.cli import options, pair_options
from nlpkit.jobs.inputs import PairReading, Reading, Writing

EXPANDED: dict[type[Any], dict[str, Any]] = {
    Reading: {
        "per": options.Per,
        "field": options.Field,
        "column": options.Column,
        "delimiter": options.Delimiter,
        "encoding": options.Encoding,
        "decode_errors": options.DecodeErrors,
    },
    PairReading: {
        "from_": pair_options.From,
        "to": pair_options.To,
        "columns": pair_options.Columns,
        "fields": pair_options.Fields,
        "delimiter": options.Delimiter,
        "encoding": options.Encoding,
        "decode_errors": options.DecodeErrors,
    },
    Writing: {
        "shard_format": options.ShardFormat,
        "shard_rows": options.ShardRows,
        "one_based": options.OneBased,
        "force": options.ReplaceFolder,
        "resume": options.ResumeFolder,
    },
}
"""Options in place of an argument of each of these classes; their help and defaults stand there and in the class."""


def expanded(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options of `EXPANDED` in place of its arguments of those classes.

    An argument ``parameters``, for which `nlpkit.cli.parameters.with_parameters` puts further options, is left out.
    """
    signature = inspect.signature(function, eval_str=True)
    groups = {name: found.annotation for name, found in signature.parameters.items() if found.annotation in EXPANDED}

    @functools.wraps(function)
    def command(**given: Any) -> None:
        for argument, cls in groups.items():
            given[argument] = cls(**{name: given.pop(name) for name in EXPANDED[cls]})
        function(**given)

    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        if name == "parameters":
            continue
        if name not in groups:
            parameters.append(parameter)
            continue
        defaults = {entry.name: entry.default for entry in fields(groups[name])}
        parameters += [
            inspect.Parameter(option, parameter.kind, default=defaults[option], annotation=annotation)
            for option, annotation in EXPANDED[groups[name]].items()
        ]
    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command
