"""Groups of options that become one object: how texts and pairs are read, how rows are written."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_args

from nlpkit.cli import options as shared
from nlpkit.cli import pair_options, reading_options, sound_options
from nlpkit.jobs.inputs import PairReading, Reading, Writing
from nlpkit.jobs.sound import Sound

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
    sound_options.ManifestReading: sound_options.MANIFEST_OPTIONS,
    Sound: {
        "manifest": sound_options.Manifest,
        "split": sound_options.Split,
        "channel": sound_options.Channel,
        "salvage": sound_options.Salvage,
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

    Options that two classes have are one option for both. An argument ``Annotated[Reading, "per"]`` has no option
    ``per``. An argument ``parameters``, for which `nlpkit.cli.parameters.with_parameters` puts further options, is
    left out.
    """
    groups: dict[str, tuple[type[Any], list[str]]] = {}
    parameters: list[inspect.Parameter] = []
    signature = inspect.signature(function, eval_str=True)
    for name, parameter in signature.parameters.items():
        cls, *without = get_args(parameter.annotation) or [parameter.annotation]
        if isinstance(cls, type) and cls in EXPANDED:
            groups[name] = cls, [option for option in EXPANDED[cls] if option not in without]
            for option in groups[name][1]:
                default = cls.__dataclass_fields__[option].default
                annotation = EXPANDED[cls][option]
                if option not in {each.name for each in parameters}:
                    parameters.append(inspect.Parameter(option, parameter.kind, default=default, annotation=annotation))
        elif name != "parameters":
            parameters.append(parameter)

    grouped = {option for _, options in groups.values() for option in options}

    @functools.wraps(function)
    def command(**given: Any) -> None:
        made = {argument: cls(**{name: given[name] for name in options}) for argument, (cls, options) in groups.items()}
        function(**{name: value for name, value in given.items() if name not in grouped}, **made)

    command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command
