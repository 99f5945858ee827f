"""Samples without a header, and how they are encoded."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlpkit.errors import require, require_whole

ENCODINGS = {
    "s8": ("PCM_S8", "FILE"),
    "u8": ("PCM_U8", "FILE"),
    "s16le": ("PCM_16", "LITTLE"),
    "s16be": ("PCM_16", "BIG"),
    "s24le": ("PCM_24", "LITTLE"),
    "s24be": ("PCM_24", "BIG"),
    "s32le": ("PCM_32", "LITTLE"),
    "s32be": ("PCM_32", "BIG"),
    "f32le": ("FLOAT", "LITTLE"),
    "f32be": ("FLOAT", "BIG"),
    "f64le": ("DOUBLE", "LITTLE"),
    "f64be": ("DOUBLE", "BIG"),
    "mulaw": ("ULAW", "FILE"),
    "alaw": ("ALAW", "FILE"),
}
"""Sample encodings of files without a header, with libsndfile's names."""


@dataclass(frozen=True, kw_only=True)
class RawFormat:
    """Format of samples without a header.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    channels : int
    encoding : str
        A key of `nlpkit.speech.audio.raw_format.ENCODINGS`.

    Raises
    ------
    ParameterError
        If a value is out of range or unknown.
    """

    sr: int
    channels: int = 1
    encoding: str = "s16le"

    def __post_init__(self) -> None:
        for name, most in (("sr", 1 << 24), ("channels", 1024)):
            require_whole(name, getattr(self, name), 1, most)
        require(self.encoding in ENCODINGS, "encoding", self.encoding, f"one of {', '.join(ENCODINGS)}")

    @property
    def bytes_per_sample(self) -> int:
        """Bytes of one sample of all channels."""
        return max(1, int(re.sub(r"\D", "", self.encoding) or 8) // 8) * self.channels
