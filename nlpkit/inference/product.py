"""`Packed` and `PackedInt8`: linear layers x Wᵀ + b on weights in the order in which compiled code reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PANEL = 16
"""Outputs that are computed together; rows are padded to a multiple of it."""


def padded(size: int) -> int:
    """Return the size of a row with its padding."""
    return -(-size // PANEL) * PANEL


@dataclass(frozen=True)
class Packed:
    """A linear layer.

    Parameters
    ----------
    panels : ndarray (padded(size) / 16, depth, 16) float32
        Weights of sixteen outputs, input by input; 0 beyond the last output.
    bias : ndarray (padded(size),) float32
    size : int
        Number of outputs.

    Examples
    --------
    >>> layer = Packed.of(np.array([[1.0, 2.0]]), np.array([0.5]))
    >>> layer(np.array([[1.0, 1.0], [3.0, 0.0]], np.float32))
    array([[3.5],
           [3.5]], dtype=float32)
    """

    panels: np.ndarray
    bias: np.ndarray
    size: int

    @classmethod
    def of(cls, weight: np.ndarray, bias: np.ndarray | None = None) -> Packed:
        """Pack a matrix (size, depth), and a bias (size,)."""
        size, depth = weight.shape
        panels = np.zeros((padded(size) // PANEL, depth, PANEL), np.float32)
        whole = size // PANEL
        panels[:whole] = weight[: whole * PANEL].reshape(whole, PANEL, depth).transpose(0, 2, 1)
        if size % PANEL:
            panels[whole, :, : size % PANEL] = weight[whole * PANEL :].T
        row = np.zeros(padded(size), np.float32)
        if bias is not None:
            row[:size] = bias
        return cls(panels, row, size)

    @property
    def depth(self) -> int:
        """Number of inputs."""
        return self.panels.shape[1]

    def __call__(self, x: np.ndarray, *, rectified: bool = False) -> np.ndarray:
        """Return x Wᵀ + b, (n, size) float32; negative values become 0 if ``rectified``.

        Parameters
        ----------
        x : ndarray (n, depth or more) float32
            Further columns are ignored.
        rectified : bool
        """
        from ._product_numba import multiply

        rows = np.ascontiguousarray(x, np.float32)
        made = np.empty((len(rows), len(self.bias)), np.float32)
        sizes = self.depth, rows.shape[1], 0, made.shape[1]
        floor = np.float32(0 if rectified else -np.inf)
        first = np.zeros_like(self.bias)
        multiply(rows.ravel(), self.panels.ravel(), first, self.bias, made.ravel(), len(rows), sizes, floor)
        return made[:, : self.size]


@dataclass(frozen=True)
class PackedInt8:
    """A linear layer with weights of 8 bits, whose inputs are rounded to 7 bits, row by row.

    Sums are exact and the same on every processor.

    Parameters
    ----------
    panels : ndarray (padded(size) / 16, padded(depth) / 4, 16, 4) int8
        Weights from -127 to 127; 0 beyond the last output and the last input.
    columns : ndarray (padded(size) / 16, 3, 16) float32
        Scale, sum of the weights, and bias of each output.
    size, depth : int
        Numbers of outputs and of inputs.

    Examples
    --------
    >>> layer = PackedInt8.of(np.array([[1.0, 2.0]]), np.array([0.5]))
    >>> layer(np.array([[1.0, 1.0], [3.0, 0.0]], np.float32)).round(1)
    array([[3.5],
           [3.5]], dtype=float32)
    """

    panels: np.ndarray
    columns: np.ndarray
    size: int
    depth: int

    @classmethod
    def of(cls, weight: np.ndarray, bias: np.ndarray | None = None) -> PackedInt8:
        """Round and pack a matrix (size, depth); its bias (size,) stays as it is."""
        rounded, scales = rounded_rows(weight)
        size, depth = weight.shape
        full = np.zeros((padded(size), padded(depth)), np.int8)
        full[:size, :depth] = rounded
        columns = np.zeros((3, padded(size)), np.float32)
        columns[0, :size], columns[1], columns[2, :size] = (
            scales,
            full.sum(1, dtype=np.int32),
            0 if bias is None else bias,
        )
        panels = full.reshape(-1, PANEL, padded(depth) // 4, 4).transpose(0, 2, 1, 3)
        return cls(
            np.ascontiguousarray(panels),
            np.ascontiguousarray(columns.reshape(3, -1, PANEL).transpose(1, 0, 2)),
            size,
            depth,
        )

    def __call__(self, x: np.ndarray, *, rectified: bool = False) -> np.ndarray:
        """Return x Wᵀ + b, (n, size) float32; negative values become 0 if ``rectified``.

        Parameters
        ----------
        x : ndarray (n, depth) float32
        rectified : bool
        """
        from ._product_int8_numba import multiply_int8

        rows = np.zeros((len(x), padded(self.depth)), np.float32)
        rows[:, : self.depth] = x
        made = np.empty((len(rows), padded(self.size)), np.float32)
        room, first = np.empty(len(rows) * (rows.shape[1] + 8), np.uint8), np.zeros(made.shape[1], np.float32)
        weights = room, self.panels.ravel(), self.columns.ravel(), first, made.ravel()
        floor = np.float32(0 if rectified else -np.inf)
        multiply_int8(rows.ravel(), rows.shape[1], self.depth, *weights, len(rows), made.shape[1], floor)
        return made[:, : self.size]


def rounded_rows(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each row (size, depth) of a matrix as whole numbers from -127 to 127, and the scales (size,) float32.

    Examples
    --------
    >>> rounded_rows(np.array([[1.0, -2.0], [0.0, 0.0]]))
    (array([[  64, -127],
           [   0,    0]], dtype=int8), array([0.01574803, 0.        ], dtype=float32))
    """
    scales = (np.abs(weight).max(1, initial=0) / 127).astype(np.float32)
    factors = np.divide(1, scales, out=np.zeros_like(scales), where=scales > 0)
    return np.clip(np.rint(weight * factors[:, None]), -127, 127).astype(np.int8), scales
