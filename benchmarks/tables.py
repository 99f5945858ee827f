"""Time reading one column of a CSV file into a list of str, against pandas, on one thread.

Three files of the same size are written: long texts without quotes, long texts in quotes (some with delimiters and
quotes within), and short texts. Both readers read each file in turns, and have to give the same list. A ratio above 1
means that nlpkit is faster.

    OMP_NUM_THREADS=1 python benchmarks/tables.py --megabytes 100 -o benchmarks/results/tables.json
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas
from machine import machine

from nlpkit.corpora import Texts

KINDS = ("plain", "quoted", "short")


def write(path: Path, kind: str, size: int) -> None:
    """Write a table of three columns with about ``size`` bytes."""
    chance = np.random.default_rng(0)
    letters = [chr(97 + code) for code in chance.integers(0, 26, 40_000)]
    words = ["".join(letters[7 * index : 7 * index + 2 + index % 7]) for index in range(5000)]
    with path.open("w", newline="") as file:
        quoting = csv.QUOTE_ALL if kind == "quoted" else csv.QUOTE_MINIMAL
        writer = csv.writer(file, lineterminator="\n", quoting=quoting)
        writer.writerow(["id", "text", "label"])
        number = 0
        while file.tell() < size:
            rows = []
            for chosen in chance.integers(0, len(words), (10_000, 2 if kind == "short" else 18)).tolist():
                text = " ".join([words[index] for index in chosen])
                if kind == "quoted" and number % 3 == 0:
                    text = text.replace(" ", ', "', 1).replace(" ", '" ', 3)
                rows.append((number, text, "pos"))
                number += 1
            writer.writerows(rows)


def ours(path: Path) -> list[str]:
    """Read the column ``text`` with nlpkit."""
    return list(Texts(path, column="text").texts())


def theirs(path: Path) -> list[str]:
    """Read the column ``text`` with pandas."""
    frame = pandas.read_csv(path, usecols=["text"], dtype=object, engine="c", keep_default_na=False)
    return frame["text"].tolist()


def compare(path: Path, repeats: int) -> dict[str, float]:
    """Return the median seconds of both readers, and the ratio of theirs to ours."""
    assert ours(path) == theirs(path)
    seconds: dict[str, list[float]] = {"nlpkit": [], "pandas": []}
    for _ in range(repeats):
        for name, read in (("nlpkit", ours), ("pandas", theirs)):
            begun = time.perf_counter()
            read(path)
            seconds[name].append(time.perf_counter() - begun)
    ratios = [b / a for a, b in zip(seconds["nlpkit"], seconds["pandas"], strict=True)]
    medians = {name: round(statistics.median(times), 3) for name, times in seconds.items()}
    return {**medians, "ratio": round(statistics.median(ratios), 2), "least": round(min(ratios), 2)}


def main() -> None:
    """Run the comparison according to the command line."""
    parser = argparse.ArgumentParser(description="Time reading a column of CSV, against pandas.")
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            path = Path(folder, f"{kind}.csv")
            write(path, kind, int(arguments.megabytes * 1e6))
            results[kind] = compare(path, arguments.repeats)
            path.unlink()
            print(kind, results[kind])
    report = io.StringIO()
    json.dump({"machine": machine(["nlpkit", "numpy", "pandas"]), "results": results}, report, indent=1)
    if arguments.output:
        arguments.output.write_text(report.getvalue() + "\n")


if __name__ == "__main__":
    main()
