"""Medians and tables of the runs of `translation.py`."""

from __future__ import annotations

import statistics
from typing import Any

Run = dict[str, Any]


def summary(runs: list[Run]) -> list[Run]:
    """Return medians of target tokens/s, and of nlpkit's speed-up over each system."""
    rows = []
    keys = list(dict.fromkeys(tuple(run[name] for name in ("model", "dtype", "beam", "batch")) for run in runs))
    for key in keys:
        rates: dict[str, dict[int, float]] = {}
        for run in runs:
            if tuple(run[name] for name in ("model", "dtype", "beam", "batch")) == key:
                rates.setdefault(run["system"], {})[run["turn"]] = run["tokens"] / run["seconds"]
        for system, found in rates.items():
            ratio = statistics.median(rates["nlpkit"][turn] / rate for turn, rate in found.items())
            row = dict(zip(("model", "dtype", "beam", "batch"), key, strict=True))
            rows.append(row | {"system": system, "tokens_per_s": statistics.median(found.values()), "nlpkit /": ratio})
    return rows


def print_tables(rows: list[Run], memory: list[Run], absent: dict[str, str]) -> None:
    if rows:
        print("\nmodel  precision  beam  batch  system            target tokens/s   nlpkit is × as fast")
    for row in rows:
        ratio = "" if row["system"] == "nlpkit" else f"{row['nlpkit /']:.2f}"
        start = f"{row['model']:6} {row['dtype']:9} {row['beam']:5} {row['batch']:6}  {row['system']:16}"
        print(f"{start} {row['tokens_per_s']:16,.1f} {ratio:>21}")
    if memory:
        print("\npeak MB (imports)")
    for row in memory:
        print(f"{row['what']:48} {row['system']:10} {row['peak'] / 1e6:8,.0f} ({row['imported'] / 1e6:,.0f})")
    for system, reason in absent.items():
        print(f"WITHOUT {system}: {reason}")
