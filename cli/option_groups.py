"""Groups of options that become one object: how texts and pairs are read, how rows are written."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from nlpkit.cli import options as shared
from nlpkit.cli import pair_options, reading_options
from nlpkit.jobs.inputs import PairReading, Reading, Writing

TABLES = {
    "delimiter": shared.Delimiter,
    "header": reading_options.Header,
    "quoting": reading_options.Quoting,
    "sheet": reading_options.Sheet,
    "numbers_as_text": reading_options.NumbersAsText,
    "nulls": reading_options.Nulls,
    "on_bad": reading_options.OnBad,
}
"""Options about tables and their records."""

EXPANDED: dict[type[Any], dict[str, Any]] = {
    Reading: {
        "per": shared.Per,
        "field": shared.Field,
        "column": shared.Column,
        **TABLES,
        "encoding": shared.Encoding,
        "decode_errors": shared.DecodeErrors,
    },
    PairReading: {
        "from_": pair_options.From,
        "to": pair_options.To,
        "columns": pair_options.Columns,
        "fields": pair_options.Fields,
        **TABLES,
        "keep_tags": reading_options.KeepTags,
        "encoding": shared.Encoding,
        "decode_errors": shared.DecodeErrors,
    },
    Writing: {
        "shard_format": shared.ShardFormat,
        "shard_rows": shared.ShardRows,
        "one_based": shared.OneBased,
        "force": shared.ReplaceFolder,
        "resume": shared.ResumeFolder,
    },
}
"""Options in place of an argument of each of these classes; their help and defaults stand there and in the class."""


def expanded(function: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options of `EXPANDED` in place of its arguments of those classes.

    An argument ``parameters``, for which `nlpkit.cli.parameters.with_parameters` puts further options, is left out.
    """
    groups = {}
    parameters: list[inspect.Parameter] = []
    signature = inspect.signature(function, eval_str=True)
    for name, parameter in signature.parameters.items():
        options = EXPANDED.get(parameter.annotation) if isinstance(parameter.annotation, type) else None
        if options:
            groups[name] = parameter.annotation
            for option, annotation in options.items():
                default = parameter.annotation.__dataclass_fields__[option].default
                parameters.append(inspect.Parameter(option, parameter.kind, default=default, annotation=annotation))
        elif name != "parameters":
            parameters.append(parameter)

    @functools.wraps(function)
    def command(**given: Any) -> None:
        for argument, cls in groups.items():
            given[argument] = cls(**{name: given.pop(name) for name in EXPANDED[cls]})
        function(**given)

    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command
