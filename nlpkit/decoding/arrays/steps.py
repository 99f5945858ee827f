"""The contract between a search and a model that decodes without torch: questions, answers, and the model's state."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of a search about the next tokens of n sentences with some beams each.

    Attributes
    ----------
    best : int
        Number of most likely tokens of each beam.
    never : ndarray (m,) int64
        Tokens that are banned everywhere. Banned tokens count in the normaliser.
    bans : ndarray (m, 3) int64
        Further banned tokens: a sentence, a beam and a token each.
    forced : ndarray (n,) int64
        The only token that a sentence may be continued with, even if it is banned; -1 for none.
    asked : ndarray (n, beams, m) int64, optional
        Tokens whose log-probabilities are needed; -1 for none.
    normalized : bool
        Whether values are log-probabilities, or logits, which need no normaliser.
    everything : bool
        Whether the values of all tokens are needed.
    """

    best: int
    never: np.ndarray
    bans: np.ndarray
    forced: np.ndarray
    asked: np.ndarray | None = None
    normalized: bool = True
    everything: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of a model; banned tokens have the value -inf.

    Attributes
    ----------
    values : ndarray (n, beams, best) float32
        Values of the most likely tokens, in descending order.
    tokens : ndarray (n, beams, best) int64
    asked : ndarray (n, beams, m) float32, optional
        Log-probabilities of the tokens that were asked for; -inf for -1.
    everything : ndarray (n, beams, size) float32, optional
    """

    values: np.ndarray
    tokens: np.ndarray
    asked: np.ndarray | None = None
    everything: np.ndarray | None = None


class Steps(ABC):
    """State of a batch in decoding: several beams per sentence, all of the same length."""

    @abstractmethod
    def step(self, tokens: np.ndarray, question: Question) -> Answer:
        """Feed the newest tokens (n, beams), and answer a question about the next ones.

        The first call has one beam per sentence.
        """

    @abstractmethod
    def choose(self, parents: np.ndarray) -> None:
        """Let beam ``j`` of sentence ``i`` continue its former beam ``parents[i, j]``, (n, new beams)."""

    @abstractmethod
    def keep(self, rows: np.ndarray) -> None:
        """Keep only the sentences ``rows`` (n,), in that order."""


def answered(logits: np.ndarray, question: Question) -> Answer:
    """Answer a question from all logits (n, beams, size) float32, which are overwritten.

    Examples
    --------
    >>> none = np.zeros(0, np.int64)
    >>> question = Question(best=1, never=np.array([2]), bans=none.reshape(0, 3), forced=np.array([-1]))
    >>> answer = answered(np.log(np.array([[[1, 2, 5]]], np.float32)), question)
    >>> answer.tokens.item(), round(float(np.exp(answer.values.item())), 3)
    (1, 0.25)
    """
    if question.normalized:
        greatest = logits.max(2, keepdims=True)
        logits -= greatest + np.log(np.exp(logits - greatest).sum(2, keepdims=True))
    forced = np.flatnonzero(question.forced >= 0)
    token = question.forced[forced]
    saved = logits[forced, :, token]
    logits[..., question.never] = -np.inf
    logits[tuple(question.bans.T)] = -np.inf
    logits[forced] = -np.inf
    logits[forced, :, token] = saved
    tokens = _largest(logits, question.best)
    asked = None
    if question.asked is not None:
        asked = np.take_along_axis(logits, np.maximum(question.asked, 0), axis=2)
        asked[question.asked < 0] = -np.inf
    return Answer(
        values=np.take_along_axis(logits, tokens, axis=2),
        tokens=tokens,
        asked=asked,
        everything=logits if question.everything else None,
    )


def _largest(values: np.ndarray, n: int) -> np.ndarray:
    """Return the places (..., n) of the largest values (..., size), in descending order; equal ones by their place."""
    if n == 1:
        return values.argmax(-1)[..., None]
    if n < values.shape[-1]:
        places = np.sort(np.argpartition(-values, n - 1, axis=-1)[..., :n], axis=-1)
    else:
        places = np.broadcast_to(np.arange(values.shape[-1]), values.shape)
    order = np.argsort(-np.take_along_axis(values, places, axis=-1), axis=-1, kind="stable")
    return np.take_along_axis(places, order, axis=-1)
