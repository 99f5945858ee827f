"""Sinusoidal positions against the formula in plain Python, and the shift that makes them relative."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch", reason="PyTorch isn't installed")

from nlpkit.layers.positions import sinusoids  # noqa: E402


@pytest.mark.parametrize("d_model", [1, 2, 5, 8])
def test_every_number_is_the_formulas(d_model: int) -> None:
    rows = sinusoids(40, d_model, dtype=torch.float64).tolist()
    half = math.ceil(d_model / 2)
    for p, row in enumerate(rows):
        expected = [math.sin(p / 10000 ** (2 * i / d_model)) for i in range(half)]
        expected += [math.cos(p / 10000 ** (2 * i / d_model)) for i in range(d_model - half)]
        assert row == pytest.approx(expected, abs=1e-14)


def test_far_positions_are_as_exact_as_near_ones() -> None:
    """Worked in float32, the sine of 5000 would be off by 2e-4."""
    far = sinusoids(5001, 4)[5000].tolist()
    assert far == pytest.approx([math.sin(5000), math.sin(50), math.cos(5000), math.cos(50)], abs=1e-7)


def test_more_positions_begin_with_the_same() -> None:
    assert torch.equal(sinusoids(10, 6), sinusoids(300, 6)[:10])


def test_the_product_of_two_positions_depends_on_their_distance_alone() -> None:
    rows = sinusoids(30, 8, dtype=torch.float64)
    products = rows @ rows.T
    for distance in range(30):
        along = products.diagonal(distance)
        assert torch.allclose(along, along[:1], rtol=0, atol=1e-12)
