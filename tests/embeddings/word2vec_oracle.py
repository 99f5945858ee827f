"""Word2Vec's and FastText's training of one chunk, in plain Python and float64, with the same random numbers.

Written from the equations: each window's logits are taken block by block of six targets, and after each block both
sides move along the gradient of the loss at the weights before the block. Vectors of words with n-grams are means that
follow their rows' moves at once, since every row of a word moves by the whole gradient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
BLOCK = 6
"""Targets that are trained at once."""

ROWS = 20
"""Words of a window that are trained at once."""


def mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


@dataclass
class Oracle:
    """The state of a training; rows are float64."""

    inputs: np.ndarray
    outputs: np.ndarray
    keep: np.ndarray
    accept: np.ndarray
    alias: np.ndarray
    paths: list[tuple[list[int], list[int]]] = field(default_factory=list)
    ngrams: list[list[int]] = field(default_factory=list)
    skipgram: bool = True
    negative: int = 5
    window: int = 5
    shrink: bool = True
    mean: bool = True
    loss: float = 0.0
    examples: int = 0

    def below(self, n: int) -> int:
        return (self._next() >> 32) * n >> 32

    def _next(self) -> int:
        self.state = (self.state + GOLDEN) & MASK
        return mix(self.state)

    def noise(self) -> int:
        random = self._next()
        drawn = (random >> 32) * len(self.accept) >> 32
        return drawn if random & 0xFFFFFFFF < int(self.accept[drawn]) else int(self.alias[drawn])

    def targets(self, word: int) -> list[tuple[int, int]]:
        """Output rows and signs."""
        if not self.negative:
            points, codes = self.paths[word]
            return [(point, 1 - 2 * code) for point, code in zip(points, codes, strict=True)]
        taken = [word]
        for _ in range(min(self.negative, len(self.accept) - 1)):
            for _ in range(8):
                other = self.noise()
                if other not in taken:
                    break
            while other in taken:
                other = (other + 1) % len(self.accept)
            taken.append(other)
        return [(other, 1 if other == word else -1) for other in taken]

    def kept(self, ids: list[int], start: int, stop: int, seed: int) -> tuple[list[int], int, int]:
        def stays(i: int) -> bool:
            return mix((seed + i * GOLDEN) & MASK) >> 32 <= int(self.keep[ids[i]])

        before: list[int] = []
        i = start - 1
        while i >= 0 and ids[i] >= 0 and len(before) < self.window:
            before += [ids[i]] if stays(i) else []
            i -= 1
        own = [ids[i] for i in range(start, stop) if ids[i] < 0 or stays(i)]
        after: list[int] = []
        i = stop
        while i < len(ids) and ids[i] >= 0 and len(after) < self.window:
            after += [ids[i]] if stays(i) else []
            i += 1
        return before[::-1] + own + after, len(before), len(before) + len(own)

    def rows(self, word: int) -> list[int]:
        return [word, *(self.ngrams[word] if self.ngrams else [])]

    def train(self, ids: list[int], start: int, stop: int, seed: int, alpha0: float, alpha1: float) -> None:
        self.state = mix(mix(seed) ^ start)
        words, first, last = self.kept(ids, start, stop, mix(seed + GOLDEN))
        vectors = Vectors(self, words, self.window)
        order = [t for t in range(first, last) if words[t] >= 0]
        chosen = self.targets(words[order[0]]) if order else []
        for t, following in zip(order, [*order[1:], None], strict=False):
            targets, chosen = chosen, self.targets(words[following]) if following is not None else []
            reach = 1 + self.below(self.window) if self.shrink else self.window
            vectors.reach(t)
            around = [*span(words, t, -1, reach), *span(words, t, 1, reach)]
            if not around:
                continue
            alpha = alpha0 + (alpha1 - alpha0) / max(1, last - first) * (t - first)
            blocks = [targets[i : i + BLOCK] for i in range(0, len(targets), BLOCK)]
            if self.skipgram:
                self.skipgram_window(vectors, around, blocks, alpha)
            else:
                self.cbow_window(vectors, around, [words[i] for i in around], blocks, alpha)
        vectors.reach(None)

    def step(self, x: np.ndarray, target: int, sign: int, alpha: float) -> float:
        logit = float(x @ self.outputs[target])
        self.loss += math.log1p(math.exp(-sign * logit))
        return alpha * sign / (1 + math.exp(sign * logit))

    def skipgram_window(self, vectors: Vectors, around: list[int], blocks: list, alpha: float) -> None:
        self.examples += len(around)
        for part in (around[i : i + ROWS] for i in range(0, len(around), ROWS)):
            for block in blocks:
                before = {target: self.outputs[target].copy() for target, _ in block}
                steps = [[self.step(vectors[i], target, sign, alpha) for target, sign in block] for i in part]
                for i, row in zip(part, steps, strict=True):
                    x = vectors[i].copy()  # moved already, if the word stands in the window twice
                    vectors.move(i, sum(g * before[target] for g, (target, _) in zip(row, block, strict=True)))
                    for g, (target, _) in zip(row, block, strict=True):
                        self.outputs[target] += g * x

    def cbow_window(self, vectors: Vectors, around: list[int], words: list[int], blocks: list, alpha: float) -> None:
        weights = [float(len(self.rows(word))) for word in words]
        hidden = sum(weight * vectors[i] for weight, i in zip(weights, around, strict=True))
        hidden = hidden / sum(weights) if self.mean else hidden
        gain = np.zeros_like(hidden)
        for block in blocks:
            moves = []
            for target, sign in block:
                g = self.step(hidden, target, sign, alpha)
                gain += g * self.outputs[target]
                moves.append((target, g * hidden))
            for target, move in moves:
                self.outputs[target] += move
        for i in around:
            vectors.move(i, gain if self.mean else gain / sum(weights))
        self.examples += 1


class Vectors:
    """The input vectors of the words of a chunk: rows of the weights, or means that are cached while in reach."""

    def __init__(self, oracle: Oracle, words: list[int], window: int) -> None:
        self.oracle, self.words, self.window = oracle, words, window
        self.cache: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def reach(self, t: int | None) -> None:
        if not self.oracle.ngrams:
            return
        for i in sorted(self.cache):
            if t is None or i < t - self.window:
                now, then = self.cache.pop(i)
                for row in self.oracle.rows(self.words[i]):
                    self.oracle.inputs[row] += now - then
        if t is None:
            return
        for i in range(max(0, t - self.window), min(len(self.words), t + self.window + 1)):
            if self.words[i] >= 0 and i not in self.cache:
                mean = self.oracle.inputs[self.oracle.rows(self.words[i])].mean(0)
                self.cache[i] = mean.copy(), mean

    def __getitem__(self, i: int) -> np.ndarray:
        return self.cache[i][0] if self.oracle.ngrams else self.oracle.inputs[self.words[i]]

    def move(self, i: int, gain: np.ndarray) -> None:
        if self.oracle.ngrams:
            self.cache[i][0][:] += gain
        else:
            self.oracle.inputs[self.words[i]] += gain


def span(words: list[int], t: int, step: int, reach: int) -> Iterator[int]:
    """The places of the words around t on one side, up to the end of the text."""
    for i in range(t + step, t + step * (reach + 1), step):
        if not 0 <= i < len(words) or words[i] < 0:
            return
        yield i
