"""ClipStore: the clips of a training at one sampling rate, with what is said in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class ClipStore:
    """Clips, one after the other in one array, and their targets.

    Attributes
    ----------
    sr : int
        Sampling rate in Hz.
    samples : (n_samples,) float32 array
    bounds : (n_clips + 1,) int64 array
        Start of each clip, and the end of the last one.
    targets : sequence of (n_tokens,) int64 arrays
        Tokens that are said in each clip; for a classifier its label.
    """

    sr: int
    samples: np.ndarray
    bounds: np.ndarray
    targets: Sequence[np.ndarray]

    @classmethod
    def of(cls, clips: Iterable[np.ndarray], targets: Iterable[Sequence[int]], sr: int) -> ClipStore:
        """Return a store of clips in memory.

        Examples
        --------
        >>> store = ClipStore.of([np.zeros(3), np.ones(2)], [[1], [2, 1]], 8000)
        >>> len(store), store.clip(1).tolist(), store.seconds.tolist()
        (2, [1.0, 1.0], [0.000375, 0.00025])
        """
        kept = [np.asarray(clip, np.float32) for clip in clips]
        bounds = np.cumsum([0, *map(len, kept)], dtype=np.int64)
        samples = np.concatenate(kept) if kept else np.zeros(0, np.float32)
        return cls(sr=sr, samples=samples, bounds=bounds, targets=[np.asarray(each, np.int64) for each in targets])

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def clip(self, number: int) -> np.ndarray:
        """Return the samples of a clip."""
        return self.samples[self.bounds[number] : self.bounds[number + 1]]

    @property
    def seconds(self) -> np.ndarray:
        """Duration of each clip."""
        return np.diff(self.bounds) / self.sr

    def fingerprint(self) -> str:
        """Return a hash of the samples and targets."""
        found = hashlib.sha256(str(self.sr).encode())
        for array in (self.samples, self.bounds, *self.targets):
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers of clips and their duration, for reports."""
        return {"clips": len(self), "seconds": round(float(self.seconds.sum()), 1)}
