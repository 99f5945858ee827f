"""Which texts of a file are read, and the runs of texts that readers yield."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nlpkit.corpora.tables.options import TableOptions
from nlpkit.corpora.tables.text_column import DEFAULT_NAME

RECORD = ""
"""Key of the whole records among the columns that are kept; no column can be kept by this name."""


class Run(NamedTuple):
    """Some texts of a source, and the values of the columns that are kept, by name."""

    source: str
    texts: list[Any]
    kept: dict[str, list[Any]]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which texts are read, and how.

    Parameters
    ----------
    field, column : str, optional
        Where the text is, in JSON and in tables.
    keep : sequence of str
        Fields or columns to keep beside the text; `RECORD` is the whole record.
    label : str, optional
        The one of them that is the label; a text without it is treated like a text that is null.
    default : str
        Name of the field or column, if none is given.
    numbers_as_text : bool
        Whether numbers of JSON and Parquet are texts.
    table : TableOptions
    """

    field: str | None = None
    column: str | None = None
    keep: Sequence[str] = ()
    label: str | None = None
    default: str = DEFAULT_NAME
    numbers_as_text: bool = False
    table: TableOptions = dataclasses.field(default_factory=TableOptions)
