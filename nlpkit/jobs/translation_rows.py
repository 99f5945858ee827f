"""Translations as rows of CSV or TSV."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nlpkit.errors import InputError

from .filled_records import FilledRecords, is_record

if TYPE_CHECKING:
    from nlpkit.translation.translations import Translation

_QUOTED_IN_CSV = re.compile('[",\r\n]')
_SPACES = re.compile(r"\r\n|[\t\r\n]")


class TranslationRows:
    """Rows of a table, the names of its columns first.

    In CSV, cells with commas, quotes or line ends are quoted (RFC 4180). In TSV all cells are quoted if one of the
    first rows needs it, else none.

    Parameters
    ----------
    filled : FilledRecords
    is_tsv : bool

    Attributes
    ----------
    has_names : bool
        Whether the names of the columns are written.
    """

    def __init__(self, filled: FilledRecords, *, is_tsv: bool) -> None:
        self._filled = filled
        self._is_tsv = is_tsv
        self._all_quoted: bool | None = None
        self.has_names = False

    def check(self, sources: Sequence[str], texts: Sequence[str], records: Sequence[Any]) -> None:
        """Decide whether the cells of TSV are quoted, by the first rows.

        Raises
        ------
        InputError
            If a later one needs it, and the first ones did not.
        """
        if not self._is_tsv or self._all_quoted:
            return
        for source, text, record in zip(sources, texts, records, strict=True):
            cells = self._filled.cells(record, "") if is_record(record) else [text]
            if self._all_quoted is None:
                cells += (self._filled.names(record) or []) if is_record(record) else [self._filled.into]
            has_spaces = any(map(_SPACES.search, cells))
            if has_spaces and self._all_quoted is False:
                raise InputError(
                    f"{source}: the text {text[:40]!r} or a cell beside it has a tab or a line end, and no row before "
                    "had one, so that the cells of TSV are not quoted: write .csv"
                )
            if has_spaces or (self._all_quoted is None and any(cell.startswith('"') for cell in cells)):
                self._all_quoted = True
                return
        self._all_quoted = False

    def lines(self, number: int, translation: Translation, record: Any) -> Iterator[str]:
        """Yield a row as text, after the names of the columns if it is the first one."""
        if not self.has_names:
            self.has_names = True
            names = self._filled.names(record) if is_record(record) else ["id", "text", self._filled.into, "score"]
            if names is not None:
                yield self._line(names)
        text = translation.text
        if self._is_tsv and not self._all_quoted:
            text = _SPACES.sub(" ", text)
        if is_record(record):
            yield self._line(self._filled.cells(record, text))
        else:
            score = str(translation.score) if math.isfinite(translation.score) else ""
            yield self._line([str(number), translation.source, text, score])

    def _line(self, cells: Sequence[str]) -> str:
        if self._is_tsv:
            return "\t".join(map(_quoted, cells) if self._all_quoted else cells) + "\n"
        return ",".join(_quoted(cell) if _QUOTED_IN_CSV.search(cell) else cell for cell in cells) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
