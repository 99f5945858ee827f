"""How long `nlpkit translate` takes in a new process, by engine, number of sentences, and state of numba's cache.

    NLPKIT_DATA=../shared/data python benchmarks/first_translation.py MODEL [--sentences 1 10 100 1000 3000] [-o FILE]

"cached" is with numba's cache filled, "compiled" with an empty one, so that every run compiles. Engines run in turns.
``times the best`` is the time of "auto" by that of the faster of the other two.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import machine

ENGINES = ("auto", "numpy", "compiled")
COMMAND = "import sys; from nlpkit.cli.main import main; sys.exit(main())"


def main() -> None:
    """Print a line for each number of sentences and state of the cache."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--sentences", type=int, nargs="+", default=[1, 10, 100, 1000, 3000])
    parser.add_argument("--caches", nargs="+", choices=["cached", "compiled"], default=["cached", "compiled"])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--data", type=Path, default=os.environ.get("NLPKIT_DATA"))
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    if given.data is None:
        parser.error("name the folder of the data sets by --data or NLPKIT_DATA")
    texts = gzip.decompress((given.data / "parallel/multi30k/train.en.gz").read_bytes()).decode().splitlines()
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for model in given.models:
            for cache in given.caches:
                for count in given.sentences:
                    row = measured(model, texts[:count], Path(place), given.repeat, is_cached=cache == "cached")
                    rows.append({"model": model.name, "sentences": count, "cache": cache, **row})
                    print(json.dumps(rows[-1]), flush=True)
    if given.output:
        given.output.write_text(json.dumps({"machine": machine(["nlpkit", "numba"]), "rows": rows}, indent=1) + "\n")


def measured(model: Path, texts: list[str], folder: Path, repeat: int, *, is_cached: bool) -> dict[str, Any]:
    """Translate by each engine in turns; return median seconds, and the peak memory in MB."""
    (folder / "texts").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    seconds: dict[str, list[float]] = {engine: [] for engine in ENGINES}
    memory: dict[str, float] = {}
    for turn in range(-1 if is_cached else 0, repeat):
        for engine in ENGINES[:: 1 if turn % 2 else -1]:
            with tempfile.TemporaryDirectory() as empty:
                cache = folder / "cache" if is_cached else Path(empty)
                found, memory[engine] = translated(model, folder, engine, cache)
            if turn >= 0:
                seconds[engine].append(found)
    best = min(statistics.median(seconds[engine]) for engine in ENGINES[1:])
    row: dict[str, Any] = {engine: round(statistics.median(each), 2) for engine, each in seconds.items()}
    row["times the best"] = round(statistics.median(seconds["auto"]) / best, 2)
    return row | {"MB": {engine: round(each) for engine, each in memory.items()}}


def translated(model: Path, folder: Path, engine: str, cache: Path) -> tuple[float, float]:
    """Run the command, and return its seconds and its peak memory in MB."""
    options = ["--model", str(model), "--engine", engine, "--device", "cpu", "-o", str(folder / "out")]
    command = [sys.executable, "-P", "-c", COMMAND, "translate", "-i", str(folder / "texts"), *options]
    begun = time.perf_counter()
    with subprocess.Popen(command, env={**os.environ, "NUMBA_CACHE_DIR": str(cache)}, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        said = child.stderr.read().decode()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"FAILED: {said.strip()}")
    return time.perf_counter() - begun, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


if __name__ == "__main__":
    main()
