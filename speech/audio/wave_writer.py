"""WaveWriter: blocks of samples in, a WAV file or stream out."""

from __future__ import annotations

import struct
from typing import IO

import numpy as np

_UNKNOWN = 0xFFFFFFFF  # bytes in a header that stand for an unknown length
_BEFORE = 36  # bytes of the header that count as the file's


class WaveWriter:
    """Writes mono samples of 16 bits.

    Parameters
    ----------
    file : binary file
        If it is seekable, the header has the length in the end; otherwise it says that it is unknown.
    sr : int
        Sampling rate in Hz.

    Attributes
    ----------
    frames : int
        Number of samples so far.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> writer = WaveWriter(file, 8000)
    >>> writer.write(np.zeros(400, np.float32))
    >>> writer.finish()
    >>> len(file.getvalue())
    844
    """

    def __init__(self, file: IO[bytes], sr: int) -> None:
        self._file, self._sr = file, sr
        self._is_seekable = file.seekable()
        self.frames = 0
        self._file.write(self._header(None))
        self._file.flush()

    def write(self, block: np.ndarray) -> None:
        """Add samples, (n_samples,) float32; they are limited to ±1, and NaN becomes 0."""
        scaled = np.nan_to_num(np.asarray(block, np.float64) * 32768)
        numbers = np.clip(np.rint(scaled), -32768, 32767).astype("<i2")
        self._file.write(numbers.tobytes())
        self._file.flush()
        self.frames += len(numbers)

    def finish(self) -> None:
        """Write the length into the header, if the file is seekable; it is left open."""
        if self._is_seekable:
            end = self._file.tell()
            self._file.seek(end - 2 * self.frames - _BEFORE - 8)
            self._file.write(self._header(2 * self.frames))
            self._file.seek(end)
        self._file.flush()

    def _header(self, size: int | None) -> bytes:
        if size is None or size > _UNKNOWN - _BEFORE:
            size, whole = _UNKNOWN, _UNKNOWN
        else:
            whole = size + _BEFORE
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, self._sr, 2 * self._sr, 2, 16)
        return struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + form + struct.pack("<4sI", b"data", size)
