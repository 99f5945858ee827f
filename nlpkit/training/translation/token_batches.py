"""Batches of about as many tokens each: which pairs are in them depends on lengths, seed and epoch alone.

Batches are few different shapes: lengths are rounded up to `WIDTH`, sentences and predictions to `SENTENCES` and
`PREDICTIONS`. A library for products prepares itself for each shape that it has not seen, in bfloat16 on a CPU half as
long as the whole step takes otherwise, and what it prepared stays in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .encoded_pairs import EncodedPairs, rows_of

POOL = 1 << 16
"""Pairs that are sorted by length at a time."""
WIDTH, SENTENCES, PREDICTIONS = 2, 8, 64
"""Columns, rows and predictions of a batch are multiples of these, as far as possible."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Pairs as a batch for teacher forcing.

    Attributes
    ----------
    src : (B, S) int64
        Source ids, each row ended by the end's id, then padded.
    lengths : (B,) int64
        Lengths of the rows of ``src``, ends included.
    trg_in : (B, T) int64
        The start's id, then the target's ids, padded.
    targets : (N,) int64
        Ids to predict: the target's and the end's, row by row, without padding.
    rows : (M,) int64
        Where these stand in ``trg_in`` flattened; the last M - N are repeated and stand for nothing.
    """

    src: torch.Tensor
    lengths: torch.Tensor
    trg_in: torch.Tensor
    targets: torch.Tensor
    rows: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        if device.type == "cpu":
            return self
        if device.type == "cuda":
            return Batch(**{name: part.pin_memory().to(device, non_blocking=True) for name, part in vars(self).items()})
        return Batch(**{name: part.to(device) for name, part in vars(self).items()})


def plan_epoch(
    src_lengths: np.ndarray, trg_lengths: np.ndarray, *, batch_tokens: int, seed: int, epoch: int, pool: int = POOL
) -> list[np.ndarray]:
    """Return the pairs of each batch of an epoch.

    The pairs are shuffled, sorted by length within pools, cut where the next pair would exceed the budget (and at a
    multiple of `SENTENCES`, unless it is the last cut), and the batches are shuffled. A pair that exceeds the budget by
    itself is a batch of its own.

    Parameters
    ----------
    src_lengths, trg_lengths : (n_pairs,) int64
    batch_tokens : int
        The most ids, padding and each sentence's end included, of a batch's source and target together.
    seed, epoch : int

    Returns
    -------
    list of (n,) int64
        The numbers of the pairs, each of them once.

    Examples
    --------
    >>> plan = plan_epoch(np.array([2, 9, 2]), np.array([3, 9, 3]), batch_tokens=20, seed=1, epoch=0)
    >>> sorted(sorted(batch.tolist()) for batch in plan)
    [[0, 2], [1]]
    """
    random = np.random.Generator(np.random.PCG64([seed, epoch]))
    order = random.permutation(len(src_lengths))
    batches: list[np.ndarray] = []
    for first in range(0, len(order), pool):
        part = order[first : first + pool]
        src, trg = widths(src_lengths[part]), widths(trg_lengths[part])
        order_of = np.lexsort((src, trg))
        batches.extend(_cut(part[order_of], src[order_of], trg[order_of], batch_tokens))
    return [batches[number] for number in random.permutation(len(batches))]


def widths(lengths: np.ndarray) -> np.ndarray:
    """Return how many columns sentences take, their ends included."""
    return -(-(lengths + 1) // WIDTH) * WIDTH


def _cut(pairs: np.ndarray, src: np.ndarray, trg: np.ndarray, budget: int) -> list[np.ndarray]:
    """Cut pairs, sorted by the width of the target, into batches."""
    batches = []
    first = 0
    while first < len(pairs):
        most = max(1, budget // int(trg[first] + WIDTH))  # no source is narrower
        stop = min(first + most, len(pairs))
        width = np.maximum.accumulate(src[first:stop]) + trg[first:stop]
        taken = max(1, int(np.searchsorted(width * np.arange(1, stop - first + 1), budget, side="right")))
        if first + taken < len(pairs) and taken > SENTENCES:
            taken -= taken % SENTENCES
        batches.append(pairs[first : first + taken])
        first += taken
    return batches


def padding_share(pairs: EncodedPairs, plan: Sequence[np.ndarray]) -> float:
    """Return which share of all ids in a plan's batches is padding."""
    src, trg = widths(pairs.src_lengths), widths(pairs.trg_lengths)
    cells = sum(len(batch) * int(src[batch].max() + trg[batch].max()) for batch in plan)
    ids = int(pairs.src_lengths.sum() + pairs.trg_lengths.sum()) + 2 * len(src)
    return 1 - ids / cells if cells else 0.0


def collate(pairs: EncodedPairs, numbers: np.ndarray, *, pad_id: int, start_id: int, eos_id: int) -> Batch:
    """Lay out the pairs ``numbers`` as a batch.

    Examples
    --------
    >>> pairs = EncodedPairs.from_lists([([4, 5], [6]), ([4], [7, 8])])
    >>> batch = collate(pairs, np.array([0, 1]), pad_id=0, start_id=2, eos_id=3)
    >>> batch.src.tolist(), batch.trg_in.tolist()
    ([[4, 5, 3, 0], [4, 3, 0, 0]], [[2, 6, 0, 0], [2, 7, 8, 0]])
    >>> batch.targets.tolist(), batch.rows[:5].tolist()
    ([6, 3, 7, 8, 3], [0, 1, 4, 5, 6])
    """
    src_ids, src_lengths = rows_of(pairs.src, pairs.src_ends, numbers)
    trg_ids, trg_lengths = rows_of(pairs.trg, pairs.trg_ends, numbers)
    width = int(widths(src_lengths).max())
    src = np.full((len(numbers), width), pad_id, dtype=np.int64)
    columns = np.arange(width)
    src[columns < src_lengths[:, None]] = src_ids
    src[np.arange(len(numbers)), src_lengths] = eos_id

    width = int(widths(trg_lengths).max())
    columns = np.arange(width)
    trg_in = np.full((len(numbers), width), pad_id, dtype=np.int64)
    trg_in[:, 0] = start_id
    trg_in[:, 1:][columns[:-1] < trg_lengths[:, None]] = trg_ids
    rows = np.flatnonzero(columns <= trg_lengths[:, None])
    targets = np.full(len(rows), eos_id, dtype=np.int64)
    last = np.zeros(len(rows), dtype=bool)
    last[np.cumsum(trg_lengths + 1) - 1] = True
    targets[~last] = trg_ids
    return Batch(
        src=torch.from_numpy(src),
        lengths=torch.from_numpy(src_lengths + 1),
        trg_in=torch.from_numpy(trg_in),
        targets=torch.from_numpy(targets),
        rows=torch.from_numpy(np.append(rows, np.full(-len(rows) % PREDICTIONS, rows[-1]))),
    )
