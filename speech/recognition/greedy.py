"""Greedy decoding of CTC: the likeliest token of each frame, with times and confidences."""

from __future__ import annotations

import numpy as np


def best_path(logits: np.ndarray, blank_penalty: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the tokens of the likeliest path (Graves et al. 2006), without blanks and repetitions.

    Parameters
    ----------
    logits : (frames, n_tokens) array
        Token 0 is the blank.
    blank_penalty : float
        Subtracted from the blank's logit to choose the path; log-probabilities stay as they are.

    Returns
    -------
    tokens : (n,) int64 array
    first, last : (n,) int64 arrays
        First and last frame of each token.
    log_p : (n,) float64 array
        Highest log-probability of the token in these frames.

    Examples
    --------
    >>> tokens, first, last, _ = best_path(np.eye(3)[[0, 1, 1, 0, 1, 2]])
    >>> tokens.tolist(), first.tolist(), last.tolist()
    ([1, 1, 2], [1, 4, 5], [2, 4, 5])
    """
    if not len(logits):
        none = np.zeros(0, np.int64)
        return none, none, none, np.zeros(0)
    best = penalized(logits, blank_penalty).argmax(1)
    changes = np.flatnonzero(np.diff(best)) + 1
    first = np.concatenate([[0], changes])
    last = np.concatenate([changes, [len(best)]]) - 1
    log_p = log_softmax(logits)[np.arange(len(best)), best]
    peaks = np.maximum.reduceat(log_p, first)
    tokens = best[first]
    said = tokens != 0
    return tokens[said], first[said], last[said], peaks[said]


def penalized(logits: np.ndarray, blank_penalty: float) -> np.ndarray:
    """Return logits (frames, n_tokens) with the blank's lowered; the array itself where there is no penalty."""
    if not blank_penalty:
        return logits
    lowered = logits.copy()
    lowered[:, 0] -= blank_penalty
    return lowered


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the log-probabilities (frames, n_tokens) of logits, in float64."""
    wide = logits.astype(np.float64) - logits.max(1, keepdims=True)
    return wide - np.log(np.exp(wide).sum(1, keepdims=True))
