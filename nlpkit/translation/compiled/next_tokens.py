"""NextTokens: room for the output of a compiled step, and the answer that is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nlpkit.decoding.arrays.steps import Answer, Question

_BLOCK = 512


@dataclass(frozen=True, kw_only=True)
class OutputLayer:
    """The last layer of a model in its packed weights.

    Attributes
    ----------
    place, bias : int
        Where the matrix and the bias begin.
    size : int
        Of the vocabulary.
    columns : int
        The same padded.
    depth, width : int
        Size of an input, and the same padded.
    """

    place: int
    bias: int
    size: int
    columns: int
    depth: int
    width: int


class NextTokens:
    """The best tokens of one step.

    Parameters
    ----------
    weights : Weights
        As compiled code takes them.
    layer : OutputLayer
    question : Question
    shape : (int, int)
        Numbers of sentences and of beams.
    block : ndarray (rows * 512,) float32
        Room for logits.
    """

    def __init__(
        self, weights: Any, layer: OutputLayer, question: Question, shape: tuple[int, int], block: np.ndarray
    ) -> None:
        self._weights, self._layer, self._question, self._shape, self._block = weights, layer, question, shape, block
        rows = shape[0] * shape[1]
        summed = rows if question.normalized else 0
        self._most, self._sums = np.empty(summed, np.float32), np.empty(summed, np.float32)
        self._values = np.empty((rows, question.best), np.float32)
        self._best = np.empty((rows, question.best), np.int64)
        self._everything = np.empty((rows if question.everything else 0, layer.columns), np.float32)

    @staticmethod
    def block_size(rows: int) -> int:
        """Return the size of the room for logits."""
        return rows * _BLOCK

    @property
    def room(self) -> tuple[np.ndarray, ...]:
        """The last arguments of `nlpkit.inference._vocabulary_numba.best_tokens`."""
        ban_starts, bans = _by_row(self._question.bans, *self._shape)
        asked = self._question.never, ban_starts, bans
        return self._block, self._most, self._sums, *asked, self._values, self._best, self._everything

    def answer(self, x: np.ndarray) -> Answer:
        """Answer the question, after the step; ``x`` is the input of the last layer."""
        question, shape = self._question, self._shape
        shift = np.zeros(len(self._values), np.float32)
        if question.normalized:
            shift = self._most + np.log(self._sums)
        values = (self._values - shift[:, None]).reshape(*shape, -1)
        best = self._best.reshape(*shape, -1)
        whole = None
        if question.everything:
            whole = (self._everything - shift[:, None])[:, : self._layer.size].reshape(*shape, -1)
        is_forced = question.forced >= 0
        if is_forced.any():
            rows = np.flatnonzero(is_forced)
            token = question.forced[rows]
            [only] = np.moveaxis(self._log_p(x, question.forced[:, None, None], shift), 2, 0)
            values[rows], best[rows] = -np.inf, token[:, None, None]
            values[rows, :, 0] = only[rows]
            if whole is not None:
                whole[rows] = -np.inf
                whole[rows, :, token] = only[rows]
        asked = None
        if question.asked is not None:
            asked = self._log_p(x, question.asked, shift)
            asked[self._is_banned(question.asked)] = -np.inf
        return Answer(values=values, tokens=best, asked=asked, everything=whole)

    def _log_p(self, x: np.ndarray, tokens: np.ndarray, shift: np.ndarray) -> np.ndarray:
        """Return the values of tokens (n, beams or 1, m); -inf for -1."""
        from nlpkit.inference._vocabulary_numba import values_of

        tokens = np.ascontiguousarray(np.broadcast_to(tokens, (*self._shape, tokens.shape[2])))
        found = np.zeros(tokens.size, np.float32)
        layer = self._layer
        places = layer.width, layer.depth, layer.place, layer.bias
        values_of(x, self._weights, *places, tokens.ravel(), tokens.shape[2], found)
        values: np.ndarray = found.reshape(tokens.shape) - shift.reshape(*self._shape, 1)
        values[tokens < 0] = -np.inf
        return values

    def _is_banned(self, tokens: np.ndarray) -> np.ndarray:
        question = self._question
        banned = np.isin(tokens, question.never)
        for sentence, beam, token in question.bans.tolist():
            banned[sentence, beam] |= tokens[sentence, beam] == token
        forced = question.forced[:, None, None]
        made: np.ndarray = np.where(forced >= 0, tokens != forced, banned)
        return made


def _by_row(bans: np.ndarray, n: int, beams: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each row's bans begin (n * beams + 1,), and the tokens."""
    if not len(bans):
        return np.zeros(n * beams + 1, np.int64), np.zeros(0, np.int64)
    rows = bans[:, 0] * beams + bans[:, 1]
    order = np.argsort(rows, kind="stable")
    return np.searchsorted(rows[order], np.arange(n * beams + 1)), np.ascontiguousarray(bans[order, 2])


class Room:
    """Arrays of float32 by their names, which are used again."""

    def __init__(self) -> None:
        self._arrays: dict[str, np.ndarray] = {}

    def __call__(self, name: str, size: int) -> np.ndarray:
        """Return room for at least ``size`` numbers."""
        if name not in self._arrays or len(self._arrays[name]) < size:
            self._arrays[name] = np.zeros(size, np.float32)
        return self._arrays[name]
