"""`JsonTexts`: the texts of JSON, each in a field of an object, or a record by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nlpkit.corpora.bad_records import BadRecords
from nlpkit.corpora.compressed import ByteReader
from nlpkit.corpora.decoding import Decoding
from nlpkit.corpora.json_records import field_of, read_json, without_field
from nlpkit.corpora.selection import RECORD, Run, Selection
from nlpkit.corpora.values import TextValues

_RUN_TEXTS = 8192


class JsonTexts:
    """Reads the texts of JSON.

    Parameters
    ----------
    selection : Selection
    decoding : Decoding
    bad : BadRecords
    values : TextValues
        Takes values as texts.
    not_found : set of str
        Names of fields that are to be kept; those that a record has are removed.
    """

    def __init__(
        self, selection: Selection, decoding: Decoding, bad: BadRecords, values: TextValues, not_found: set[str]
    ) -> None:
        self._selection = selection
        self._decoding = decoding
        self._bad = bad
        self._values = values
        self._not_found = not_found

    def read(self, data: ByteReader, name: str, *, as_lines: bool) -> Iterator[Run]:
        """Yield the texts of a file called ``name`` in messages; see `nlpkit.corpora.json_records.read_json`.

        Raises
        ------
        InputError
            If a record is bad or holds no text, and these are errors.
        """
        chosen = self._selection
        wanted = chosen.field or chosen.column
        field_name = chosen.default if wanted is None else wanted
        records = read_json(
            data,
            name,
            decoding=self._decoding,
            bad=self._bad,
            as_lines=as_lines,
            written_numbers=chosen.numbers_as_text,
        )
        may_be_marked = self._decoding.errors == "skip"
        texts: list[Any] = []
        kept: dict[str, list[Any]] = {each: [] for each in chosen.keep}
        for number, record in records:
            if isinstance(record, dict):
                value = record.get(field_name)
                if value is None:
                    value = self._nested(record, field_name, name, number)
                    if value is None:
                        continue
                if not isinstance(value, str) or may_be_marked:
                    value = self._values.text(value, "{}, line {}: the field {!r}", name, number, field_name)
            elif wanted is None:
                value = self._values.text(record, "{}, line {}: the record", name, number)
            else:
                self._bad.record("not an object", without_field(name, number, record, field_name))
                continue
            if value is None or (kept and not self._keeps(record, kept, f"{name}, line {number}")):
                continue
            texts.append(value)
            if len(texts) >= _RUN_TEXTS:
                yield Run(name, texts, kept)
                texts, kept = [], {each: [] for each in chosen.keep}
        if texts:
            yield Run(name, texts, kept)

    def _keeps(self, record: Any, kept: dict[str, list[Any]], where: str) -> bool:
        """Add the fields that are kept; return False, and add none, if the text is left out for want of a label."""
        values = {each: record if each == RECORD else _kept(record, each) for each in kept}
        label = self._selection.label
        if label is not None and values[label] in (None, "") and self._no_label(where) is None:
            return False
        for each, value in values.items():
            kept[each].append(value)
            if value is not None:
                self._not_found.discard(each)
        return True

    def _no_label(self, where: str) -> str | None:
        return self._bad.null(f"{where}: there is no label {self._selection.label!r}")

    def _nested(self, record: dict[str, Any], field_name: str, name: str, number: int) -> Any:
        """Return the value of a field within a field; or what stands for null, or for a field that is absent."""
        try:
            value = field_of(record, field_name)
        except KeyError:
            return self._bad.null(without_field(name, number, record, field_name))
        if value is None:
            return self._bad.null(f"{name}, line {number}: the field {field_name!r} holds null, expected a string")
        return value


def _kept(record: Any, name: str) -> Any:
    try:
        return field_of(record, name)
    except KeyError:
        return None
