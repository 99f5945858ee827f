"""JSON: one object with both sides of a pair per record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nlpkit.corpora.bad_records import BadRecords
from nlpkit.corpora.json_records import field_of, without_field
from nlpkit.corpora.pairs.run import PairRun, PairRuns
from nlpkit.corpora.values import TextValues
from nlpkit.errors import InputError

NAMES = ("src", "trg")
NESTED = "translation"
"""Optional field with texts by language: ``{"translation": {"en": …, "de": …}}``."""


def read_pair_records(
    records: Iterable[tuple[int, Any]],
    path: str,
    *,
    fields: tuple[str, str] | None,
    languages: tuple[str, str] | None,
    values: TextValues,
    bad: BadRecords,
) -> Iterator[PairRun]:
    """Yield runs of pairs.

    Parameters
    ----------
    records : iterable of (int, object)
        See `nlpkit.corpora.json_records.read_json`.
    path : str
        File name, for messages.
    fields : (str, str), optional
        Fields of the two sides; default: ``src`` and ``trg``, else the two languages, in the object or in its field
        ``translation``.
    languages : (str, str), optional
        Field names if the texts are stored by language.
    values : TextValues
        Takes the fields as texts.
    bad : BadRecords
        Treatment of records without such fields.

    Raises
    ------
    InputError
        If a record has no such fields, or a field is not a string.
    """
    pairs = PairRuns()
    for number, record in records:
        names = fields or _names(record, languages, path, number)
        sides: list[str] = []
        for name in names:
            try:
                value = field_of(record, name)
            except KeyError:
                side = _absent(record, name, path, number, bad)
            else:
                text = values.text(value, "{}, line {}: the field {!r}", path, number, name)
                side = text if isinstance(text, str) else None
            if side is None:
                break
            sides.append(side)
        if len(sides) == 2:
            pairs.add(number, *sides)
            yield from pairs.full()
    yield from pairs.rest()


def _names(record: Any, languages: tuple[str, str] | None, path: str, number: int) -> tuple[str, str]:
    if not isinstance(record, dict) or NAMES[0] in record or NAMES[1] in record:
        return NAMES
    if isinstance(record.get(NESTED), dict):
        if languages is None:
            found = ", ".join(map(repr, record[NESTED])) or "none"
            raise InputError(f"{path}, line {number}: the texts are stored by language ({found}); set --from and --to")
        return f"{NESTED}.{languages[0]}", f"{NESTED}.{languages[1]}"
    return NAMES if languages is None else languages


def _absent(record: Any, name: str, path: str, number: int, bad: BadRecords) -> str | None:
    message = without_field(path, number, record, name, option="--fields")
    if isinstance(record, dict):
        return bad.null(message)
    bad.record("not an object", message)
    return None
