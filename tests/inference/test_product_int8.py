"""Products of bytes are exact, for all sizes and on every processor."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nlpkit.inference._product_int8_numba import multiply_int8
from nlpkit.inference.product import PackedInt8, rounded_rows
from nlpkit.translation.plain.rounded import RoundedMatrix


def by_whole_numbers(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Round as `round_rows` says, multiply whole numbers, and scale."""
    high, low = np.maximum(x.max(1, initial=0), 0), np.maximum(-x.min(1, initial=0), 0)
    scale = (high + low).astype(np.float32) / np.float32(127)
    factor = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale > 0)
    zero = np.floor(low * factor + np.float32(0.5))
    numbers = np.clip(np.floor(x * factor[:, None] + (zero + np.float32(0.5))[:, None]), 0, 127)
    rounded, scales = rounded_rows(weight)
    sums = (numbers - zero[:, None]).astype(np.int64) @ rounded.T.astype(np.int64)
    return sums * scale[:, None].astype(np.float64) * scales + bias


@pytest.mark.parametrize("size", [1, 16, 17, 33, 64, 80])
@pytest.mark.parametrize("depth", [1, 3, 16, 37])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 6, 7, 13])
def test_products_of_any_size(n: int, depth: int, size: int) -> None:
    draw = np.random.default_rng(n + 100 * depth + 10_000 * size)
    x, weight = draw.normal(size=(n, depth)).astype(np.float32), draw.normal(size=(size, depth)).astype(np.float32)
    bias = draw.normal(size=size).astype(np.float32)
    layer = PackedInt8.of(weight, bias)
    expected = by_whole_numbers(x, weight, bias)
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)
    np.testing.assert_allclose(layer(x, rectified=True), np.maximum(expected, 0), atol=1e-5)
    np.testing.assert_allclose(RoundedMatrix(*rounded_rows(weight)).times(x) + bias, expected, atol=1e-5)
    span = np.abs(x).max() * np.abs(weight).max()
    np.testing.assert_allclose(layer(x), x @ weight.T + bias, atol=0.012 * span * depth**0.5 + 1e-6)


def test_the_largest_numbers_do_not_overflow() -> None:
    layer = PackedInt8.of(np.full((16, 4096), -3.0, np.float32))
    np.testing.assert_allclose(layer(np.full((2, 4096), 5.0, np.float32)), -3.0 * 5.0 * 4096, rtol=1e-6)


def test_rows_of_zeros_give_the_bias_and_what_stands_behind_a_row_changes_nothing() -> None:
    layer = PackedInt8.of(np.ones((3, 5), np.float32), np.array([1.0, -2.0, 3.0], np.float32))
    assert layer(np.zeros((2, 5), np.float32)).tolist() == [[1.0, -2.0, 3.0]] * 2
    x = np.full((1, 16), np.nan, np.float32)
    x[:, :5] = 2.0
    y, room = np.empty((1, 16), np.float32), np.empty(16 + 8, np.uint8)
    weights = room, layer.panels.ravel(), layer.columns.ravel(), np.zeros(16, np.float32), y.ravel()
    multiply_int8(x.ravel(), 16, 5, *weights, 1, 16, np.float32(-np.inf))
    np.testing.assert_allclose(y[0, :3], [11.0, 8.0, 13.0], rtol=1e-6)


DIGEST = """
import hashlib
import numpy as np
from nlpkit.inference import _tile_int8
from nlpkit.inference.product import PackedInt8
draw = np.random.default_rng(1)
layer = PackedInt8.of(draw.integers(-99, 99, (70, 90)).astype(np.float32))
print(_tile_int8.WAY, hashlib.sha256(layer(draw.integers(-9, 9, (13, 90)).astype(np.float32)).tobytes()).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "features", "way"),
    [("generic", "", "any"), ("haswell", "+avx2,+fma,+avx", "pairs 256"), ("haswell", "-avx2", "any")],
)
def test_sums_are_the_same_on_other_processors(tmp_path: Path, name: str, features: str, way: str) -> None:
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("these are processors of x86")
    other = {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features, "NUMBA_CACHE_DIR": str(tmp_path)}
    found = []
    for environment in (os.environ, {**os.environ, **other}):
        command = [sys.executable, "-P", "-c", DIGEST]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        found.append(done.stdout.rsplit(maxsplit=1))
    assert found[1][0] == way
    assert found[0][1] == found[1][1]


FOR_ARM = """
import re
import numpy as np
from llvmlite import binding
from nlpkit.inference._product_int8_numba import multiply_int8
from nlpkit.inference._product_numba import multiply
from nlpkit.inference.product import Packed, PackedInt8
for kind, function in ((Packed, multiply), (PackedInt8, multiply_int8)):
    kind.of(np.ones((20, 20), np.float32))(np.ones((3, 20), np.float32))
    [code] = function.inspect_llvm().values()
    code = re.sub('target triple = ".*"', 'target triple = "aarch64-unknown-linux-gnu"', code)
    module = binding.parse_assembly(re.sub('target datalayout = ".*"', "", code))
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    machine = binding.Target.from_triple("aarch64-unknown-linux-gnu").create_target_machine(features="+neon", opt=3)
    assembly = machine.emit_assembly(module)
    print(len(re.findall("fmla.*v[0-9]+[.]4s", assembly)), len(re.findall("smull.*v[0-9]+[.]4s", assembly)))
"""


@pytest.mark.slow
def test_code_for_arm_multiplies_vectors(tmp_path: Path) -> None:
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("there the code is compiled for this processor")
    other = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-P", "-c", FOR_ARM]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **other})
    of_float32, of_int8 = (list(map(int, line.split())) for line in done.stdout.splitlines())
    assert of_float32[0] >= 48
    assert of_int8[1] >= 48
