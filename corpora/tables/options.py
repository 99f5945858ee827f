"""Options of tables: how their cells are separated, and what their first line is."""

from __future__ import annotations

from dataclasses import dataclass

from nlpkit.errors import ParameterError

HEADERS = ("auto", "yes", "no")
QUOTINGS = ("auto", "none", "all")

_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|"}
_SHOWN = {"\t": "a tab", " ": "a space"}


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """How tables are read.

    Parameters
    ----------
    delimiter : str, optional
        Separator of the columns of CSV and TSV: one character, or ``tab``, ``comma``, ``semicolon``, ``space`` or
        ``pipe``; default: by the suffix, or the one that fits.
    header : {"auto", "yes", "no"}
        Whether the first line holds the names of the columns.
    quoting : {"auto", "none", "all"}
        Whether quotes around a cell are syntax; ``auto``: in CSV, and in TSV whose first MiB is quoted throughout.
    sheet : str, optional
        Name or number (from 1) of a spreadsheet's sheet; default: the only one.

    Raises
    ------
    ParameterError
        If an option has another value.
    """

    delimiter: str | None = None
    header: str = "auto"
    quoting: str = "auto"
    sheet: str | None = None

    def __post_init__(self) -> None:
        if self.delimiter is not None:
            character(self.delimiter)
        for name, value, known in (("header", self.header, HEADERS), ("quoting", self.quoting, QUOTINGS)):
            if value not in known:
                raise ParameterError(f"{name} is {value!r}: expected one of {', '.join(known)}")


def character(name: str) -> str:
    """Return the delimiter called ``name``.

    Raises
    ------
    ParameterError
        If it is neither one character nor a known name.
    """
    delimiter = _NAMED.get(name, name)
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ParameterError(f"delimiter is {name!r}: expected one character, or a name such as tab or semicolon")
    return delimiter


def shown(delimiter: str) -> str:
    """Return a delimiter for a message."""
    return _SHOWN.get(delimiter, repr(delimiter))
