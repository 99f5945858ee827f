"""Product quantisation: rows stored as a byte for every few numbers (Jégou, Douze, Schmid 2011).

A row is cut into parts, and each part is the nearest of 256 centroids of that part. fastText's ``.ftz`` files hold
their matrices so, with the rows' norms quantised apart where ``qnorm`` was asked for (Joulin et al. 2016,
"FastText.zip").
Matrices are read and expanded; they are not made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

CENTROIDS = 256
_BLOCK = 1 << 16


class CheckedFile(Protocol):
    """A binary file that checks its sizes: `nlpkit.embeddings.formats.fasttext.header.ModelFile`."""

    def numbers(self, layout: str, what: str) -> tuple: ...
    def array(self, dtype: str, shape: tuple[int, ...], what: str) -> np.ndarray: ...
    def flag(self, what: str) -> bool: ...
    def error(self, message: str) -> Exception: ...


@dataclass(frozen=True)
class ProductQuantizer:
    """The centroids of each part of a row.

    Parameters
    ----------
    width : int
        Numbers in a row, d.
    part : int
        Numbers in a part; the last part may have fewer.
    centroids : (256 * d,) float32
        Part after part, 256 centroids each.

    Examples
    --------
    >>> quantizer = ProductQuantizer(3, 2, np.arange(768, dtype=np.float32))
    >>> quantizer.expand(np.array([[1, 255]], np.uint8))
    array([[  2.,   3., 767.]], dtype=float32)
    """

    width: int
    part: int
    centroids: np.ndarray

    @property
    def parts(self) -> int:
        """How many parts a row has, and so bytes."""
        return -(-self.width // self.part)

    def expand(self, codes: np.ndarray) -> np.ndarray:
        """Turn codes back into rows.

        Parameters
        ----------
        codes : (n, parts) uint8
            The number of each part's centroid.

        Returns
        -------
        (n, d) float32
            The rows.
        """
        rows = np.empty((len(codes), self.width), np.float32)
        for part in range(self.parts):
            first = part * self.part
            last = min(first + self.part, self.width)
            table = self.centroids[CENTROIDS * first : CENTROIDS * last].reshape(CENTROIDS, last - first)
            rows[:, first:last] = table[codes[:, part]]
        return rows

    @classmethod
    def read(cls, source: CheckedFile, width: int, what: str) -> ProductQuantizer:
        """Read the centroids of rows of ``width`` numbers."""
        found, parts, part, last = source.numbers("<4i", what)
        fits = (
            found == width and 0 < part <= width and parts == -(-width // part) and last == width - (parts - 1) * part
        )
        if not fits:
            numbers = f"{what} are of {found:,} numbers in {parts:,} parts of {part:,}, the last of {last:,}"
            raise source.error(f"{numbers}, and the rows have {width:,}: damaged")
        return cls(width, part, source.array("<f4", (CENTROIDS * width,), what))


def read_quantized(source: CheckedFile, shape: tuple[int, int], what: str) -> np.ndarray:
    """Read a quantised matrix of a fastText file and expand it.

    Parameters
    ----------
    source : ModelFile
        The file, where the matrix begins.
    shape : tuple of int
        The rows and columns that the rest of the file asks for.
    what : str
        Name of the matrix, for messages.

    Returns
    -------
    (n, d) float32
        The rows.

    Raises
    ------
    InputError
        If it is truncated, or isn't of that shape.
    """
    has_norms = source.flag(f"the first byte of {what}")
    rows, width, size = source.numbers("<2qi", f"the size of {what}")
    if (rows, width) != shape or rows * width < size or size < 0 or (rows and size % rows):
        found = f"{what}: {rows:,} × {width:,} numbers in {size:,} bytes"
        raise source.error(f"{found}, where {shape[0]:,} × {shape[1]:,} are to be: damaged")
    codes = source.array("|u1", (rows, size // max(rows, 1)), what)
    quantizer = ProductQuantizer.read(source, width, f"the centroids of {what}")
    if codes.shape[1] != quantizer.parts and rows:
        raise source.error(f"{what}: {codes.shape[1]:,} bytes a row for {quantizer.parts:,} parts: damaged")
    norms = None
    if has_norms:
        norm_codes = source.array("|u1", (rows, 1), f"the norms of {what}")
        norms = ProductQuantizer.read(source, 1, f"the centroids of the norms of {what}").expand(norm_codes)
    matrix = np.empty((rows, width), np.float32)
    for first in range(0, rows, _BLOCK):
        block = matrix[first : first + _BLOCK]
        block[:] = quantizer.expand(codes[first : first + _BLOCK])
        if norms is not None:
            with np.errstate(invalid="ignore", over="ignore"):
                block *= norms[first : first + _BLOCK]
    return matrix
