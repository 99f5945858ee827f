"""Matrices of 8 bits: each row, of an output or a token, is whole numbers from -127 to 127 times a scale.

Products with such weights, and with inputs of 7 bits, are those of `nlpkit.inference.product.PackedInt8`. The products
of a recurrent state with itself, those of attention's keys and queries, and the first states of a decoder compute
rounded weights in float32.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from nlpkit.errors import ArtifactError
from nlpkit.inference.product import rounded_rows

SCALE = ".scale"
"""Behind the name of a matrix, the name of its scales."""


def quantized(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of weights whose matrices are rounded to 8 bits.

    Raises
    ------
    ArtifactError
        If a weight is not finite.

    Examples
    --------
    >>> arrays = quantized({"a.weight": np.array([[1.0, -2.0]]), "a.bias": np.array([0.5])})
    >>> {name: (array.dtype.name, array.shape) for name, array in arrays.items()}
    {'a.weight': ('int8', (1, 2)), 'a.weight.scale': ('float32', (1,)), 'a.bias': ('float64', (1,))}
    """
    found: dict[str, np.ndarray] = {}
    for name, array in weights.items():
        if array.ndim == 2:
            if not np.isfinite(array).all():
                raise ArtifactError(f"{name} has weights that are not finite numbers, which cannot be rounded")
            found[name], found[name + SCALE] = rounded_rows(array)
        else:
            found[name] = array
    return found


class Dequantized(Mapping[str, np.ndarray]):
    """Arrays of `quantized` as float32, each computed when it is asked for.

    Parameters
    ----------
    arrays : mapping of str to ndarray
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._arrays = arrays
        self._names = [name for name in arrays if not name.endswith(SCALE)]

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._arrays:
            raise KeyError(name)
        array = self._arrays[name]
        scales = self._arrays.get(name + SCALE)
        return array if scales is None else array.astype(np.float32) * scales[:, None]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Rounded(Mapping[str, np.ndarray]):
    """Weights as they are after they were rounded to 8 bits.

    Parameters
    ----------
    weights : mapping of str to ndarray
    """

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self._weights = weights

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._weights:
            raise KeyError(name)
        return Dequantized(quantized({name: self._weights[name]}))[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __len__(self) -> int:
        return len(self._weights)
