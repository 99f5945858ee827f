"""Options that are given more than once."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

from nlpkit.errors import ParameterError


def once(command: Any) -> Any:
    """Return a command, or a group of them, that refuses an option given twice unless it is repeatable."""
    for each in getattr(command, "commands", {}).values():
        once(each)
    if not hasattr(command, "commands"):
        command.parse_args = functools.partial(_parse, command, command.parse_args)
    return command


def _parse(command: Any, parse: Callable[..., Any], context: Any, arguments: list[str]) -> Any:
    given = list(arguments)
    result = parse(context, arguments)
    _, _, order = command.make_parser(context).parse_args(given)
    for option, times in Counter(order).items():
        if times > 1 and option.param_type_name == "option" and not option.multiple:
            raise ParameterError(f"{option.opts[-1]} is given {times} times: give it once")
    return result
