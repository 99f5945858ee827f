"""Rows that a batch of windows trains, in PyTorch: words or words with n-grams on one side, targets on the other.

A batch's steps are computed from the rows as they were before it, so that what many of its pairs ask of one row adds up
to a step that is too long: very frequent words would be thrown about, and large batches would diverge. ``add_steps``
therefore holds a row's step to the length at which it can't overshoot. The logistic loss of a pair with logit t lies
below a parabola of curvature tanh(t / 2) / 2t that touches it at t (Jaakkola and Jordan 2000); that times alpha and the
squared length of the other side's row, summed over the row's pairs, is a bound on how far a step of alpha bends. Where
it is above 1 the step is divided by it. Small batches and rare words are hardly touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from .chances import noise_shares

if TYPE_CHECKING:
    from .huffman import HuffmanTree
    from .ngrams import Ngrams


def add_steps(
    weights: torch.Tensor, total: torch.Tensor, rows: torch.Tensor, steps: torch.Tensor, curvature: torch.Tensor
) -> None:
    """Add ``steps`` (k, d) to the ``rows`` (k,) of ``weights``.

    A row's sum is divided by the sum of its ``curvature`` (k,) where that is above 1. ``total``, as long as
    ``weights``, is scratch memory of zeros, and is zeros again afterwards. On a GPU sums are made in no certain order.
    """
    total.index_add_(0, rows, curvature)
    steps = steps / total[rows].clamp(min=1)[:, None]
    total.index_fill_(0, rows, 0)
    weights.index_add_(0, rows, steps)


class Inputs(Protocol):
    """The rows of which input vectors are made."""

    weights: torch.Tensor

    def plan(self, words: torch.Tensor, spans: list[tuple[int, int]]) -> None:
        """Get ready for the ``words`` of a chunk, which are then asked for by these spans of them."""

    def read(self, span: int, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The sums (k, d) of the rows of each of the span's words, and how many rows (k,) each has (None: one each)."""

    def add(self, words: torch.Tensor, steps: torch.Tensor, curvature: torch.Tensor) -> None:
        """Add a word's step to each of the rows that were read for it last."""


class WordInputs:
    """One row a word."""

    def __init__(self, weights: torch.Tensor) -> None:
        self.weights = weights
        self._total = torch.zeros(len(weights), device=weights.device)

    def plan(self, words: torch.Tensor, spans: list[tuple[int, int]]) -> None:
        return

    def read(self, span: int, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        return self.weights[words], None

    def add(self, words: torch.Tensor, steps: torch.Tensor, curvature: torch.Tensor) -> None:
        add_steps(self.weights, self._total, words, steps, curvature)


class SubwordInputs:
    """A row of its own for each word, and the rows of its n-grams (Bojanowski et al. 2017).

    A step is added whole to each of a word's rows, as fastText does it: their mean then moves by that step.
    """

    def __init__(self, weights: torch.Tensor, ngrams: Ngrams) -> None:
        numbers, ends = (np.asarray(part, dtype=np.int64) for part in (ngrams.rows, ngrams.ends))
        n_words = len(ends) - 1
        own = np.arange(n_words, dtype=np.int64)
        device = weights.device
        self.weights = weights
        self._total = torch.zeros(len(weights), device=device)
        self._rows = torch.tensor(np.insert(numbers, ends[:-1], own), device=device)
        self._starts = torch.tensor(ends + np.arange(n_words + 1), device=device)
        self._sizes = self._starts.diff()
        self._flat: list[int] = []
        self._last: tuple[torch.Tensor, torch.Tensor] | None = None

    def plan(self, words: torch.Tensor, spans: list[tuple[int, int]]) -> None:
        ends = torch.nn.functional.pad(self._sizes[words].cumsum(0), (1, 0))
        edges = torch.tensor(spans, device=words.device)
        self._flat = (ends[edges[:, 1]] - ends[edges[:, 0]]).tolist()  # known here, so that nothing waits in the loop

    def read(self, span: int, words: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        sizes = self._sizes[words]
        flat = self._flat[span]
        owner = torch.repeat_interleave(torch.arange(len(words), device=words.device), sizes, output_size=flat)
        first = self._starts[words] - (sizes.cumsum(0) - sizes)
        rows = self._rows[first[owner] + torch.arange(flat, device=words.device)]
        sums = torch.zeros((len(words), self.weights.shape[1]), device=words.device)
        sums.index_add_(0, owner, self.weights[rows])
        self._last = rows, owner
        return sums, sizes

    def add(self, words: torch.Tensor, steps: torch.Tensor, curvature: torch.Tensor) -> None:
        assert self._last is not None
        rows, owner = self._last
        add_steps(self.weights, self._total, rows, steps[owner], curvature[owner])


@dataclass
class Targets:
    """Targets that the windows of a batch are trained against.

    Attributes
    ----------
    rows : (windows, targets) int64
        Rows of the output weights.
    labels, used : (windows, targets) float32
        1 for what is to be predicted; 1 for what counts.
    """

    rows: torch.Tensor
    labels: torch.Tensor
    used: torch.Tensor


class NoiseTargets:
    """The word itself, and words drawn by their frequency to the power of ``ns_exponent`` (Mikolov et al. 2013).

    A draw that is the word itself doesn't count. The distribution is kept to 2⁻³¹.
    """

    RANGE = 2**31 - 1

    def __init__(self, counts: np.ndarray, negative: int, ns_exponent: float, device: torch.device) -> None:
        ends = np.cumsum(noise_shares(counts, ns_exponent))
        self._ends = torch.tensor(np.rint(ends / ends[-1] * self.RANGE).astype(np.int32), device=device)
        self._negative = negative

    def draw(self, words: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Each word, and the negative examples for its window: (windows, 1 + negative) int64."""
        shape = (len(words), self._negative)
        drawn = torch.randint(0, self.RANGE, shape, generator=generator, device=words.device, dtype=torch.int32)
        return torch.cat([words[:, None], torch.searchsorted(self._ends, drawn, right=True)], dim=1)

    @staticmethod
    def of(rows: torch.Tensor) -> Targets:
        labels = torch.zeros(rows.shape, device=rows.device)
        labels[:, 0] = 1
        used = rows != rows[:, :1]
        used[:, 0] = True
        return Targets(rows, labels, used.float())


class TreeTargets:
    """The inner nodes of a Huffman tree on the way to the word: a branch of code 0 is to be predicted, one of 1 not."""

    def __init__(self, tree: HuffmanTree, device: torch.device) -> None:
        points, codes, ends = tree.points, tree.codes, tree.ends
        self._points = torch.tensor(np.append(points, 0).astype(np.int64), device=device)  # no path reads the last
        self._labels = torch.tensor(1 - np.append(codes, 0).astype(np.float32), device=device)
        self._starts = torch.tensor(np.asarray(ends[:-1], dtype=np.int64), device=device)
        self._sizes = torch.tensor(np.diff(ends).astype(np.int64), device=device)

    def longest(self, words: torch.Tensor, batch: int) -> list[int]:
        """The longest path in each batch of ``words``."""
        sizes = self._sizes[words]
        whole = torch.nn.functional.pad(sizes, (0, -len(words) % batch))
        return whole.reshape(-1, batch).amax(dim=1).tolist()

    def of(self, words: torch.Tensor, longest: int) -> Targets:
        step = torch.arange(longest, device=words.device)
        used = step < self._sizes[words, None]
        places = torch.where(used, self._starts[words, None] + step, len(self._points) - 1)
        return Targets(self._points[places], self._labels[places], used.float())


@dataclass
class Windows:
    """A chunk of a corpus after chance has been asked: what remains is arithmetic.

    Attributes
    ----------
    words : (m,) int64
        The words that sub-sampling kept.
    texts : (m,) int64
        From which text each is, by a number; a window doesn't leave its text.
    reach : (m,) int64
        Words in the window to either side of each.
    alphas : (m,) float32
    targets : (m, 1 + negative) int64 or None
        Each word, and the negative examples for its window; None for hierarchical softmax.
    """

    words: torch.Tensor
    texts: torch.Tensor
    reach: torch.Tensor
    alphas: torch.Tensor
    targets: torch.Tensor | None
