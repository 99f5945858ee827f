"""Word2Vec with negative sampling as one kernel of Triton, for skip-gram and CBOW: a program trains a run of windows.

A program holds the rows of one window's words, (2W + 1, d), in registers and goes through the targets one by one: a
target's row is read once, all logits against it are taken, and its step is added to it in memory by atomic additions;
what the words gain is summed up beside them and added at the end of the window. Negatives are the outer loop, as in
FULL-W2V (Randall, Allen and Ge 2021); its ring buffer of rows over several windows is left out: it would save some two
fifths of the memory traffic, and keep the words of neighbouring windows stale.

Programs run side by side and see each other's steps when they come (Hogwild). Too many at once would all push the most
frequent words by the same stale rows, so that `most_programs` bounds their number.

Chance is asked beforehand (`_word2vec_torch.TorchTrainer.draw`), so that the kernel is plain arithmetic: in Triton's
interpreter one text's update equals NumPy's (tests/embeddings/word_training/test_word2vec_triton.py), and the kernel
compiles for CUDA without a GPU. It has not been run on a GPU: neither quality nor speed there has been measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import triton
import triton.language as tl

from .chances import kept_shares, noise_shares

if TYPE_CHECKING:
    from ._rows_torch import Windows

MOST_PROGRAMS = 1024
"""Programs at once: a batch of so many windows was as good as gensim on a CPU without any bounds on its steps."""

MOST_PAIRS = 512
"""Pairs that may work on one row at once."""

LEAST_WINDOWS = 16
"""Windows in a program, unless the chunk has fewer."""


@triton.jit
def train_windows(
    vectors, outputs, words, texts, reach, alphas, targets, losses, examples, count, per_program, dim,
    WINDOW: tl.constexpr, TARGETS: tl.constexpr, SKIPGRAM: tl.constexpr, MEAN: tl.constexpr,
    NEAR: tl.constexpr, WIDTH: tl.constexpr,
):  # fmt: skip
    """Train windows ``program * per_program`` and on; NEAR and WIDTH are powers of two from 2W + 1 and ``dim`` on."""
    program = tl.program_id(0)
    first = program * per_program
    last = tl.minimum(first + per_program, count)
    slot = tl.arange(0, NEAR)
    distance = tl.abs(slot - WINDOW)
    is_slot = (slot <= 2 * WINDOW) & (slot != WINDOW)
    column = tl.arange(0, WIDTH)
    is_column = column < dim
    loss = tl.zeros((NEAR,), tl.float32)
    done = tl.zeros((NEAR,), tl.int32)
    for i in range(first, last):
        place = i - WINDOW + slot
        is_near = is_slot & (distance <= tl.load(reach + i)) & (place >= 0) & (place < count)
        is_near = is_near & (tl.load(texts + place, mask=is_near, other=-1) == tl.load(texts + i))
        near = tl.load(words + place, mask=is_near, other=0)
        places = near[:, None] * dim + column[None, :]
        is_inside = is_near[:, None] & is_column[None, :]
        rows = tl.load(vectors + places, mask=is_inside, other=0.0, cache_modifier=".cg")
        alpha = tl.load(alphas + i)
        word = tl.load(words + i)
        size = tl.sum(is_near.to(tl.int32), axis=0)
        is_hidden = is_near
        share = 1.0
        if not SKIPGRAM:  # all slots but the first are empty then
            hidden = tl.sum(rows, axis=0)
            share = 1.0 / tl.maximum(size, 1).to(tl.float32)
            if MEAN:
                hidden = hidden * share
                share = 1.0
            is_hidden = (slot == 0) & (size > 0)
            rows = tl.where(is_hidden[:, None], hidden[None, :], 0.0)
        gains = tl.zeros((NEAR, WIDTH), tl.float32)
        for k in range(TARGETS):
            target = tl.load(targets + i * TARGETS + k)
            label = tl.where(k == 0, 1.0, 0.0)
            is_used = is_hidden & ((k == 0) | (target != word))
            row = outputs + target * dim + column
            opposite = tl.load(row, mask=is_column, other=0.0, cache_modifier=".cg")
            logit = tl.sum(rows * opposite[None, :], axis=1)
            small = tl.exp(-tl.abs(logit))
            chance = tl.where(logit >= 0, 1.0, small) / (1.0 + small)
            loss += tl.where(is_used, tl.maximum(logit, 0.0) + tl.log(1.0 + small) - label * logit, 0.0)
            error = tl.where(is_used, (label - chance) * alpha, 0.0)
            gains += error[:, None] * opposite[None, :]
            step = tl.sum(error[:, None] * rows, axis=0)
            tl.atomic_add(row, step, mask=is_column & ((k == 0) | (target != word)), sem="relaxed")
        if not SKIPGRAM:
            gains = tl.broadcast_to((tl.sum(gains, axis=0) * share)[None, :], (NEAR, WIDTH))
        tl.atomic_add(vectors + places, gains, mask=is_inside, sem="relaxed")
        done += is_hidden.to(tl.int32)
        tl.debug_barrier()  # the next window reads what this one has added
    tl.store(losses + program, tl.sum(loss, axis=0))
    tl.store(examples + program, tl.sum(done, axis=0))


class TritonKernel:
    """The kernel with its options.

    Parameters
    ----------
    window : int
    skipgram, cbow_mean : bool
    programs : int
        The most that may run at once.
    """

    def __init__(self, window: int, skipgram: bool, cbow_mean: bool, programs: int) -> None:
        self.window, self.skipgram, self.cbow_mean, self.programs = window, skipgram, cbow_mean, programs

    def __call__(
        self, vectors: torch.Tensor, outputs: torch.Tensor, windows: Windows
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Train ``vectors`` and ``outputs``, float32 and contiguous, in place; each program's loss and examples."""
        assert windows.targets is not None
        count, dim = len(windows.words), vectors.shape[1]
        programs = min(self.programs, triton.cdiv(count, LEAST_WINDOWS))
        per_program = triton.cdiv(count, programs)
        programs = triton.cdiv(count, per_program)
        losses = torch.zeros(programs, device=vectors.device)
        examples = torch.zeros(programs, dtype=torch.int32, device=vectors.device)
        width = max(16, triton.next_power_of_2(dim))
        train_windows[(programs,)](
            vectors, outputs, windows.words, windows.texts, windows.reach, windows.alphas, windows.targets,
            losses, examples, count, per_program, dim,
            WINDOW=self.window, TARGETS=windows.targets.shape[1], SKIPGRAM=self.skipgram, MEAN=self.cbow_mean,
            NEAR=triton.next_power_of_2(2 * self.window + 1), WIDTH=width, num_warps=4 if width <= 256 else 8,
        )  # fmt: skip
        return losses, examples

    def fault(self, dim: int, negative: int, device: torch.device) -> str:
        """Why the kernel can't be built or run on ``device`` (a compiler is missing, say); "" if it can."""
        from ._rows_torch import Windows

        weights = torch.zeros((2, dim), device=device)
        words = torch.tensor([0, 1], device=device)
        targets = torch.zeros((2, 1 + negative), dtype=torch.int64, device=device)
        windows = Windows(
            words, torch.zeros_like(words), torch.ones_like(words), torch.zeros(2, device=device), targets
        )
        try:
            _, examples = self(weights, weights.clone(), windows)
            return "" if int(examples.sum()) == 2 else "it miscounts"
        except Exception as error:  # of many kinds, from Triton, its compilers and the driver
            return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def most_programs(counts: np.ndarray, sample: float, negative: int, ns_exponent: float, window: int) -> int:
    """How many windows may be trained side by side: as many as put `MOST_PAIRS` pairs on the row that most ask for."""
    kept = counts * kept_shares(counts, sample)
    share = kept / max(kept.sum(), 1)
    pairs = (window + 1) * max(
        float((share + negative * noise_shares(counts, ns_exponent)).max()), float(share.max()) * (1 + negative)
    )
    return int(np.clip(MOST_PAIRS / pairs, 1, MOST_PROGRAMS))
