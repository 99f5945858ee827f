"""Records of the input with their translations: all columns or fields as they were, and one more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from nlpkit.corpora.json_records import field_of
from nlpkit.corpora.tables.names import listed
from nlpkit.corpora.tables.records import TableRow
from nlpkit.corpora.values import written
from nlpkit.errors import InputError

INTO = "translation"
"""Default name of the column or field of the translation."""


class FilledRecords:
    """Puts translations into records of tables and JSON.

    Parameters
    ----------
    into : str
        The column or field of the translation; one that the records have already has to be empty.
    """

    def __init__(self, into: str = INTO) -> None:
        self.into = into
        self._layout: tuple[str, ...] | int | None = None
        self._source = ""

    def check(self, sources: Sequence[str], records: Sequence[Any], *, as_table: bool) -> None:
        """Refuse records that cannot be filled, before they are translated.

        Parameters
        ----------
        sources : sequence of str
            The files of the records.
        records : sequence of TableRow, dict or None
            None, or another value of JSON, is a text without fields.
        as_table : bool
            Whether they will be rows of one table.

        Raises
        ------
        InputError
            If the column holds something, or has its name twice, or rows of a table differ in their columns.
        """
        for source, record in zip(sources, records, strict=True):
            if as_table:
                self._check_layout(source, record)
            elif isinstance(record, TableRow) and len({*(record.names or ())}) < len(record.names or ()):
                raise InputError(f"{source}: has two columns of one name, which JSON cannot hold: write .csv or .tsv")
            held = self._held(source, record)
            if held not in (None, ""):
                shown = held if isinstance(held, str) and len(held) <= 40 else "something"
                raise InputError(
                    f"{source}: {self.into!r} holds {shown!r} already, and would be replaced; name another column or "
                    "field with --into (into=)"
                )

    def _held(self, source: str, record: Any) -> Any:
        if isinstance(record, TableRow):
            if record.names is None or self.into not in record.names:
                return None
            if record.names.count(self.into) > 1:
                raise InputError(f"{source}: two columns have the name {self.into!r}; name another with --into (into=)")
            return record.cells[record.names.index(self.into)]
        if isinstance(record, dict):
            try:
                return field_of(record, self.into)
            except KeyError:
                return None
        return None

    def _check_layout(self, source: str, record: Any) -> None:
        layout = layout_of(record)
        if self._layout is None:
            self._layout, self._source = layout, source
        elif layout is not self._layout and layout != self._layout:
            raise InputError(
                f"{source} has {_in_words(layout)}, and {self._source} {_in_words(self._layout)}: rows of one table "
                "have the same columns; write .jsonl, or translate them apart"
            )

    def names(self, record: Any) -> list[str] | None:
        """Return the names of the columns of a table with the translation, None if they have none."""
        layout = layout_of(record)
        if isinstance(layout, int):
            return None
        return [*layout] if self.into in layout else [*layout, self.into]

    def cells(self, record: Any, translation: str) -> list[str]:
        """Return the cells of a row with the translation."""
        values = record.cells if isinstance(record, TableRow) else record.values()
        cells = [_cell(value) for value in values]
        layout = layout_of(record)
        if not isinstance(layout, int) and self.into in layout:
            cells[layout.index(self.into)] = translation
            return cells
        return [*cells, translation]

    def fields(self, record: Any, translation: str) -> dict[str, Any]:
        """Return the fields of an object of JSON with the translation."""
        if isinstance(record, TableRow):
            names = record.names or tuple(map(str, range(1, len(record.cells) + 1)))
            return {**dict(zip(names, record.cells, strict=True)), self.into: translation}
        parent, _, last = self.into.rpartition(".")
        try:
            within = field_of(record, parent) if parent and self.into not in record else None
        except KeyError:
            within = None
        if isinstance(within, dict):
            within[last] = translation
            return record
        return {**record, self.into: translation}


def is_record(record: Any) -> bool:
    """Whether a record has columns or fields, and is not a text alone."""
    return isinstance(record, TableRow | dict)


def layout_of(record: Any) -> tuple[str, ...] | int:
    """Return the names of a record's columns, or their number if they have none; 0 for a text alone."""
    if isinstance(record, TableRow):
        return len(record.cells) if record.names is None else record.names
    return tuple(record) if isinstance(record, dict) else 0


def _in_words(layout: tuple[str, ...] | int) -> str:
    if isinstance(layout, int):
        return f"{layout} columns without names" if layout else "no columns"
    return f"the columns {listed(layout)}"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return written(value)
