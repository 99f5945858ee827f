"""Weights of a model in one array, in the order in which compiled code reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from nlpkit.inference.product import PANEL, PackedInt8, padded

T = TypeVar("T")
Weights = np.ndarray | tuple[np.ndarray, np.ndarray]
"""Numbers (float32), or numbers and bytes (int8): see `nlpkit.inference._dense_numba`."""


class PackedWeights:
    """Lays weights one after the other.

    Parameters
    ----------
    numbers, bytes_ : ndarray of float32 and of int8, optional
        Where to lay them; without ``numbers`` they are only counted.
    is_int8 : bool
        Whether layers are rounded to 8 bits.

    Attributes
    ----------
    n_numbers, n_bytes : int
        Sizes of both arrays so far.
    """

    def __init__(
        self, numbers: np.ndarray | None = None, bytes_: np.ndarray | None = None, *, is_int8: bool = False
    ) -> None:
        self._numbers, self._bytes, self._is_int8 = numbers, bytes_, is_int8
        self.n_numbers = self.n_bytes = 0

    def row(self, values: np.ndarray | None, size: int, fill: float = 0.0) -> int:
        """Lay ``values`` as a row of ``size`` numbers, the rest of which is ``fill``; return its place."""
        place, room = self._take(padded(size))
        if room is not None:
            room[:] = fill
            if values is not None:
                room[: len(values)] = values
        return place

    def matrix(self, weight: np.ndarray) -> int:
        """Lay (size, depth) as panels of float32; return its place."""
        size, depth = weight.shape
        place, room = self._take(padded(size) * depth)
        if room is not None:
            panels, whole = room.reshape(-1, depth, PANEL), size // PANEL
            panels[:whole] = weight[: whole * PANEL].reshape(whole, PANEL, depth).transpose(0, 2, 1)
            if size % PANEL:
                panels[whole] = 0
                panels[whole, :, : size % PANEL] = weight[whole * PANEL :].T
        return place

    def layer(self, weight: np.ndarray, bias: np.ndarray | None = None, fill: float = 0.0) -> tuple[int, int]:
        """Lay a linear layer (size, depth); return the places of its matrix and its bias, which is ``fill`` beyond."""
        size, depth = weight.shape
        if not self._is_int8:
            return self.matrix(weight), self.row(bias, size, fill)
        place, (behind, room) = self.n_bytes, self._take(3 * padded(size))
        self.n_bytes += padded(size) * padded(depth)
        if room is not None:
            assert self._bytes is not None
            made = PackedInt8.of(weight, bias)
            self._bytes[place : self.n_bytes] = made.panels.ravel()
            columns = room.reshape(-1, 3, PANEL)
            columns[:] = made.columns
            if size % PANEL:
                columns[-1, 2, size % PANEL :] = fill
        return place, behind

    def _take(self, size: int) -> tuple[int, np.ndarray | None]:
        place = self.n_numbers
        self.n_numbers += size
        return place, None if self._numbers is None else self._numbers[place : self.n_numbers]


def pack(lay: Callable[[PackedWeights], T], *, is_int8: bool = False) -> tuple[Weights, T]:
    """Return the arrays of all weights that ``lay`` lays, and what it returns; it is called twice.

    The first call counts, so that the weights are copied once.
    """
    counted = PackedWeights(is_int8=is_int8)
    lay(counted)
    numbers, bytes_ = np.empty(counted.n_numbers, np.float32), np.empty(counted.n_bytes, np.int8)
    found = lay(PackedWeights(numbers, bytes_, is_int8=is_int8))
    return (numbers, bytes_) if is_int8 else numbers, found


def with_room(weights: Weights, rows: int, depth: int) -> Weights | tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights as compiled code takes them: those of 8 bits with room for rounded rows."""
    if isinstance(weights, tuple):
        return (*weights, np.empty(rows * (padded(depth) + 8), np.uint8))
    return weights


def by_head(weight: np.ndarray, parts: int, heads: int, width: int) -> np.ndarray:
    """Give each head of each part ``width`` rows of a matrix or bias (parts · heads · d / heads, ...), with zeros."""
    split = weight.reshape(parts, heads, -1, *weight.shape[1:])
    made = np.zeros((parts, heads, width, *weight.shape[1:]), np.float32)
    made[:, :, : split.shape[2]] = split
    return made.reshape(-1, *weight.shape[1:])


def table_of(rows: Sequence[Sequence[int]]) -> np.ndarray:
    """Return places as an array (layers, places) int64."""
    return np.array(rows, np.int64).reshape(len(rows), -1)
