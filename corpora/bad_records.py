"""Records that can't be read: an error, or left out and counted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nlpkit.errors import InputError, ParameterError

ON_BAD = ("error", "skip")
NULLS = ("error", "empty", "skip")

UNDECODABLE = "can't be decoded"
BLANK = "blank line"
NULL = "null"
RAGGED = "wrong number of columns"


class LeftOut(dict[str, int]):
    """Number of skipped records by reason.

    Attributes
    ----------
    examples : dict of str to str
        The error of the first one of each reason, where it is known.
    """

    def __init__(self, counts: Mapping[str, int] = MappingProxyType({})) -> None:
        super().__init__(counts)
        self.examples: dict[str, str] = {}

    def count(self, reason: str, n: int = 1, example: str = "") -> None:
        """Add ``n``."""
        if n:
            self[reason] = self.get(reason, 0) + n
        if n and example:
            self.examples.setdefault(reason, example)

    def clear(self) -> None:
        """Begin anew."""
        super().clear()
        self.examples.clear()

    def in_words(self) -> str:
        """Return the reasons with their numbers.

        Examples
        --------
        >>> LeftOut({"blank line": 1200, "null": 1}).in_words()
        'blank line: 1,200, null: 1'
        """
        return ", ".join(f"{reason}: {n:,}" for reason, n in self.items())


class BadRecords:
    """Treatment of records that can't be read: an error, or skipped and counted.

    Parameters
    ----------
    left_out : LeftOut
        Counts those that are skipped.
    on_bad : {"error", "skip"}
        Raise an error, or skip the record and count it.
    nulls : {"error", "empty", "skip"}
        Raise an error where the text is null, or take it as empty, or skip and count it.
    may_skip : bool
        Whether records may be skipped at all; no message advises it where they may not.

    Raises
    ------
    ParameterError
        If an option has another value.
    """

    def __init__(
        self, left_out: LeftOut, *, on_bad: str = "error", nulls: str = "error", may_skip: bool = True
    ) -> None:
        for name, value, known in (("on_bad", on_bad, ON_BAD), ("nulls", nulls, NULLS)):
            if value not in known:
                raise ParameterError(f"{name} is {value!r}: expected one of {', '.join(known)}")
            if value == "skip" and not may_skip:
                advice = "remove it" if name == "on_bad" else "use 'empty'"
                raise ParameterError(f"{name} is 'skip', but the lines of all files have to correspond: {advice}")
        self._may_skip = may_skip
        self.left_out = left_out
        self.on_bad = on_bad
        self.nulls = nulls

    def record(self, reason: str, error: InputError | str) -> None:
        """Count a record under ``reason``.

        Raises
        ------
        InputError
            If bad records are errors; the message names the option that skips them.
        """
        if self.on_bad == "error":
            is_advised = self._may_skip and "--on-bad skip" not in str(error)
            raise InputError(f"{error}; --on-bad skip leaves it out" if is_advised else str(error))
        self.left_out.count(reason, example=str(error))

    def null(self, error: InputError | str) -> str | None:
        """Return the text of a null, or None if it is skipped.

        Raises
        ------
        InputError
            If nulls are errors; the message names the option that lets them through.
        """
        if self.nulls == "error":
            skipping = ", --nulls skip leaves it out" if self._may_skip else ""
            raise InputError(f"{error}; --nulls empty takes it as an empty text{skipping}")
        if self.nulls == "empty":
            return ""
        self.left_out.count(NULL, example=str(error))
        return None
