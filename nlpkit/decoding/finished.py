"""Finished: the best finished hypotheses of each sentence in a beam search."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .hypothesis import numpied


class Finished:
    """The best finished hypotheses of each sentence, best first.

    Parameters
    ----------
    n : int
        Number of sentences.
    size : int
        Number of hypotheses to keep per sentence.
    device : torch.device

    Attributes
    ----------
    scores : Tensor (n, size), float32
        Σ log p / length ** alpha; -inf for empty places.
    """

    def __init__(self, n: int, size: int, device: torch.device) -> None:
        self.scores = torch.full((n, size), -torch.inf, device=device)
        self._log_probs = self.scores.clone()
        self._marks = torch.zeros(n, size, 3, dtype=torch.long, device=device)

    def add(self, scores: Tensor, log_probs: Tensor, step: int, parents: Tensor, tokens: Tensor) -> None:
        """Add hypotheses (n, m) that end at a step with a token after a beam; a score of -inf is ignored."""
        marks = torch.stack([torch.full_like(parents, step), parents, tokens], dim=2)
        self.scores, at = torch.cat([self.scores, scores], dim=1).topk(self.scores.shape[1])
        self._log_probs = torch.cat([self._log_probs, log_probs], dim=1).gather(1, at)
        self._marks = torch.cat([self._marks, marks], dim=1).take_along_dim(at[..., None], dim=1)

    def take(self, rows: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return scores, log-probabilities and trace positions of the sentences ``rows``."""
        return numpied(self.scores[rows]), numpied(self._log_probs[rows]), numpied(self._marks[rows])

    def keep(self, rows: Tensor) -> None:
        """Keep only the sentences ``rows``."""
        self.scores, self._log_probs, self._marks = self.scores[rows], self._log_probs[rows], self._marks[rows]
