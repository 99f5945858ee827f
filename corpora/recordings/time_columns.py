"""Columns that hold a time under a name, or in a unit, that is not read."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

_START = {"start", "starts", "begin", "begins", "beginning", "onset", "offset", "from", "tmin"}
_END = {"end", "ends", "ending", "stop", "stops", "finish", "to", "until", "tmax"}
_DURATION = {"duration", "durations", "dur", "length", "len"}
_UNSURE = {"from", "to", "until", "length", "len"}
"""Words that mean a time only beside a unit."""

_UNITS = {
    "ms",
    "msec",
    "msecs",
    "millis",
    "millisecond",
    "milliseconds",
    "us",
    "usec",
    "microseconds",
    "ns",
    "s",
    "sec",
}
_UNITS |= {"secs", "second", "seconds", "min", "mins", "minute", "minutes", "h", "hours", "sample", "samples", "frame"}
_UNITS |= {"frames", "time", "times", "timestamp", "stamp"}
_FILLERS = {"t", "at", "pos", "position", "segment", "seg", "clip", "audio", "utt", "utterance", "speech", "in"}
_JOINED = re.compile(
    r"\b(start|begin|end|stop|onset|offset|duration|dur)(time|ms|msec|secs?|seconds|samples?|frames?)\b"
)
_NUMBER = re.compile(r"\s*\d[\d:.,]*\s*[a-z]{0,4}\s*")


def meaning(name: str) -> str:
    """Return ``"start"``, ``"end"`` or ``"duration"`` if the name of a column says such a time; or an empty string.

    Examples
    --------
    >>> meaning("start_ms"), meaning("endTime"), meaning("dur (s)"), meaning("begin"), meaning("end_date")
    ('start', 'end', 'duration', 'start', '')
    """
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", name).lower())
    parts = _JOINED.sub(r"\1 \2", " ".join(words)).split()
    times = {"start": _START, "end": _END, "duration": _DURATION}
    if any(part not in _UNITS | _FILLERS and not any(part in known for known in times.values()) for part in parts):
        return ""
    has_unit = any(part in _UNITS for part in parts)
    for what, known in times.items():
        if any(part in known and (part not in _UNSURE or has_unit) for part in parts):
            return what
    return ""


def is_needed(what: str, given: Collection[str]) -> bool:
    """Whether a time of this meaning says something that the times that are given do not.

    A duration without a start is that of the whole file, which is read in any case.
    """
    starts = "start" in given or "offset" in given
    if what == "start":
        return not starts
    if what == "end":
        return "end" not in given and not (starts and "duration" in given)
    return starts and "duration" not in given and "end" not in given


def looks_like_time(value: Any) -> bool:
    """Whether a value can be a time: a number, or digits such as 1:02.5, with a unit or without."""
    if isinstance(value, str):
        return _NUMBER.fullmatch(value.lower()) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)
