"""Transfer learning of spoken words: accuracy by the number of examples, with and without a trained body.

    python benchmarks/spoken_digits.py DIGITS --data DATA
    python benchmarks/transfer.py DIGITS MODELS --results FILE --picture FILE

A CNN learns the digits five to nine. Zero to four are then learnt from a few recordings each: by a new head on a frozen
body (`nlpkit train speech --base`), by training all of it (`--unfreeze`), and from the start. Recordings are drawn at
random from indices 5-49, three times; models are scored on the 150 recordings of zero to four with indices 0-4.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from statistics import mean
from typing import Any

from digit_recognition import nlpkit
from machine import machine

WORDS = ("zero", "one", "two", "three", "four")
EXAMPLES = (1, 2, 5, 10)
WAYS = {
    "new head on a frozen body": ["--base", "body"],
    "all layers": ["--base", "body", "--unfreeze"],
    "from the start": [],
}


def main() -> None:
    """Train, score, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("digits", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args()
    given.models.mkdir(exist_ok=True)
    rows = records(given.digits, "final")
    body = given.models / "body"
    if not body.exists():
        train(written(given.models / "body.jsonl", [row for row in rows if row["label"] not in WORDS]), [], body)
    test = [row for row in records(given.digits, "test") if row["label"] in WORDS]
    test_manifest = written(given.models / "few-test.jsonl", test)
    found: dict[str, dict[int, list[float]]] = {way: {n: [] for n in EXAMPLES} for way in WAYS}
    for n in EXAMPLES:
        for draw in range(given.draws):
            chosen = random.Random(draw)
            few = [row for word in WORDS for row in chosen.sample([row for row in rows if row["label"] == word], n)]
            manifest = written(given.models / "few.jsonl", few)
            for way, options in WAYS.items():
                options = [str(body) if option == "body" else option for option in options]
                model = given.models / "few"
                train(manifest, ["--seed", str(draw), "--force", *options], model)
                scored = nlpkit(["evaluate", str(model), "--manifest", str(test_manifest), "--format", "json"])
                found[way][n].append(json.loads(scored)["classification"]["accuracy"])
        means = {way: {n: mean(scores) for n, scores in by_n.items() if scores} for way, by_n in found.items()}
        kept: dict[str, Any] = {"machine": machine(["nlpkit", "torch", "numpy", "numba"]), "mean": means, "all": found}
        given.results.write_text(json.dumps(kept, indent=1) + "\n")
        print(json.dumps({way: f"{by_n[n]:.1%}" for way, by_n in means.items()}), n, flush=True)
    if given.picture:
        draw_curves(means, given.picture)


def records(digits: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a manifest of ``digits``, with absolute paths."""
    rows = [json.loads(line) for line in (digits / f"{name}.jsonl").read_text().splitlines()]
    return [{**row, "path": str((digits / row["path"]).absolute())} for row in rows]


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write a manifest, and return its path."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def train(manifest: Path, options: list[str], model: Path) -> None:
    """Train a CNN."""
    nlpkit(["train", "speech", "--manifest", str(manifest), *options, "--quiet", "--threads", "1", "-o", str(model)])


def draw_curves(means: dict[str, dict[int, float]], path: Path) -> None:
    """Draw accuracy by the number of examples."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    for way, by_n in means.items():
        axes.plot([str(n) for n in by_n], [100 * value for value in by_n.values()], marker="o", label=way)
    axes.set_xlabel("recordings of each word")
    axes.set_ylabel("accuracy in %")
    axes.set_ylim(0, 102)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
