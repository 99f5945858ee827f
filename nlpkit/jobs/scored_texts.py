"""Texts that are scored: files that go line by line, of which some may be what `translate_files` wrote."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from nlpkit.corpora.compressed import strip_suffix
from nlpkit.corpora.json_records import field_of
from nlpkit.corpora.reader import kind_of
from nlpkit.corpora.selection import RECORD
from nlpkit.corpora.tables.records import TableRow
from nlpkit.errors import InputError, ParameterError

from .filled_records import INTO
from .inputs import PairReading, Reading, StrPath
from .places import check_apart

_CANDIDATE = re.compile(r"(\d+)\t(?:-?\d+\.\d{4}|-?inf|nan)\t(.*)", re.DOTALL)
_SPREADSHEETS = (".parquet", ".xlsx", ".xls", ".ods")


@dataclass(frozen=True, kw_only=True)
class ScoredFile:
    """A file of an evaluation.

    Attributes
    ----------
    path : path
    role : {"translation", "reference", "source"}
    """

    path: StrPath
    role: str

    @property
    def name(self) -> str:
        """Its name, as it was given."""
        return os.fspath(self.path)

    @property
    def has_records(self) -> bool:
        """Whether it is a table or JSON by its name; standard input may be one."""
        suffix = os.path.splitext(strip_suffix(self.name))[1].lower()
        return self.name == "-" or kind_of(self.name) != "lines" or suffix in _SPREADSHEETS


class ScoredTexts:
    """The texts of files that go line by line.

    In tables and JSON, a translation is the column or field ``translation``; a reference too where there is one, else
    ``text``; a source is ``text``. In text as `translate_files` writes it with ``n_best``, the first candidate of each
    text is read.

    Parameters
    ----------
    files : sequence of ScoredFile
    read_as : Reading
        Its ``field`` and ``column`` are those of all tables and JSON.
    output : path, optional
        A file that will be written, and may not be one of these.

    Raises
    ------
    ParameterError
        If it is not clear which file a field or column is of, or records would be skipped.
    """

    def __init__(self, files: Sequence[ScoredFile], read_as: Reading, output: StrPath | None = None) -> None:
        self._files = files
        self._output = output
        self._reading = replace(read_as, per="line", may_skip=False)
        self._named = {name: getattr(read_as, name) for name in ("field", "column") if getattr(read_as, name)}
        for option, name in self._named.items():
            if not files:
                raise ParameterError(f"{option} is {name!r}, and only pairs are read: give --{option}s (pairs_as=)")
            if not any(file.has_records for file in files):
                names = " and ".join(file.name for file in files)
                raise ParameterError(
                    f"{option} is {name!r}, and {names} would be lines of text by name: leave it out, or name tables "
                    ".csv or .tsv, and JSON .jsonl"
                )

    def read(self) -> list[list[str]]:
        """Return the texts of each file.

        Raises
        ------
        InputError
            If a file cannot be read, or has no such field or column.
        OutputError
            If the output is one of the files.
        """
        return [self._read(file) for file in self._files]

    def _read(self, file: ScoredFile) -> list[str]:
        plain = replace(self._reading, field=None, column=None)
        if not file.has_records or (file.name == "-" and not self._named):
            reading = plain if file.role == "source" else replace(plain, default=INTO)
            texts, _ = self._texts(file, reading)
            return texts if file.role == "source" else own_translations(file.name, texts)
        if file.role == "source":
            return self._texts(file, self._reading)[0]
        others = [each for each in self._files if each.has_records and each.role != "translation"]
        if self._named and (file.role == "reference" or file.name == "-" or not others):
            return self._texts(file, self._reading)[0]
        if not self._named and file.role == "translation":
            return self._texts(file, replace(plain, default=INTO))[0]
        try:
            texts, record = self._texts(file, replace(plain, default=INTO))
        except InputError:
            return self._texts(file, self._reading)[0]
        for option, name in self._named.items():
            if name != INTO and _has(record, name):
                raise ParameterError(
                    f"{option} is {name!r}, and {file.name} has this and {INTO!r}, so that it is not clear what is "
                    f"scored: give the references of {others[0].name} with --pairs and --columns or --fields (pairs=)"
                )
        return texts

    def _texts(self, file: ScoredFile, reading: Reading) -> tuple[list[str], Any]:
        """Return the texts of a file, and its first record."""
        texts: list[str] = []
        record = None
        with replace(reading, records=True).texts(file.path) as read:
            if self._output is not None and os.fspath(self._output) != "-":
                check_apart(self._output, read)
            for block in read.blocks():
                record = block.kept[RECORD][0] if record is None else record
                texts += [text if isinstance(text, str) else " ".join(text) for text in block.texts]
        return texts, record


def own_translations(name: str, lines: list[str]) -> list[str]:
    """Return the translations in lines of text, which may be what `translate_files` wrote.

    Raises
    ------
    InputError
        If the lines are JSON without a field ``translation``, or a table.

    Examples
    --------
    >>> own_translations("a", ["0\\t-0.1\\tone", "1\\t-0.2\\ttwo"])
    ['0\\t-0.1\\tone', '1\\t-0.2\\ttwo']
    >>> own_translations("a", ["0\\t-0.1000\\tone", "0\\t-0.2000\\ta", "1\\t-0.3000\\ttwo", "1\\t-inf\\t"])
    ['one', 'two']
    """
    if lines and lines[0].startswith("{"):
        records = [_object(line) for line in lines]
        found = [record.get(INTO) for record in records if record is not None]
        if len(found) == len(lines):
            translations = [text for text in found if isinstance(text, str)]
            if len(translations) == len(lines):
                return translations
            raise InputError(
                f"{name}: each line is an object of JSON, and not each has a field {INTO!r}; name the file .jsonl and "
                "set --field (field=)"
            )
    cells = [cell.strip('"') for cell in re.split(r"[,\t]", lines[0])] if lines else []
    if len(cells) > 1 and INTO in cells and not any(" " in cell for cell in cells):
        remedy = f"set --column {INTO} (column=)" if name == "-" else "name it .csv or .tsv"
        raise InputError(f"{name}: is a table by its first line, {lines[0][:80]!r}: {remedy}")
    return _first_candidates(lines) or lines


def _first_candidates(lines: list[str]) -> list[str]:
    """Return the first candidate of each text in lines ``index⇥score⇥text``; nothing if they are others."""
    matches = [_CANDIDATE.fullmatch(line) for line in lines]
    rows = [(int(match[1]), match[2]) for match in matches if match is not None]
    if len(rows) < len(lines):
        return []
    groups = [(index, [text for _, text in group]) for index, group in groupby(rows, key=lambda row: row[0])]
    sizes = {len(texts) for _, texts in groups}
    if [index for index, _ in groups] != list(range(len(groups))) or len(sizes) != 1 or sizes == {1}:
        return []
    return [texts[0] for _, texts in groups]


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _has(record: Any, name: str) -> bool:
    if isinstance(record, TableRow):
        return name.isdecimal() or name in (record.names or ())
    try:
        field_of(record, name)
    except KeyError:
        return False
    return True


def read_test_pairs(
    pairs: StrPath, pairs_as: PairReading, output: StrPath | None
) -> tuple[list[str], list[str], dict[str, int]]:
    """Return the sources and the references in a file of pairs, and what was left out, by reason.

    Raises
    ------
    InputError
        If it cannot be read.
    OutputError
        If the output is this file.
    """
    sources: list[str] = []
    references: list[str] = []
    with pairs_as.pairs(None, None, pairs) as read:
        if output is not None and os.fspath(output) != "-":
            check_apart(output, read)
        for block in read.blocks():
            sources += block.src
            references += block.trg
        return sources, references, dict(read.left_out)


def check_lengths(counts: Sequence[tuple[str, int]]) -> None:
    """Raise InputError unless all files, by name, have the same number of lines, and at least one."""
    first, expected = counts[0]
    for name, lines in counts:
        if lines != expected:
            raise InputError(
                f"{name} has {lines:,} lines and {first} has {expected:,}; expected the same number: line by line"
                " they should be the same sentences"
            )
    if not expected:
        raise InputError(f"{first} is empty: give files with at least one line")
