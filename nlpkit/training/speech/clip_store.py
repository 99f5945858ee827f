"""ClipStore: the clips of a training at one sampling rate, with what is said in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True, kw_only=True)
class ClipStore:
    """Clips and their targets.

    Attributes
    ----------
    sr : int
        Sampling rate in Hz.
    clips : sequence of (n_samples,) float32 arrays
    targets : sequence of (n_tokens,) int64 arrays
        Tokens that are said in each clip; for a classifier its label.
    """

    sr: int
    clips: Sequence[np.ndarray]
    targets: Sequence[np.ndarray]

    @classmethod
    def of(cls, clips: Iterable[np.ndarray], targets: Iterable[Sequence[int]], sr: int) -> ClipStore:
        """Return a store of clips; float32 arrays are not copied.

        Examples
        --------
        >>> store = ClipStore.of([np.zeros(3), np.ones(2)], [[1], [2, 1]], 8000)
        >>> len(store), store.clip(1).tolist(), store.seconds.tolist()
        (2, [1.0, 1.0], [0.000375, 0.00025])
        """
        kept = [np.asarray(clip, np.float32) for clip in clips]
        return cls(sr=sr, clips=kept, targets=[np.asarray(each, np.int64) for each in targets])

    def __len__(self) -> int:
        return len(self.clips)

    def clip(self, number: int) -> np.ndarray:
        """Return the samples of a clip."""
        return self.clips[number]

    @cached_property
    def seconds(self) -> np.ndarray:
        """Duration of each clip."""
        return np.array([len(clip) for clip in self.clips]) / self.sr

    def fingerprint(self) -> str:
        """Return a hash of the samples and targets."""
        found = hashlib.sha256(str(self.sr).encode())
        for clip, target in zip(self.clips, self.targets, strict=True):
            found.update(f"{len(clip)} {len(target)}".encode())
            found.update(np.ascontiguousarray(clip).data)
            found.update(np.ascontiguousarray(target).data)
        return found.hexdigest()[:16]
