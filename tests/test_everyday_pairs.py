"""The pairs of the translation model of the package: nothing that is tested is trained on, and marks are in order."""

from __future__ import annotations

import hashlib
import importlib
import random
import re
from pathlib import Path
from typing import Any

import pytest

zstandard = pytest.importorskip("zstandard", reason="zstandard isn't installed")

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
NAMES = ["Tom", "Mary", "Boston", "1990", "20"]


def part_of(sentence: str, modulus: int) -> int:
    return int(hashlib.sha256(sentence.encode()).hexdigest(), 16) % modulus


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, list[tuple[str, str]]], Any]:
    """The rows of each file, of 40,000 made pairs; every fifth French sentence has two English ones."""
    (tmp_path / "parallel" / "tatoeba").mkdir(parents=True)
    (tmp_path / "parallel" / "tldr").mkdir()
    for code in ("fra", "deu"):
        rows = [
            f"I saw {NAMES[n % 5]} {'so' if n % 2 else 'very'} often: {n}.\t{code} {NAMES[n % 5]} vu souvent {n // 5}."
            for n in range(40_000)
        ]
        (tmp_path / "parallel" / "tatoeba" / f"eng-{code}.tsv.zst").write_bytes(
            zstandard.ZstdCompressor().compress("".join(f"{row}\n" for row in rows).encode())
        )
        (tmp_path / "parallel" / "tldr" / f"eng-{code}.tsv").write_text(
            "".join(
                f"Run `cmd {n}`, see <https://x.org/{n}>\t{code} `cmd {n}`, <https://x.org/{n}>\n" for n in range(99)
            )
        )
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    module = importlib.import_module("everyday_pairs")
    return dict(module.files(tmp_path, ["fr", "de"], random.Random(1))), module


def test_the_files_of_a_made_corpus(made: tuple[dict[str, list[tuple[str, str]]], Any]) -> None:
    rows, module = made
    held = {
        side for name, pairs in rows.items() if name.startswith(("dev-", "test-", "tldr-")) for p in pairs for side in p
    }
    for src, trg in rows["train.tsv"]:
        tag, text = src.split(" ", 1)
        assert tag in ("⟦en⟧", "⟦fr⟧", "⟦de⟧")
        assert text not in held
        assert trg not in held
        marks = re.findall(r"⟦\d+⟧", text)
        assert len(set(marks)) == len(marks)
        assert sorted(marks) == sorted(re.findall(r"⟦\d+⟧", trg))
    assert {tag.split()[0] for tag, _ in rows["train.tsv"]} == {"⟦en⟧", "⟦fr⟧", "⟦de⟧"}
    for name, part, modulus in (("test", 0, 60), ("dev", 1, 60), ("tldr-test", 0, 10)):
        assert {part_of(src, modulus) for src, _ in rows[f"{name}-en-fr.tsv"]} == {part}
        assert {part_of(trg, modulus) for _, trg in rows[f"{name}-de-en.tsv"]} == {part}
    for name in ("dev-fr-en.tsv", "test-en-de.tsv"):
        sources = [src for src, _ in rows[name]]
        assert len(set(sources)) == len(sources)
    assert len(rows["valid.tsv"]) == 2_000

    texts = [src for src, _ in rows["train.tsv"]]
    plain = len(texts) / (1 + module.JOINED)
    assert sum(bool(re.search(r"⟦\d", text)) for text in texts) > 0.9 * module.MARKED * plain
    assert sum(text.count("I saw") > 1 for text in texts) > 0.4 * module.JOINED * plain
    assert any(text.isupper() for text in (text.split(" ", 1)[1] for text in texts))
