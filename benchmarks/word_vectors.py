"""Word vectors against gensim and fastText: speed, quality and memory.

Every training runs in a new process, and the systems alternate. All get the same raw text; its tokens are the
lower-cased words of two or more letters. Words/s is tokens of the corpus × epochs / time:

- "training" is the training time alone. nlpkit: `training_seconds_`. gensim: `train`, after `build_vocab`. fastText:
  the time of `train_unsupervised` minus that of the same call with 0 epochs (reading, counting, allocating).
- "whole" starts from the raw text. nlpkit: `fit`. The others: tokenising with Python's `re`, into lists or into a file,
  and training.

gensim gets token lists or a `corpus_file`, whichever is faster in a short test. nlpkit's compiled code is warm: it fits
a tiny text before timing. Scores: Spearman's correlation on word pairs, and Google's analogies in per cent with the
defaults of gensim's `evaluate_word_analogies`.

    NLPKIT_DATA=../shared/data python benchmarks/word_vectors.py --words 1000000 --fasttext-python ~/ft/bin/python
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from machine import machine

CHILD = Path(__file__).with_name("word_vectors_child.py")
SYSTEMS = ["nlpkit", "gensim", "fasttext"]
WHAT = {
    "skipgram": "Word2Vec, skip-gram, negative sampling",
    "cbow": "Word2Vec, CBOW, negative sampling",
    "fasttext": "FastText, skip-gram, negative sampling",
    "hs": "Word2Vec, skip-gram, hierarchical softmax",
}
SCORES = ["WordSim-353", "MEN", "SimLex-999", "RW", "semantic", "syntactic", "analogies"]
OPTIONS = ["vector_size", "window", "negative", "sample", "min_count", "alpha", "epochs", "threads"]
OPTIONS += ["min_n", "max_n", "bucket"]
RACE_WORDS = 1_000_000
Run = dict[str, Any]


def call(interpreter: str, task: dict[str, Any]) -> dict[str, Any]:
    """Run ``task`` in a new process; "absent" or "failed" in its answer is the reason for a failure."""
    try:
        done = subprocess.run([interpreter, str(CHILD), json.dumps(task)], capture_output=True, text=True)
    except OSError as error:
        return {"absent": f"{interpreter} can't be run: {error.strerror}"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


class Bench:
    """The corpus, the interpreters, and the state of each system."""

    def __init__(self, arguments: argparse.Namespace, folder: Path) -> None:
        self.arguments = arguments
        self.folder = folder
        self.options = {name: getattr(arguments, name) for name in OPTIONS}
        self.systems = list(arguments.systems)
        self.absent: dict[str, str] = {}
        self.input = dict.fromkeys(arguments.what, arguments.gensim_input)
        self.races: list[Run] = []
        if "fasttext" in self.systems and not arguments.fasttext_python:
            self.leave_out("fasttext", "no --fasttext-python and no NLPKIT_FASTTEXT_PYTHON")

    def leave_out(self, system: str, reason: str) -> None:
        """Report a missing system, and continue without it."""
        self.absent[system] = reason
        self.systems.remove(system)
        print(f"WITHOUT {system}: {reason}", flush=True)

    def corpus(self, name: str, words: int) -> tuple[Path, dict[str, Any]]:
        """Return a folder with the raw text of this number of words and its tokens."""
        folder = self.folder / name
        folder.mkdir()
        source = str(self.arguments.data / "text/enwiki2014.sents.txt.zst")
        made = call(sys.executable, {"do": "prepare", "folder": str(folder), "words": words, "source": source})
        if "failed" in made:
            raise SystemExit(f"the corpus can't be made: {made['failed']}")
        return folder, made

    def train(self, system: str, what: str, seed: int, folder: Path, **changes: Any) -> Run:
        """Run one training, and for fastText also one reading; the answer includes words/s."""
        interpreter = self.arguments.fasttext_python if system == "fasttext" else sys.executable
        options = self.options | {name: value for name, value in changes.items() if name in OPTIONS}
        task = {"do": "train", "system": system, "what": what, "seed": seed, "folder": str(folder), "options": options}
        task |= {"gensim_input": changes.get("gensim_input", self.input[what]), "vectors": changes.get("vectors")}
        run = call(interpreter, task)
        if system == "fasttext" and "NaN" in run.get("failed", ""):  # happens to 0.9.3 at random
            run = {"failed_first": run["failed"], **call(interpreter, task)}
        if system == "fasttext" and "training_s" in run:
            read = call(interpreter, task | {"only_read": True, "vectors": None})
            run["reading_s"] = read["training_s"]
            run["training_s"] -= read["training_s"]
        if "training_s" in run:
            tokens = run["tokens"] * options["epochs"]
            run |= {"words_per_s": tokens / run["training_s"], "whole_words_per_s": tokens / run["whole_s"]}
        return {"system": system, "what": what, "seed": seed, **run}

    def race(self) -> None:
        """Determine the faster input of gensim: token lists, or a file."""
        folder, made = self.corpus("race", min(RACE_WORDS, self.arguments.words))
        for what in self.arguments.what:
            found = {}
            for kind in ("lists", "file"):
                run = self.train("gensim", what, 1, folder, gensim_input=kind, epochs=self.arguments.race_epochs)
                if "absent" in run:
                    return  # the first training reports it
                self.races.append({**run, "gensim_input": kind})
                found[kind] = run.get("words_per_s", 0.0)
            self.input[what] = max(found, key=lambda kind: found[kind])
            rates = ", ".join(f"{kind} {rate:,.0f} words/s" for kind, rate in found.items())
            print(f"gensim, {what}, {made['tokens']:,} words: {rates}: it gets {self.input[what]}", flush=True)

    def runs(self, folder: Path) -> list[Run]:
        """Run all trainings, alternating between systems; the vectors of each seed are scored once."""
        runs: list[Run] = []
        for what in self.arguments.what:
            print(f"\n{WHAT[what]}\nsystem     seed  words/s: training         whole   peak MB   scores", flush=True)
            turns = [(turn, seed) for turn in range(self.arguments.repeat) for seed in self.arguments.seeds]
            for number, (turn, seed) in enumerate(turns):
                for system in self.systems[:: 1 if number % 2 == 0 else -1]:
                    vectors = str(self.folder / "vectors") if turn == 0 and not self.arguments.no_quality else None
                    run = self.train(system, what, seed, folder, vectors=vectors) | {"turn": turn}
                    if "absent" in run:
                        self.leave_out(system, run["absent"])
                        continue
                    if vectors and "failed" not in run:
                        task = {"do": "score", "vectors": vectors, "data": str(self.arguments.data)}
                        run |= call(sys.executable, task)
                    runs.append(run)
                    print(line_of(run), flush=True)
        return runs


def line_of(run: Run) -> str:
    if "words_per_s" not in run:
        return f"{run['system']:9} {run['seed']:5}  FAILED: {run['failed']}"
    line = f"{run['system']:9} {run['seed']:5}  {run['words_per_s']:17,.0f} {run['whole_words_per_s']:13,.0f}"
    line += f" {run['peak'] / 1e6:9,.0f}   "
    if "failed" in run:
        return line + f"NOT SCORED: {run['failed']}"
    return line + "  ".join(f"{name} {shown(name, value)}" for name, value in run.get("scores", {}).items())


def shown(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1f}" if name in SCORES[4:] else f"{value:.3f}"


def spread(values: list[float]) -> tuple[float, float | None]:
    """Return the mean and its standard error; None for a single value."""
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
    return statistics.mean(values), error


def summary(runs: list[Run], what: str) -> dict[str, Any]:
    """Return medians of speed, memory and ratios; means of the scores and their differences from gensim's."""
    of = {
        system: {(run["turn"], run["seed"]): run for run in runs if run["system"] == system and run["what"] == what}
        for system in SYSTEMS
    }
    of = {system: {key: run for key, run in found.items() if "words_per_s" in run} for system, found in of.items()}
    of = {system: found for system, found in of.items() if found}
    result: dict[str, Any] = {}
    for system, found in of.items():
        row: dict[str, Any] = {
            name: statistics.median(run[name] for run in found.values())
            for name in ("words_per_s", "whole_words_per_s", "peak", "imported")
        }
        for peer in [peer for peer in of if peer not in (system, "nlpkit")]:
            shared = [(found[key], of[peer][key]) for key in found if key in of[peer]]
            for name in ("words_per_s", "whole_words_per_s", "peak") if shared else ():
                row[f"{name} / {peer}"] = statistics.median(mine[name] / theirs[name] for mine, theirs in shared)
        row["scores"] = {}
        for name in SCORES:
            values = [run["scores"][name] for run in found.values() if run.get("scores", {}).get(name) is not None]
            if values:
                row["scores"][name] = dict(zip(("mean", "error"), spread(values), strict=True))
        result[system] = row
    for system, row in result.items():
        for name, mine in row["scores"].items():
            theirs = result.get("gensim", {}).get("scores", {}).get(name)
            if theirs and system != "gensim":
                mine["minus gensim"] = mine["mean"] - theirs["mean"]
                if mine["error"] is not None and theirs["error"] is not None:
                    mine["error of it"] = math.hypot(mine["error"], theirs["error"])
    return result


def print_summary(what: str, rows: dict[str, Any]) -> None:
    print(f"\n== {WHAT[what]} ==")
    print("system      words/s: training   × gensim  × fasttext      whole   × gensim  × fasttext   peak MB  imports")
    for system, row in rows.items():
        ratios = [
            [f"{row[key]:.2f}" if (key := f"{name} / {peer}") in row else "–" for peer in SYSTEMS[1:]]
            for name in ("words_per_s", "whole_words_per_s")
        ]
        print(
            f"{system:9} {row['words_per_s']:19,.0f} {ratios[0][0]:>10} {ratios[0][1]:>11}"
            f" {row['whole_words_per_s']:10,.0f} {ratios[1][0]:>10} {ratios[1][1]:>11}"
            f" {row['peak'] / 1e6:9,.0f} {row['imported'] / 1e6:8,.0f}"
        )
    scored = [name for name in SCORES if any(name in row["scores"] for row in rows.values())]
    if scored:
        print("\nmean ± its standard error (minus gensim ± standard error)")
    for name in scored:
        cells = []
        for system, row in rows.items():
            if name in row["scores"]:
                found = row["scores"][name]
                cell = f"{system} {shown(name, found['mean'])}{plus_minus(name, found['error'])}"
                if "minus gensim" in found:
                    sign = "+" if found["minus gensim"] >= 0 else ""
                    error = plus_minus(name, found.get("error of it"))
                    cell += f" ({sign}{shown(name, found['minus gensim'])}{error})"
                cells.append(f"{cell:40}")
        print(f"{name:12} {''.join(cells).rstrip()}")


def plus_minus(name: str, error: float | None) -> str:
    return "" if error is None else f" ± {shown(name, error)}"


def numbers(text: str) -> list[int]:
    """Parse seeds: ``3`` is one, ``1..5`` are five."""
    first, dots, last = text.partition("..")
    return list(range(int(first), int(last) + 1)) if dots else [int(first)]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add(
        "--words",
        type=int,
        default=1_000_000,
        help="number of words, from the start of the text",
    )
    add("--what", nargs="+", choices=WHAT, default=["skipgram", "cbow", "fasttext"])
    add("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    add("--seeds", nargs="+", type=numbers, default=[[1]], help="numbers, or a range as 1..5")
    add("--repeat", type=int, default=1, help="number of trainings per seed; the first is scored")
    add("--no-quality", action="store_true", help="time only")
    add(
        "--gensim-input", choices=["auto", "lists", "file"], default="auto", help="auto: the faster one in a short test"
    )
    add("--race-epochs", type=int, default=1)
    add("--fasttext-python", default=os.environ.get("NLPKIT_FASTTEXT_PYTHON"), help="an interpreter that has fasttext")
    add("--data", type=Path, default=os.environ.get("NLPKIT_DATA"), help="folder of the shared data sets")
    add("--score", type=Path, help="train nothing: score the word vectors in this file or folder")
    add("-o", "--output", type=Path, help="write all results to this JSON file too")
    for name, default in zip(OPTIONS, (100, 5, 5, 1e-3, 5, 0.025, 5, 2, 3, 6, 2_000_000), strict=True):
        add(f"--{name.replace('_', '-')}", type=type(default), default=default)
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error("name the folder of the shared data sets by --data or NLPKIT_DATA")
    arguments.seeds = [seed for seeds in arguments.seeds for seed in seeds]
    return arguments


def main() -> None:
    """Run the measurements of the command line, and print tables."""
    arguments = parsed()
    if arguments.score:
        task = {"do": "score", "vectors": str(arguments.score), "data": str(arguments.data)}
        print(json.dumps(call(sys.executable, task), indent=1))
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, Path(folder))
        corpus, made = bench.corpus("corpus", arguments.words)
        shown_options = " ".join(f"{name}={value}" for name, value in bench.options.items())
        print(f"{made['tokens']:,} tokens in {made['sentences']:,} sentences; {shown_options}")
        print("nlpkit's compiled code is warm: a fit on a tiny text goes before the clock starts, in the same process.")
        print("fastText's training time is less its reading: the same call with 0 epochs, in a process of its own.")
        if "gensim" in bench.systems and arguments.gensim_input == "auto":
            bench.race()
        runs = bench.runs(corpus)
        tables = {what: summary(runs, what) for what in arguments.what}
        for what, rows in tables.items():
            print_summary(what, rows)
        for system, reason in bench.absent.items():
            print(f"\nWITHOUT {system}: {reason}")
    if arguments.output:
        results = {
            "machine": machine(["numpy", "scipy", "numba"])
            | {run["system"]: run["version"] for run in runs if "version" in run},
            "command": [os.path.basename(word) if os.path.isabs(word) else word for word in sys.argv[1:]],
            "options": bench.options,
            "corpus": made,
            "gensim_input": bench.input,
            "races": bench.races,
            "absent": bench.absent,
            "summary": tables,
            "runs": runs,
        }
        arguments.output.write_text(json.dumps(results, indent=1) + "\n")
    failed = [f"{run['system']} {run['what']} seed {run['seed']}: {run['failed']}" for run in runs if "failed" in run]
    if failed:
        raise SystemExit("FAILED: " + "; ".join(failed))


if __name__ == "__main__":
    main()
