"""Check that dense rows fit into memory and on the disk."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

from nlpkit.errors import OutputError

from .columns import Columns


def check_room(path: str | os.PathLike[str], columns: Columns, n_rows: int, disk: float = math.inf) -> None:
    """Reject a dense file of ``n_rows`` that needs more than the available memory, or more than ``disk`` bytes.

    Raises
    ------
    OutputError
        If it does not fit, with the sizes.
    """
    needed, memory = n_rows * columns.row_bytes, available_memory()
    if needed <= min(memory, disk):
        return
    free = f"{_size(memory)} of memory" if needed > memory else f"{_size(disk)} of disk space"
    raise OutputError(
        f"{os.fspath(path)}: dense rows need {_size(needed)} ({n_rows:,} × {columns.n_columns:,} numbers of"
        f" {columns.dtype.itemsize} bytes) but {free} is free: write .npz, .parquet or .jsonl, or keep fewer"
        " columns (--max-features)"
    )


def free_disk(path: str | os.PathLike[str]) -> float:
    """Return the free bytes on the disk of ``path``; infinity if unknown."""
    try:
        return shutil.disk_usage(Path(os.path.realpath(path)).parent).free
    except OSError:
        return math.inf


def available_memory() -> float:
    """Return the bytes of memory available without swapping; infinity if unknown."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return math.inf


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"
