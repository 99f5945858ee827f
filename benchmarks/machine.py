"""Description of the machine and the versions, for the results of the benchmarks."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_SETS = {"avx512f": "AVX-512", "avx2": "AVX2", "sse4.2": "SSE4.2", "neon": "NEON"}


def machine(packages: Iterable[str]) -> dict[str, Any]:
    """Describe the machine, and the versions of those packages that are installed."""
    versions = {}
    for package in packages:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "instruction set": instruction_set(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **versions,
    }


def instruction_set() -> str:
    """Name the widest vector instructions that nlpkit's compiled code may use; NUMBA_CPU_FEATURES can limit them."""
    from llvmlite import binding
    from numba.core import config

    given = config.CPU_FEATURES
    features = given.split(",") if given else binding.get_host_cpu_features().flatten().split(",")
    return next((name for feature, name in _SETS.items() if f"+{feature}" in features), platform.machine())


def _processor() -> str:
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
