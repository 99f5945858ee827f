"""`Packed`: a linear layer x Wᵀ + b on weights in the order in which compiled code reads them."""

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
