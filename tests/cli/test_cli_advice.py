"""Messages advise only options that the command has, or name the command that has them."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

_OPTION = re.compile(r"--[a-z][a-z-]+")
_OF_OTHERS = re.compile(r"corpus check, train translation and evaluate read its pairs with --pairs")

BAD = {
    "ragged.csv": b"id,text,src,trg\n1,a,b,c\n2,a\n",
    "quote.csv": b'id,text,src,trg\n1,"a,b,c\n',
    "names.csv": b"id,body,note\n1,a,b\n",
    "even.csv": b"a;b,c\nd;e,f\n",
    "one.tsv": b"a\nb\n",
    "bytes.txt": b"a\n\xff\n",
    "null.jsonl": b'{"text": null, "src": "a", "trg": null}\n',
    "number.jsonl": b'{"text": 5, "src": 5, "trg": "b"}\n',
    "names.jsonl": b'{"body": "a"}\n',
    "nested.jsonl": b'{"translation": {"en": "a", "de": "b"}}\n',
    "broken.jsonl": b'{"text": \n',
    "memory.tmx": b"<tmx><body><tu></tu></body>",
    "app.po": b'msgid "a"\nmsgstr "b\n',
    "page.pdf": b"%PDF-1.4\n%\xe2\xe3",
    "data.parquet": b"no parquet",
}


@pytest.fixture
def bad(tmp_path: Path) -> list[str]:
    for name, data in BAD.items():
        (tmp_path / name).write_bytes(data)
    with zipfile.ZipFile(tmp_path / "members.zip", "w") as archive:
        archive.writestr("a.csv", BAD["names.csv"])
    (tmp_path / "good.txt").write_text("a\n")
    (tmp_path / "good.jsonl").write_text(json.dumps({"text": "a", "translation": "b"}) + "\n")
    return [*BAD, "members.zip"]


@pytest.mark.parametrize(
    ("command", "before", "after"),
    [
        ("translate", ["-i"], ["--model", "model"]),
        ("translate", ["-i"], ["--model", "model", "-o", "out.csv"]),
        ("evaluate", ["--ref", "good.txt", "--hyp"], []),
        ("evaluate", ["--hyp", "good.jsonl", "--ref"], []),
        ("evaluate", ["--hyp", "good.txt", "--pairs"], []),
        ("corpus check", ["--pairs"], []),
        ("corpus check", ["--src", "good.txt", "--trg"], []),
        ("corpus check", ["--src", "good.txt", "--trg", "good.txt", "--test"], []),
        ("train translation", ["-o", "made", "--pairs"], ["--arch", "gru", "--max-steps", "1"]),
        ("train word2vec", ["-o", "made", "-i"], ["--min-count", "1"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_only_own_options_are_advised(
    run: Any, model: Any, bad: list[str], command: str, before: list[str], after: list[str]
) -> None:
    known = set(_OPTION.findall(run(*command.split(), "--help").out))
    refused = 0
    for name in bad:
        code, _, err = run(*command.split(), *before, name, *after)
        if code == 0:
            continue
        refused += 1
        lines = [line for line in err.splitlines() if not line.startswith("nlpkit: warning")]
        assert set(_OPTION.findall(_OF_OTHERS.sub("", lines[-1]))) - {"--method"} <= known, err
        assert "Traceback" not in err
    assert refused > 5
