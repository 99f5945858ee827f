"""Values of JSON, Parquet and spreadsheets as texts."""

from __future__ import annotations

import datetime
from typing import Any

from nlpkit.corpora.bad_records import UNDECODABLE, BadRecords
from nlpkit.corpora.decoding import MARK, Decoding

NOT_A_TEXT = "not a text"

Text = str | list[str]
"""A text, or its tokens where it is cut already."""


class WrittenFloat(float):
    """A number that knows how it was written: ``1.10``."""

    written: str

    def __new__(cls, written: str) -> WrittenFloat:
        number = super().__new__(cls, written)
        number.written = written
        return number

    def __str__(self) -> str:
        return self.written


class TextValues:
    """Takes values as texts.

    Parameters
    ----------
    bad : BadRecords
        Treatment of values that are no texts, and of nulls.
    decoding : Decoding
        How bytes are decoded.
    numbers : bool
        Whether numbers are texts too.
    cells : bool
        Whether numbers, dates and truth values are, as in the cells of a spreadsheet.
    tokens : bool
        Whether lists of strings are texts, cut into tokens.
    """

    def __init__(
        self,
        bad: BadRecords,
        decoding: Decoding,
        *,
        numbers: bool = False,
        cells: bool = False,
        tokens: bool = True,
    ) -> None:
        self._bad = bad
        self._decoding = decoding
        self._numbers = numbers
        self._cells = cells
        self._tokens = tokens

    def text(self, value: Any, where: str, *at: object) -> Text | None:
        """Return the text, or None if it is left out.

        Parameters
        ----------
        value : object
        where : str
            Place of the value, for messages: ``{}, line {}: the field 'text'``.
        *at
            Values for the braces.

        Raises
        ------
        InputError
            If the value is no text, and bad records are errors; or null, and nulls are.
        """
        if isinstance(value, str):
            if MARK in value and self._decoding.errors == "skip":
                self._bad.left_out.count(UNDECODABLE)
                return None
            return value
        if value is None:
            return self._bad.null(f"{where.format(*at)} is null")
        if isinstance(value, bytes):
            return self._decoded(value, where.format(*at))
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_cell = self._cells and isinstance(value, int | float | datetime.date | datetime.time)
        if is_cell or (self._numbers and is_number):
            return written(value)
        if self._tokens and isinstance(value, list) and all(isinstance(token, str) for token in value):
            return value
        found = _kind(value)
        hint = "; --numbers-as-text takes it as a text" if found == "a number" else ""
        expected = "a string or a list of strings" if self._tokens and found == "an array" else "a string"
        self._bad.record(NOT_A_TEXT, f"{where.format(*at)} holds {found}, expected {expected}{hint}")
        return None

    def _decoded(self, value: bytes, where: str) -> str | None:
        codec, offset = self._decoding.start(value[:4])
        try:
            return self._decoding.decode(value[offset:], codec)
        except UnicodeDecodeError as error:
            if self._decoding.errors != "skip":
                raise self._decoding.refuse(error, where, line=None, offset=offset) from None
        self._bad.left_out.count(UNDECODABLE)
        return None


def written(value: Any) -> str:
    """Return a number, a date or a truth value as text; an integral float without ``.0``.

    Examples
    --------
    >>> written(2.0), written(1e20), written(0.5), written(True)
    ('2', '100000000000000000000', '0.5', 'true')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not isinstance(value, WrittenFloat) and value.is_integer():
        return str(int(value))
    return str(value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    return "a number" if isinstance(value, int | float) else type(value).__name__
