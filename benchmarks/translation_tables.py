"""Inputs, other processes, medians and tables of `translation.py`."""

from __future__ import annotations

import gzip
import json
import statistics
import subprocess
from pathlib import Path
from typing import Any

CHILD = Path(__file__).with_name("translation_child.py")

Run = dict[str, Any]


def lines_of(path: Path) -> list[str]:
    """Return the lines of a text file, gzipped or not."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return raw.decode().removesuffix("\n").split("\n")


def call(interpreter: str, task: Run) -> Run:
    """Run ``task`` in a new process; "absent" in its answer is the reason for a failure."""
    try:
        done = subprocess.run([interpreter, str(CHILD), json.dumps(task)], capture_output=True, text=True)
    except OSError as error:
        return {"absent": f"{interpreter} can't be run: {error.strerror}"}
    if done.returncode:
        return {"absent": "it failed: " + (done.stderr.strip().splitlines() or [f"code {done.returncode}"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def summary(runs: list[Run]) -> list[Run]:
    """Return medians of target tokens/s, and the speed-up of compiled code, or of nlpkit's torch, over each system."""
    rows = []
    keys = list(dict.fromkeys(tuple(run[name] for name in ("model", "dtype", "beam", "batch")) for run in runs))
    for key in keys:
        rates: dict[str, dict[int, float]] = {}
        for run in runs:
            if tuple(run[name] for name in ("model", "dtype", "beam", "batch")) == key:
                rates.setdefault(run["system"], {})[run["turn"]] = run["tokens"] / run["seconds"]
        for system, found in rates.items():
            ours = rates.get("compiled") or rates["nlpkit"]  # torch's
            ratio = statistics.median(ours[turn] / rate for turn, rate in found.items())
            row = dict(zip(("model", "dtype", "beam", "batch"), key, strict=True))
            rows.append(row | {"system": system, "tokens_per_s": statistics.median(found.values()), "nlpkit /": ratio})
    return rows


def print_tables(rows: list[Run], memory: list[Run], absent: dict[str, str]) -> None:
    if rows:
        print("\nmodel  precision  beam  batch  system            target tokens/s   nlpkit is × as fast")
    for row in rows:
        ratio = "" if row["nlpkit /"] == 1.0 else f"{row['nlpkit /']:.2f}"
        start = f"{row['model']:6} {row['dtype']:9} {row['beam']:5} {row['batch']:6}  {row['system']:16}"
        print(f"{start} {row['tokens_per_s']:16,.1f} {ratio:>21}")
    if memory:
        print("\npeak MB (imports)")
    for row in memory:
        print(f"{row['what']:48} {row['system']:10} {row['peak'] / 1e6:8,.0f} ({row['imported'] / 1e6:,.0f})")
    for system, reason in absent.items():
        print(f"WITHOUT {system}: {reason}")
