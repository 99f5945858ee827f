"""Train every architecture on copying, reversing and sorting words for digits, with no option but the architecture.

    python benchmarks/toy_tasks.py -o toys.json
    python benchmarks/toy_tasks.py --tasks reverse --models transformer gru-none
    python benchmarks/toy_tasks.py --tasks recall-10 recall-20 recall-40 --models gru-none lstm-none rnn-none \
        --options --no-bidirectional

A task has 3,000 training pairs of 3 to 8 words and 300 different test pairs. The score is the percentage of exact
matches. Each row runs `nlpkit train translation` and `nlpkit translate` like a user, one after another.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TASKS: dict[str, Callable[[list[int]], list[int]]] = {
    "copy": lambda digits: digits,
    "reverse": lambda digits: digits[::-1],
    "sort": sorted,
}
RECALL = {f"recall-{length}": length for length in (5, 10, 20, 40, 80)}
"""Task: repeat the first of ``n`` words, to measure how far back a model remembers. Not among the default tasks."""
MODELS = {"transformer": ["--arch", "transformer"]} | {
    f"{cell}-{attention}": ["--arch", cell, "--attention", attention]
    for attention in ("general", "additive", "dot", "none")
    for cell in ("gru", "lstm", "rnn")
}


def main() -> None:
    """Run the selected tasks, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=[*TASKS, *RECALL], default=list(TASKS))
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--seed", type=int, default=1, help="seed of the pairs")
    parser.add_argument("-o", "--output", type=Path, help="write the results to this JSON file too, row by row")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="more options of the training")
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for task in arguments.tasks:
            write_pairs(Path(place), task, arguments.seed)
            for model in arguments.models:
                row = train(Path(place), task, model, arguments.options)
                rows.append(row)
                print(
                    f"{task:8} {model:14} {row['right']:6.1%} right, {row['seconds']:5.0f} s, {row['said']}", flush=True
                )
                if arguments.output:
                    arguments.output.write_text(json.dumps(rows, indent=1) + "\n")


def write_pairs(folder: Path, task: str, seed: int) -> None:
    """Write train.tsv, test.src and test.trg, with distinct sources."""
    draw = random.Random(seed)
    sources: dict[tuple[int, ...], None] = {}
    while len(sources) < 3300:
        length = RECALL.get(task) or draw.randint(3, 8)
        sources[tuple(draw.randrange(10) for _ in range(length))] = None
    answer = TASKS.get(task, lambda digits: digits[:1])
    both = [[" ".join(WORDS[i] for i in side) for side in (source, answer(list(source)))] for source in sources]
    (folder / "train.tsv").write_text("".join(f"{src}\t{trg}\n" for src, trg in both[:3000]))
    for number, name in enumerate(("test.src", "test.trg")):
        (folder / name).write_text("".join(pair[number] + "\n" for pair in both[3000:]))


def train(folder: Path, task: str, model: str, options: list[str]) -> dict[str, object]:
    """Train and translate."""
    program = str(Path(sys.executable).with_name("nlpkit"))
    command = ["train", "translation", "--pairs", "train.tsv", *MODELS[model], *options, "-o", "model", "--force"]
    started = time.perf_counter()
    done = subprocess.run([program, *command], cwd=folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"FAILED: {' '.join(command)}\n{done.stderr}")
    made = subprocess.run(
        [program, "translate", "-i", "test.src", "--model", "model", "-q"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = (folder / "test.trg").read_text().splitlines()
    right = sum(one == other for one, other in zip(made.stdout.splitlines(), expected, strict=True)) / len(expected)
    said = done.stderr.splitlines()[-1].removeprefix("nlpkit: ").removesuffix(", in model")
    return {
        "task": task,
        "model": model,
        "command": command,
        "right": right,
        "seconds": round(seconds, 1),
        "said": said,
    }


if __name__ == "__main__":
    main()
