"""Bag of words and TF-IDF against scikit-learn: speed-up on the same texts, with equal matrices.

Both run in one process and alternate (A B, A B, …); a result is the median ratio over the pairs. The matrices of every
pair are compared: counts exactly, weights to 1e-12. Peak memory is measured in a separate process for each.

    NLPKIT_DATA=../shared/data python benchmarks/sparse.py --megabytes 50 --pairs 5 --json results.json
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import random
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine

from nlpkit.text.words import WORD_PATTERN

SETTINGS: dict[str, dict[str, Any]] = {
    "unigrams": {},
    "(1,2)-grams": {"ngram_range": (1, 2)},
    "char_wb (3,5)": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}
PACKAGES = ["nlpkit", "scikit-learn", "numpy", "scipy", "numba"]
METHODS = {"bow": ("BagOfWords", "CountVectorizer"), "tfidf": ("Tfidf", "TfidfVectorizer")}


def english(data: Path) -> Iterator[str]:
    """Yield the sentences of English Wikipedia."""
    import zstandard

    with (data / "text/enwiki2014.sents.txt.zst").open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file)
        yield from (line.rstrip("\n") for line in io.TextIOWrapper(reader, "utf-8", newline="\n"))


def declarations(data: Path) -> list[str]:
    """Return the lines of the Declaration of Human Rights, in all languages of the archive."""
    with zipfile.ZipFile(data / "text/udhr2.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".txt"))
        texts = [archive.read(name).decode("utf-8") for name in names]
    return [line.strip() for text in texts for line in text.split("\n") if line.strip()]


def corpus(name: str, data: Path, size: int) -> list[str]:
    """Return a list of lines, about ``size`` bytes.

    "ascii": English lines that are all ASCII. "multilingual": half English lines, half the Declaration of Human Rights
    in all languages, with words shuffled in each repetition; all lines shuffled.
    """
    chance = random.Random(0)
    lines: list[str] = []

    def fill(source: Iterator[str], size: float) -> None:
        for line in source:
            if size <= 0:
                return
            lines.append(line)
            size -= len(line.encode()) + 1
        raise SystemExit(f"the texts are too short by {size:,.0f} bytes; lower --megabytes")

    if name == "ascii":
        fill((line for line in english(data) if line.isascii()), size)
        return lines
    fill(english(data), size / 2)
    languages = declarations(data)
    neighbours = [languages[i : i + 20] for i in range(0, len(languages), 20)]

    def dealt() -> Iterator[str]:
        while True:
            for block in neighbours:
                words = [word for line in block for word in line.split()]
                chance.shuffle(words)
                while words:
                    n = chance.randrange(8, 40)
                    yield " ".join(words[:n])
                    del words[:n]

    fill(dealt(), size / 2)
    chance.shuffle(lines)
    return lines


def estimator(who: str, method: str, options: dict[str, Any], threads: int) -> Any:
    """Return an estimator of ``who``, "nlpkit" or "scikit-learn"."""
    ours, theirs = METHODS[method]
    if who == "nlpkit":
        import nlpkit.embeddings

        return getattr(nlpkit.embeddings, ours)(**{"token_pattern": WORD_PATTERN, **options}, threads=threads)
    import sklearn.feature_extraction.text

    return getattr(sklearn.feature_extraction.text, theirs)(**options)


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the time in seconds, and the result."""
    gc.collect()
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def assert_equal(mine: Any, theirs: Any) -> None:
    """Check that two matrices have the same entries, counts exactly and weights to 1e-12."""
    for X in (mine, theirs):
        X.has_sorted_indices = False
        X.sort_indices()
    assert mine.shape == theirs.shape, (mine.shape, theirs.shape)
    assert mine.dtype == theirs.dtype, (mine.dtype, theirs.dtype)
    assert np.array_equal(mine.indptr, theirs.indptr)
    assert np.array_equal(mine.indices, theirs.indices)
    if np.issubdtype(mine.dtype, np.integer):
        assert np.array_equal(mine.data, theirs.data)
    else:
        assert np.allclose(mine.data, theirs.data, rtol=1e-12, atol=1e-12)


def compare(texts: list[str], method: str, options: dict[str, Any], threads: int, pairs: int) -> dict[str, Any]:
    """Time both alternately; return times and ratios of each step, as medians over the pairs."""
    seconds: dict[str, list[tuple[float, float]]] = {"fit_transform": [], "with vocabulary_": [], "transform": []}
    held_out = texts[: len(texts) // 4]
    for _ in range(pairs):
        mine = estimator("nlpkit", method, options, threads)
        fit_mine, X = timed(lambda mine=mine: mine.fit_transform(texts))
        read_mine, names = timed(lambda mine=mine: mine.vocabulary_)
        transform_mine, X_new = timed(lambda mine=mine: mine.transform(held_out))
        theirs = estimator("scikit-learn", method, options, threads)
        fit_theirs, Y = timed(lambda theirs=theirs: theirs.fit_transform(texts))
        transform_theirs, Y_new = timed(lambda theirs=theirs: theirs.transform(held_out))
        assert_equal(X, Y)
        assert_equal(X_new, Y_new)
        assert names == theirs.vocabulary_
        seconds["fit_transform"].append((fit_mine, fit_theirs))
        seconds["with vocabulary_"].append((fit_mine + read_mine, fit_theirs))
        seconds["transform"].append((transform_mine, transform_theirs))
        shape = X.shape
        del X, Y, X_new, Y_new, names, mine, theirs
    return {
        "shape": shape,
        "steps": {
            step: {
                "nlpkit_s": statistics.median(mine for mine, _ in times),
                "scikit_learn_s": statistics.median(theirs for _, theirs in times),
                "ratio": statistics.median(theirs / mine for mine, theirs in times),
                "ratios": [theirs / mine for mine, theirs in times],
            }
            for step, times in seconds.items()
        },
    }


def warm_up() -> None:
    """Import and compile everything before timing."""
    texts = ["a few words to warm up with, ÄÖÜ", "the ΟΔΟΣ and İstanbul"] * 20_000
    for method in METHODS:
        for options in SETTINGS.values():
            for threads in (1, 2):
                estimator("nlpkit", method, options, threads).fit(texts).transform(texts)
    estimator("scikit-learn", "tfidf", {}, 1).fit_transform(texts[:100])


def child(arguments: argparse.Namespace) -> None:
    """Embed once in this process, and print its peak memory in bytes, before and after."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    who, method, setting, name, threads = json.loads(arguments.child)
    texts = corpus(name, arguments.data, int(arguments.megabytes * 1e6))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    X = estimator(who, method, SETTINGS[setting], threads).fit_transform(texts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({"texts": before, "peak": peak, "nonzeros": X.nnz}))


def memory(arguments: argparse.Namespace, *what: Any) -> dict[str, int]:
    """Return the peak memory of a process that embeds once. Call it early: on Linux a child starts at its parent's
    peak."""
    command = [sys.executable, __file__, "--child", json.dumps(what), "--megabytes", str(arguments.megabytes)]
    command += ["--data", str(arguments.data)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Run the measurements of the command line, and print a table."""
    parser = argparse.ArgumentParser(description="Bag-of-words and TF-IDF against scikit-learn.")
    parser.add_argument("--megabytes", type=float, default=50, help="size of each corpus")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("--corpus", nargs="+", choices=["ascii", "multilingual"], default=["ascii", "multilingual"])
    parser.add_argument("--method", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--setting", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--no-memory", action="store_true", help="skip peak memory")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("name the folder of the shared data sets by --data or NLPKIT_DATA")
    if arguments.child:
        child(arguments)
        return
    rows: list[dict[str, Any]] = [
        {"corpus": name, "method": method, "setting": setting, "threads": threads}
        for name in arguments.corpus
        for method in arguments.method
        for setting in arguments.setting
        for threads in arguments.threads
    ]
    if not arguments.no_memory:
        print("corpus        method  setting        threads  peak, MB: nlpkit  scikit-learn  of it texts")
        for row in rows:
            what = [row[key] for key in ("method", "setting", "corpus", "threads")]
            row["memory"] = {who: memory(arguments, who, *what) for who in ("nlpkit", "scikit-learn")}
            mine, theirs = row["memory"].values()
            found = [megabytes / 1e6 for megabytes in (mine["peak"], theirs["peak"], theirs["texts"])]
            print(named(row), "{:17,.0f} {:13,.0f} {:12,.0f}".format(*found), flush=True)
        print()
    warm_up()
    print("corpus        method  setting        threads  step              nlpkit s  sklearn s  ratio")
    texts: list[str] = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is None or before["corpus"] != row["corpus"]:
            texts.clear()
            texts = corpus(row["corpus"], arguments.data, int(arguments.megabytes * 1e6))
        row |= compare(texts, row["method"], SETTINGS[row["setting"]], row["threads"], arguments.pairs)
        for step, times in row["steps"].items():
            found = [times[name] for name in ("nlpkit_s", "scikit_learn_s", "ratio")]
            print(named(row), " {:17} {:8.2f} {:10.2f} {:6.1f}".format(step, *found), flush=True)
    if arguments.json:
        results = {
            "machine": machine(PACKAGES),
            "megabytes": arguments.megabytes,
            "pairs": arguments.pairs,
            "rows": rows,
        }
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


def named(row: dict[str, Any]) -> str:
    """Return the first columns of a table row."""
    return f"{row['corpus']:13} {row['method']:7} {row['setting']:14} {row['threads']:7}"


if __name__ == "__main__":
    main()
