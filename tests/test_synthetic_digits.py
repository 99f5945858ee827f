"""Digits of a synthetic voice: the model that ships hears most of them, where espeak-ng can be had."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import nlpkit
from nlpkit.jobs.transcriber import shipped_model

SCRIPT = Path(__file__).parents[1] / "benchmarks/synthetic_digits.py"


def test_most_words_of_espeak_are_heard_and_few_are_wrong(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader", reason="needs the package espeakng-loader, which brings espeak-ng")
    subprocess.run([sys.executable, "-P", str(SCRIPT), str(tmp_path)], check=True, capture_output=True)
    rows = [json.loads(line) for line in (tmp_path / "synthetic.jsonl").read_text(encoding="utf-8").splitlines()]
    single = [row for row in rows if " " not in row["text"]]
    found = nlpkit.load(shipped_model()).recognize([tmp_path / row["path"] for row in single])
    right = sum(each.text == row["text"] for each, row in zip(found, single, strict=True))
    wrong = sum(bool(each.text) and each.text != row["text"] for each, row in zip(found, single, strict=True))
    assert right >= 0.6 * len(single)
    assert wrong <= 0.1 * len(single)
