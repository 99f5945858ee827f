"""Huffman codes of words by their frequency, compiled."""

from __future__ import annotations

import numpy as np

from nlpkit._kernel import kernel


@kernel
def join_rarest(counts, parents, branches):
    """Join the two rarest nodes until one is left: n leaves, by falling ``counts``, and n - 1 inner nodes behind them.

    ``parents`` and ``branches`` (2n - 1,) get each node's parent and which branch of it the node is. Inner nodes come
    about in the order of their counts, so that the two rarest stand at the heads of two queues.
    """
    n = len(counts)
    sums = np.empty(n, np.int64)
    leaf, inner = n - 1, 0
    for made in range(n - 1):
        total = np.int64(0)
        for branch in range(2):
            if leaf >= 0 and (inner >= made or counts[leaf] < sums[inner]):
                node, total = leaf, total + counts[leaf]
                leaf -= 1
            else:
                node, total = n + inner, total + sums[inner]
                inner += 1
            parents[node] = n + made
            branches[node] = branch
        sums[made] = total


@kernel
def depths(parents, n, ends):
    """Put how many inner nodes are above the leaves before each leaf into ``ends`` (n + 1,)."""
    ends[0] = 0
    for word in range(n):
        depth, node = 0, word
        while node != 2 * n - 2:
            node = parents[node]
            depth += 1
        ends[word + 1] = ends[word] + depth


@kernel
def paths(parents, branches, n, ends, points, codes):
    """Put the inner nodes above each leaf, from the root on, and the branches taken, into ``points`` and ``codes``."""
    for word in range(n):
        place, node = ends[word + 1], word
        while node != 2 * n - 2:
            place -= 1
            codes[place] = branches[node]
            node = parents[node]
            points[place] = node - n
