"""Weights of a model in one array, in the order in which compiled code reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from nlpkit.inference.product import PANEL, padded

T = TypeVar("T")


class PackedWeights:
    """Lays weights one after the other.

    Parameters
    ----------
    array : ndarray (numbers,) float32, optional
        Where to lay them; without it they are only counted.

    Attributes
    ----------
    size : int
        Numbers that were laid.
    """

    def __init__(self, array: np.ndarray | None = None) -> None:
        self._array = array
        self.size = 0

    def row(self, values: np.ndarray | None, size: int, fill: float = 0.0) -> int:
        """Lay ``values`` as a row of ``size`` numbers, the rest of which is ``fill``; return its place."""
        place, room = self._take(padded(size))
        if room is not None:
            room[:] = fill
            if values is not None:
                room[: len(values)] = values
        return place

    def matrix(self, weight: np.ndarray) -> int:
        """Lay (size, depth) as panels; return its place."""
        size, depth = weight.shape
        place, room = self._take(padded(size) * depth)
        if room is not None:
            panels, whole = room.reshape(-1, depth, PANEL), size // PANEL
            panels[:whole] = weight[: whole * PANEL].reshape(whole, PANEL, depth).transpose(0, 2, 1)
            if size % PANEL:
                panels[whole] = 0
                panels[whole, :, : size % PANEL] = weight[whole * PANEL :].T
        return place

    def plain(self, values: np.ndarray) -> int:
        """Lay numbers as they are; return their place."""
        place, room = self._take(padded(values.size))
        if room is not None:
            room[: values.size] = values.ravel()
        return place

    def _take(self, size: int) -> tuple[int, np.ndarray | None]:
        place = self.size
        self.size += size
        return place, None if self._array is None else self._array[place : self.size]


def pack(lay: Callable[[PackedWeights], T]) -> tuple[np.ndarray, T]:
    """Return the array of all weights that ``lay`` lays, and what it returns; it is called twice.

    The first call counts, so that the weights are copied once.
    """
    counted = PackedWeights()
    lay(counted)
    array = np.empty(counted.size, np.float32)
    return array, lay(PackedWeights(array))


def by_head(weight: np.ndarray, parts: int, heads: int, width: int) -> np.ndarray:
    """Give each head of each part ``width`` rows of a matrix or bias (parts · heads · d / heads, ...), with zeros."""
    split = weight.reshape(parts, heads, -1, *weight.shape[1:])
    made = np.zeros((parts, heads, width, *weight.shape[1:]), np.float32)
    made[:, :, : split.shape[2]] = split
    return made.reshape(-1, *weight.shape[1:])


def table_of(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Return places as an array (layers, places) int64."""
    return np.array(rows, np.int64).reshape(len(rows), -1)
