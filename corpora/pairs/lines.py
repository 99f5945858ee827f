"""JSON Lines: an object with both sides of a pair on every line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from nlpkit.corpora.json_lines import no_text, not_json
from nlpkit.corpora.pairs.run import BLANK, LeftOut, PairRun, PairRuns
from nlpkit.errors import InputError

NAMES = ("src", "trg")
NESTED = "translation"
"""The field that may hold an object of texts by language: ``{"translation": {"en": …, "de": …}}``."""


def read_pair_lines(
    lines: Iterable[tuple[int, list[str]]],
    path: str,
    *,
    fields: tuple[str, str] | None,
    languages: tuple[str, str] | None,
    left_out: LeftOut,
) -> Iterator[PairRun]:
    """Yield runs of pairs from runs of numbered lines; blank lines are no records.

    Parameters
    ----------
    lines : iterable of (int, list of str)
        As `nlpkit.corpora.lines.read_lines` gives them.
    path : str
        The file's name, for messages.
    fields : (str, str), optional
        The fields that hold the two sides. Unless told: ``src`` and ``trg``, else the two languages, in the object
        or in its field ``translation``.
    languages : (str, str), optional
        The names of the fields of the second kind.
    left_out : LeftOut
        Counts what is left out.

    Raises
    ------
    InputError
        Where a line is no JSON, has no such fields, or holds something other than a text there.
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
                raise InputError(f"{path}, line {number}: the JSON is nested too deeply to be read") from None
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
                    f"{path}, line {number}: the sides are known by their languages ({found}); give --from and --to"
                )
            names = languages
        elif languages is not None and NAMES[0] not in record and NAMES[1] not in record:
            names = languages
    for name in names:
        if not isinstance(holder, dict) or not isinstance(holder.get(name), str):
            raise no_text(path, number, holder, name, option="--fields")
    return holder[names[0]], holder[names[1]]
