"""The part of a file that a record of a manifest names: its times and its channel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

TIME = "time that cannot be used"
CHANNEL = "channel that cannot be used"

_TIMES = ("start", "offset", "end", "duration")
_TOLERANCE = 0.02
"""Seconds by which times in a record may differ: those of most manifests are rounded to hundredths."""


class BadEntry(ValueError):
    """A record cannot be used.

    Attributes
    ----------
    reason : str
        Its kind, for counting.
    field : str
        The field that is wrong, if it is one.
    """

    def __init__(self, reason: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field

    def at(self, where: str) -> str:
        """Return the message about a record at ``where``."""
        return f"{where}, {self.field}: {self}" if self.field else f"{where}: {self}"


class Span(NamedTuple):
    """Start and end in seconds; and the duration of the file if that alone is known."""

    start: float
    end: float | None
    stated: float | None


def span_of(record: Mapping[str, Any]) -> Span:
    """Return the part that the fields start, offset, end and duration name.

    A duration without any of the others is that of the whole file.

    Raises
    ------
    BadEntry
        If a time is no number, or two contradict each other.

    Examples
    --------
    >>> span_of({"offset": 4, "duration": 2.5})
    Span(start=4.0, end=6.5, stated=None)
    >>> span_of({"duration": "2.5"})
    Span(start=0.0, end=None, stated=2.5)
    """
    if record.keys().isdisjoint(_TIMES):
        return Span(0.0, None, None)
    start, offset, end, duration = [seconds_of(record, name) for name in _TIMES]
    if start is not None and offset is not None and abs(start - offset) > _TOLERANCE:
        raise BadEntry(TIME, f"found start {start:g} s and offset {offset:g} s, expected one of them")
    begin = start if start is not None else offset
    if duration == 0:
        raise BadEntry(TIME, "found a duration of 0 s, expected more")
    if end is None:
        if duration is None or begin is None:
            return Span(begin or 0.0, None, duration)
        end = begin + duration
    elif duration is not None and abs(end - (begin or 0.0) - duration) > _TOLERANCE:
        raise BadEntry(
            TIME, f"found start {begin or 0:g} s, end {end:g} s and duration {duration:g} s, which do not agree"
        )
    if end <= (begin or 0.0):
        raise BadEntry(TIME, f"found end {end:g} s and start {begin or 0:g} s, expected a later end")
    return Span(begin or 0.0, end, None)


def seconds_of(record: Mapping[str, Any], name: str) -> float | None:
    """Return a time, or None if it is absent.

    Raises
    ------
    BadEntry
        If it is no number, negative or not finite.
    """
    value = record.get(name)
    if value is None or value == "":
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise BadEntry(TIME, f"found {value!r}, expected seconds, 0 or more", name)
    return number


def channel_of(value: Any, least: int = 1) -> int | None:
    """Return the number of a channel, counted from 1, or None if it is absent.

    Parameters
    ----------
    value : object
    least : int
        Number of the first channel where ``value`` stands.

    Raises
    ------
    BadEntry
        If it is no whole number, or less than ``least``.

    Examples
    --------
    >>> channel_of("2"), channel_of("2", least=0), channel_of("")
    (2, 3, None)
    """
    if value is None or value == "":
        return None
    try:
        number = -1 if isinstance(value, bool) or float(value) != int(float(value)) else int(float(value))
    except (TypeError, ValueError, OverflowError):
        number = -1
    if number < least:
        raise BadEntry(CHANNEL, f"found {value!r}, expected a whole number, counted from {least}", "channel")
    return number + 1 - least
