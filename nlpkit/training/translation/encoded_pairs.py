"""EncodedPairs: sentence pairs as numbers, in four flat arrays."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from nlpkit.errors import InputError


class EncodedPairs:
    """Pairs of source and target ids, without the ids that begin or end a sentence.

    A pair costs four bytes an id and sixteen more, however many there are.

    Parameters
    ----------
    src, trg : (n_ids,) int32
        The ids of all sentences, one after the other.
    src_ends, trg_ends : (n_pairs + 1,) int64
        Sentence i is ``src[src_ends[i] : src_ends[i + 1]]``.

    Examples
    --------
    >>> pairs = EncodedPairs.from_lists([([4, 5], [6]), ([], [7, 8, 9])])
    >>> len(pairs), pairs.trg_lengths
    (2, array([1, 3]))
    >>> pairs.pair(0)
    ([4, 5], [6])
    """

    def __init__(self, src: np.ndarray, src_ends: np.ndarray, trg: np.ndarray, trg_ends: np.ndarray) -> None:
        if len(src_ends) != len(trg_ends):
            raise InputError(
                f"{len(src_ends) - 1} sources and {len(trg_ends) - 1} targets: expected the same number of each"
            )
        self.src, self.src_ends, self.trg, self.trg_ends = src, src_ends, trg, trg_ends

    @classmethod
    def from_lists(cls, pairs: Iterable[tuple[Sequence[int], Sequence[int]]]) -> EncodedPairs:
        """Gather pairs of lists of ids; they are read once."""
        ids = array("i"), array("i")
        ends = array("q", [0]), array("q", [0])
        for pair in pairs:
            for side, sentence in enumerate(pair):
                ids[side].extend(sentence)
                ends[side].append(len(ids[side]))
        src, trg = (np.array(side, dtype=np.int32) for side in ids)
        src_ends, trg_ends = (np.array(side, dtype=np.int64) for side in ends)
        return cls(src, src_ends, trg, trg_ends)

    def __len__(self) -> int:
        return len(self.src_ends) - 1

    @property
    def src_lengths(self) -> np.ndarray:
        """(n_pairs,) int64."""
        return np.diff(self.src_ends)

    @property
    def trg_lengths(self) -> np.ndarray:
        """(n_pairs,) int64."""
        return np.diff(self.trg_ends)

    def pair(self, number: int) -> tuple[list[int], list[int]]:
        """Return the ids of one pair."""
        src = self.src[self.src_ends[number] : self.src_ends[number + 1]]
        trg = self.trg[self.trg_ends[number] : self.trg_ends[number + 1]]
        return src.tolist(), trg.tolist()

    def take(self, numbers: np.ndarray) -> EncodedPairs:
        """Return the pairs with these numbers, in this order."""
        src, src_ends = _take(self.src, self.src_ends, numbers)
        trg, trg_ends = _take(self.trg, self.trg_ends, numbers)
        return EncodedPairs(src, src_ends, trg, trg_ends)

    def within(self, max_length: int) -> EncodedPairs:
        """Return the pairs of which no side has more than ``max_length`` ids."""
        fits = np.maximum(self.src_lengths, self.trg_lengths) <= max_length
        return self if fits.all() else self.take(np.flatnonzero(fits))

    def fingerprint(self) -> str:
        """SHA-256 of the ids: two sets of pairs that share it are one."""
        digest = hashlib.sha256()
        for part in (self.src_ends, self.src, self.trg_ends, self.trg):
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()


def rows_of(ids: np.ndarray, ends: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids of the sentences ``numbers``, one after the other, and their lengths."""
    starts = ends[numbers]
    lengths = ends[numbers + 1] - starts
    places = np.arange(lengths.sum()) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)
    return ids[places], lengths


def _take(ids: np.ndarray, ends: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    taken, lengths = rows_of(ids, ends, numbers)
    return taken, np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
