"""Random tables, by a generator that knows what is in them: half are well-formed, and the others damaged in one row."""

from __future__ import annotations

import csv
import io
import random
import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nlpkit.corpora import Texts
from nlpkit.errors import InputError, Notice

WORDS = ["rain", "größer", "naïve", '5"', "it's", "end.", '"well"', "a;b", "1,5", "x|y", "œuvre", "–", "(2)", ""]
NAMES = ["id", "kommentar", "Text", "stars", "größe", "a b", "label"]


@dataclass
class Written:
    """A table as bytes, its texts with the line on which the record of each begins, and how it has to be read."""

    data: bytes
    name: str
    texts: list[str]
    lines: list[int]
    options: dict[str, Any] = field(default_factory=dict)
    damaged: int | None = None


def cell(chance: random.Random, number: int, *, plain: bool, delimiter: str) -> str:
    words = [chance.choice(WORDS) for _ in range(chance.randrange(6))] + [f"t{number}"]
    if chance.random() < 0.7:
        chance.shuffle(words)
    text = " ".join(words)
    if not plain and chance.random() < 0.3:
        text = text.replace(" ", chance.choice([delimiter, "\n", '"', '""', "\u2028", "\x0c", "\x85"]), 2)
    return text.replace("\t", " ") if plain else text


def written(seed: int) -> Written:
    """Return a well-formed table."""
    chance = random.Random(seed)
    raw = chance.random() < 0.3  # tab-separated text without quotes, as of Tatoeba
    delimiter = "\t" if raw else chance.choice([",", ",", ";", "\t", "|"])
    n_columns, n_rows = chance.randrange(2, 6), chance.randrange(1, 30)
    column = chance.randrange(n_columns)
    has_names = chance.random() < 0.8
    names = chance.sample(NAMES, n_columns)
    rows = [names] if has_names else []
    texts = []
    for number in range(n_rows):
        row = [str(chance.randrange(100)) for _ in range(n_columns)]
        row[column] = cell(chance, number, plain=raw, delimiter=delimiter)
        texts.append(row[column])
        rows.append(row)
    end = "\n" if raw else chance.choice(["\n", "\r\n"])
    lines = []
    file = io.StringIO(newline="")
    quoting = chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    for row in rows:
        lines.append(file.getvalue().count("\n") + 1)
        if raw:
            file.write(delimiter.join(row) + end)
        else:
            writer.writerow(row)
    content = file.getvalue()
    if chance.random() < 0.2:
        content = content.removesuffix(end)
    elif "\n" in content and not re.search(r"\r\n", content) and "\n" not in "".join(texts) and chance.random() < 0.2:
        content = content.replace("\n", "\r")
    name = "a.tsv" if delimiter == "\t" and (raw or chance.random() < 0.5) else "a.csv"
    options: dict[str, Any] = {"column": names[column] if has_names else str(column + 1)}
    own = "\t" if name == "a.tsv" else ","
    if not has_names and delimiter != own:
        options["delimiter"] = delimiter
    if raw:
        options["quoting"] = chance.choice(["none", "auto"]) if '"' not in "".join(t[:1] for t in texts) else "none"
    elif delimiter == "\t":
        options["quoting"] = "all"
    encoding = chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le"])
    if encoding == "cp1252":
        content = content.replace("\u2028", " ").replace("\x85", " ")
        texts = [text.replace("\u2028", " ").replace("\x85", " ") for text in texts]
    if encoding not in ("utf-8", "utf-8-sig", "utf-16"):
        options["encoding"] = encoding
    return Written(content.encode(encoding), name, texts, lines[has_names:], options)


def damaged(seed: int) -> Written:
    """Return a table with one damaged row."""
    chance = random.Random(seed)
    n_rows = chance.randrange(2, 20)
    broken = chance.randrange(n_rows)
    kind = chance.choice(["extra", "missing", "after quote", "open quote", "bytes"])
    delimiter = chance.choice([",", ";"])
    texts, lines, pieces = [], [], [f"id{delimiter}text{delimiter}n\n".encode()]
    for number in range(n_rows):
        text = cell(chance, number, plain=False, delimiter=delimiter)
        texts.append(text)
        lines.append(b"".join(pieces).count(b"\n") + 1)
        quoted = '"' + text.replace('"', '""') + '"'
        row = [str(number), quoted, "1"]
        if number == broken:
            if kind == "extra":
                row[1] = f"one{delimiter}two t{number}"
            elif kind == "missing":
                del row[0]
            elif kind == "after quote":
                row[1] += "x"
            elif kind == "open quote":
                row[1] = f'"open t{number}'
        line = delimiter.join(row).encode() + b"\n"
        if number == broken and kind == "bytes":
            line = line.replace(f"t{number}".encode(), f"t{number}".encode() + b"\xff\xfe")
        pieces.append(line)
    options = {"delimiter": delimiter}
    return Written(b"".join(pieces), "a.csv", texts, lines, options, damaged=broken)


def read(table: Written, folder: Path, **more: Any) -> Texts:
    path = folder / table.name
    path.write_bytes(table.data)
    return Texts([path], **table.options, **more)


def check_well_formed(seed: int, folder: Path) -> None:
    table = written(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", Notice)
        texts = read(table, folder)
        assert list(texts.texts()) == table.texts, (seed, table)
    assert texts.left_out == {}


def check_damaged(seed: int, folder: Path) -> None:
    table = damaged(seed)
    assert table.damaged is not None
    line = table.lines[table.damaged]
    with pytest.raises(InputError) as caught:
        list(read(table, folder).texts())
    named = re.search(r"line (\d+)", str(caught.value))
    assert named is not None
    last = table.lines[table.damaged + 1] if table.damaged + 1 < len(table.lines) else line + 99
    assert line <= int(named[1]) < last, (seed, caught.value, table)
    texts = read(table, folder, on_bad="skip", decode_errors="skip")
    found = list(texts.texts())
    sound = [text for number, text in enumerate(table.texts) if number != table.damaged]
    rest = iter(found)
    assert all(text in rest for text in sound), (seed, found, sound)  # all of them, in order
    assert texts.skipped >= 1


def test_well_formed_tables_are_read_without_a_warning(tmp_path: Path) -> None:
    for seed in range(150):
        check_well_formed(seed, tmp_path)


def test_damaged_tables_lose_nothing_in_silence(tmp_path: Path) -> None:
    for seed in range(150):
        check_damaged(seed, tmp_path)


@pytest.mark.slow
def test_two_thousand_tables(tmp_path: Path) -> None:
    for seed in range(1_000, 2_000):
        check_well_formed(seed, tmp_path)
        check_damaged(seed, tmp_path)
