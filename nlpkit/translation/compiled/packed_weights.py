"""PackedWeights: all weights of a model in one array, in the order in which compiled code reads them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlpkit.inference.product import PANEL, padded


class PackedWeights:
    """Weights that are laid one after the other.

    Attributes
    ----------
    array : ndarray (numbers,) float32
        Available after `finish`.
    """

    array: np.ndarray

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._size = 0

    def row(self, values: np.ndarray | None, size: int, fill: float = 0.0) -> int:
        """Lay ``values`` as a row of ``size`` numbers, the rest of which is ``fill``; return its place."""
        made = np.full(padded(size), fill, np.float32)
        if values is not None:
            made[: len(values)] = values
        return self._lay(made)

    def matrix(self, weight: np.ndarray) -> int:
        """Lay (size, depth) as panels; return its place."""
        size, depth = weight.shape
        full = np.zeros((padded(size), depth), np.float32)
        full[:size] = weight
        return self._lay(full.reshape(-1, PANEL, depth).transpose(0, 2, 1))

    def plain(self, values: np.ndarray) -> int:
        """Lay numbers as they are; return their place."""
        return self._lay(values)

    def finish(self) -> np.ndarray:
        """Join all parts."""
        self.array = np.concatenate(self._parts) if self._parts else np.zeros(0, np.float32)
        self._parts.clear()
        return self.array

    def _lay(self, values: np.ndarray) -> int:
        flat = np.ascontiguousarray(values, np.float32).ravel()
        rest = -len(flat) % PANEL
        place = self._size
        self._parts.append(flat if not rest else np.concatenate([flat, np.zeros(rest, np.float32)]))
        self._size += len(flat) + rest
        return place


def by_head(weight: np.ndarray, parts: int, heads: int, width: int) -> np.ndarray:
    """Give each head of each part ``width`` rows of a matrix or bias (parts · heads · d / heads, ...), with zeros."""
    split = weight.reshape(parts, heads, -1, *weight.shape[1:])
    made = np.zeros((parts, heads, width, *weight.shape[1:]), np.float32)
    made[:, :, : split.shape[2]] = split
    return made.reshape(-1, *weight.shape[1:])


def table_of(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Return places as an array (layers, places) int64."""
    return np.array(rows, np.int64).reshape(len(rows), -1)
