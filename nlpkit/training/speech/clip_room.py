"""ClipRoom: where the samples of a training's clips are held."""

from __future__ import annotations

import os
import tempfile

import numpy as np

IN_MEMORY = 1 << 30
"""Bytes of samples that are held in memory."""

_BLOCK = 1 << 26


class ClipRoom:
    """Room for samples: in memory, and in a temporary file where they are many.

    The file is mapped into memory, and has no name, so that nothing is left of it however the process ends.

    Parameters
    ----------
    folder : path
        Where the file is.
    in_memory : int, optional
        Bytes that are held in memory; default: `IN_MEMORY`.

    Examples
    --------
    >>> room = ClipRoom(".", in_memory=8)
    >>> [room.keep(np.full(2, number, np.float32)).tolist() for number in range(3)]
    [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]
    """

    def __init__(self, folder: str | os.PathLike[str], *, in_memory: int | None = None) -> None:
        self.folder = folder
        self._left = IN_MEMORY if in_memory is None else in_memory
        self._block = np.zeros(0, np.float32)
        self._size = 0

    def keep(self, samples: np.ndarray) -> np.ndarray:
        """Return samples (n_samples,) that stay as they are: these, or a copy in the file.

        Raises
        ------
        OSError
            If the file can't be written.
        """
        self._left -= samples.nbytes
        if self._left >= 0:
            return samples
        if len(samples) > len(self._block):
            self._block = self._mapped(max(_BLOCK, samples.nbytes))
        kept, self._block = self._block[: len(samples)], self._block[len(samples) :]
        kept[:] = samples
        return kept

    def _mapped(self, n_bytes: int) -> np.ndarray:
        if not self._size:
            self._file = tempfile.TemporaryFile(dir=self.folder, prefix="nlpkit-")  # noqa: SIM115
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(self._file.fileno(), self._size, n_bytes)  # a full disk is found here
        start, self._size = self._size, self._size + n_bytes
        return np.asarray(np.memmap(self._file, np.float32, "r+", offset=start, shape=(n_bytes // 4,)))
