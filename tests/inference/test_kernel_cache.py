"""Compiled code on disk: files that a full disk or a power cut has damaged cost a compilation."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

MODULE = """
from nlpkit._kernel import kernel

@kernel
def double(x):
    return 2 * x
"""


def loaded(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("doubling", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
@pytest.mark.parametrize("size", [0, 50])
def test_a_damaged_file_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, size: int) -> None:
    monkeypatch.setattr("numba.core.config.CACHE_DIR", "")
    path = tmp_path / "doubling.py"
    path.write_text(MODULE)
    assert loaded(path).double(2) == 4
    [cached] = (tmp_path / "__pycache__").glob(f"*.{suffix}")
    whole = cached.stat().st_size
    cached.write_bytes(cached.read_bytes()[:size])
    assert loaded(path).double(3) == 6
    [cached] = (tmp_path / "__pycache__").glob(f"*.{suffix}")
    assert cached.stat().st_size >= whole
