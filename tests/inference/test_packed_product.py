"""Compiled products are NumPy's, for all sizes."""

from __future__ import annotations

import numpy as np
import pytest

from nlpkit.inference._product_numba import multiply
from nlpkit.inference.product import Packed


@pytest.mark.parametrize("size", [1, 15, 16, 17, 33, 64])
@pytest.mark.parametrize("depth", [1, 2, 16, 37])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 11, 13])
def test_products_of_any_size(n: int, depth: int, size: int) -> None:
    draw = np.random.default_rng(n + 100 * depth + 10_000 * size)
    x, weight, bias = draw.normal(size=(n, depth)), draw.normal(size=(size, depth)), draw.normal(size=size)
    layer = Packed.of(weight, bias)
    expected = x @ weight.T + bias
    np.testing.assert_allclose(layer(x), expected, atol=2e-5)
    np.testing.assert_allclose(layer(x, rectified=True), np.maximum(expected, 0), atol=2e-5)
    assert not layer.panels.reshape(-1, depth, 16)[-1, :, size % 16 or 16 :].any()


def test_a_product_is_added_to_what_is_there_and_writes_nothing_else() -> None:
    draw = np.random.default_rng(1)
    layer = Packed.of(draw.normal(size=(20, 8)).astype(np.float32))
    x, y = draw.normal(size=(5, 12)).astype(np.float32), draw.normal(size=(7, 40)).astype(np.float32)
    before = y.copy()
    multiply(x.ravel(), layer.panels.ravel(), y.ravel(), layer.bias, y.ravel(), 5, (8, 12, 40, 40), np.float32(-np.inf))
    weight = layer.panels.transpose(0, 2, 1).reshape(-1, 8)
    np.testing.assert_allclose(y[:5, :32], before[:5, :32] + x[:, :8] @ weight.T, atol=1e-5)
    assert np.array_equal(y[5:], before[5:])
    assert np.array_equal(y[:, 32:], before[:, 32:])


def test_nothing_in_gives_the_bias() -> None:
    layer = Packed.of(np.zeros((3, 0)), np.array([1.0, -2.0, 3.0]))
    assert layer(np.zeros((2, 0), np.float32)).tolist() == [[1.0, -2.0, 3.0]] * 2
    assert layer(np.zeros((0, 0), np.float32)).shape == (0, 3)
