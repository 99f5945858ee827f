"""`RoundedMatrix`: a matrix of 8 bits by NumPy, with the products that compiled code computes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nlpkit.translation.quantization import SCALE

Array = np.ndarray


class RoundedMatrix:
    """A matrix of whole numbers from -127 to 127 times a scale for each row.

    Inputs are rounded row by row to whole numbers from 0 to 127, as `nlpkit.inference.product.PackedInt8` rounds them.
    The sums are computed in float32, which holds them exactly up to a depth of 1,040.

    Parameters
    ----------
    numbers : ndarray (size, depth) int8
    scales : ndarray (size,) float32

    Examples
    --------
    >>> matrix = RoundedMatrix(np.array([[64, 127]], np.int8), np.array([2 / 127], np.float32))
    >>> matrix.times(np.array([[1.0, 1.0], [3.0, 0.0]], np.float32)).round(2)
    array([[3.01],
           [3.02]], dtype=float32)
    >>> matrix[[0]].round(2)
    array([[1.01, 2.  ]], dtype=float32)
    """

    def __init__(self, numbers: Array, scales: Array) -> None:
        self._numbers, self._scales = numbers.astype(np.float32), scales
        self._totals = self._numbers.sum(1)

    def __getitem__(self, rows: Array) -> Array:
        """Return rows as float32."""
        made: Array = self._numbers[rows] * self._scales[rows][..., None]
        return made

    def times(self, x: Array) -> Array:
        """Return x Wᵀ of rows (..., depth)."""
        high, low = np.maximum(x.max(-1, keepdims=True), 0), np.maximum(-x.min(-1, keepdims=True), 0)
        scale = (high + low) / np.float32(127)
        factor = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale > 0)
        zero = np.floor(low * factor + np.float32(0.5))
        rounded = np.clip(np.floor(x * factor + (zero + np.float32(0.5))), 0, 127)
        made: Array = (rounded @ self._numbers.T - zero * self._totals) * (scale * self._scales)
        return made


def matrices(arrays: Mapping[str, Array]) -> dict[str, Array | RoundedMatrix]:
    """Return the weights of `nlpkit.translation.quantization.quantized`, those of 8 bits as matrices."""
    return {
        name: RoundedMatrix(array, arrays[name + SCALE]) if name + SCALE in arrays else array
        for name, array in arrays.items()
        if not name.endswith(SCALE)
    }


def times(x: Array, weight: Array | RoundedMatrix) -> Array:
    """Return x Wᵀ."""
    made: Array = weight.times(x) if isinstance(weight, RoundedMatrix) else x @ weight.T
    return made
