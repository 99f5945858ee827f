"""Huffman trees over words: the classes that hierarchical softmax decides between (Morin and Bengio 2005)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class HuffmanTree:
    """The path from the root to each word.

    Attributes
    ----------
    points : (n_steps,) int32
        The inner nodes that are passed, numbered from 0 to n_words - 2.
    codes : (n_steps,) int8
        Which branch, 0 or 1, is taken there.
    ends : (n_words + 1,) int64
        Word w has the steps ``ends[w]`` to ``ends[w + 1]``.
    """

    points: np.ndarray
    codes: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, counts: np.ndarray) -> HuffmanTree:
        """The tree of least mean depth for words of these frequencies, (n_words,) in falling order.

        Examples
        --------
        >>> tree = HuffmanTree.of(np.array([5, 2, 1]))
        >>> [tree.codes[a:b].tolist() for a, b in zip(tree.ends, tree.ends[1:])]
        [[1], [0, 1], [0, 0]]
        """
        from . import _huffman_numba as compiled

        n = len(counts)
        parents, branches = np.zeros(2 * n - 1, np.int32), np.zeros(2 * n - 1, np.int8)
        compiled.join_rarest(np.ascontiguousarray(counts, np.int64), parents, branches)
        ends = np.empty(n + 1, np.int64)
        compiled.depths(parents, n, ends)
        points, codes = np.empty(ends[-1], np.int32), np.empty(ends[-1], np.int8)
        compiled.paths(parents, branches, n, ends, points, codes)
        return cls(points, codes, ends)

    @property
    def longest(self) -> int:
        """The most steps of a path."""
        return int(np.diff(self.ends).max(initial=0))
