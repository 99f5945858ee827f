"""JSON Lines: one object per line with both sides of a pair."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from nlpkit.corpora.json_lines import no_text, not_json
from nlpkit.corpora.pairs.run import BLANK, LeftOut, PairRun, PairRuns
from nlpkit.errors import InputError

NAMES = ("src", "trg")
NESTED = "translation"
"""Optional field with texts by language: ``{"translation": {"en": …, "de": …}}``."""


def read_pair_lines(
    lines: Iterable[tuple[int, list[str]]],
    path: str,
    *,
    fields: tuple[str, str] | None,
    languages: tuple[str, str] | None,
    left_out: LeftOut,
) -> Iterator[PairRun]:
    """Yield runs of pairs from runs of numbered lines. Blank lines are skipped.

    Parameters
    ----------
    lines : iterable of (int, list of str)
        See `nlpkit.corpora.lines.read_lines`.
    path : str
        File name, for messages.
    fields : (str, str), optional
        Fields of the two sides; default: ``src`` and ``trg``, else the two languages, in the object or in its field
        ``translation``.
    languages : (str, str), optional
        Field names if the texts are stored by language.
    left_out : LeftOut
        Counter of skipped records.

    Raises
    ------
    InputError
        If a line is not JSON, has no such fields, or a field is not a string.
    """
    decode = json.JSONDecoder().decode
    for first, run in lines:
        pairs = PairRuns()
        for number, line in enumerate(run, first):
            if not line or line.isspace():
                left_out.count(BLANK)
                continue
            try:
                record = decode(line)
            except ValueError as error:
                raise not_json(path, number, line, error) from None
            except RecursionError:
                raise InputError(f"{path}, line {number}: the JSON is nested too deeply") from None
            src, trg = _sides(record, fields, languages, path, number)
            pairs.add(number, src, trg)
        yield from pairs.rest()


def _sides(
    record: Any, fields: tuple[str, str] | None, languages: tuple[str, str] | None, path: str, number: int
) -> tuple[str, str]:
    holder, names = record, fields or NAMES
    if fields is None and isinstance(record, dict) and not (NAMES[0] in record and NAMES[1] in record):
        if isinstance(record.get(NESTED), dict):
            holder = record[NESTED]
            if languages is None:
                found = ", ".join(map(repr, holder)) or "none"
                raise InputError(
                    f"{path}, line {number}: the texts are stored by language ({found}); set --from and --to"
                )
            names = languages
        elif languages is not None and NAMES[0] not in record and NAMES[1] not in record:
            names = languages
    for name in names:
        if not isinstance(holder, dict) or not isinstance(holder.get(name), str):
            raise no_text(path, number, holder, name, option="--fields")
    return holder[names[0]], holder[names[1]]
