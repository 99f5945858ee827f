"""Calibration of a classifier on recordings that it has not learnt from: a temperature, and a limit for rejection."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nlpkit.errors import ParameterError, require_number

_COLDEST, _HOTTEST = 0.01, 100.0
_STEPS = 60  # halvings of the interval of 1 / temperature


def temperature(logits: Any, labels: Any) -> float:
    r"""Return the temperature that makes confidences equal to accuracies, as far as one number can.

    It divides the logits, and is the one with the lowest negative log-likelihood of the labels (Guo et al. 2017, "On
    calibration of modern neural networks", section 4.2). With n recordings, the target is
    :math:`1 - \frac{1}{n + 2}` for the right label, and the rest is spread over all labels (as in Platt 1999,
    "Probabilistic outputs for support vector machines"). This keeps the temperature from 0 where every answer is right,
    and has hardly an effect elsewhere.

    Parameters
    ----------
    logits : array (n_recordings, n_labels)
    labels : array (n_recordings,) of int
        Columns of the right labels.

    Returns
    -------
    float
        From 0.01 to 100. More than 1 for a network that is too sure of itself.

    Raises
    ------
    ParameterError
        If there are no recordings, a logit is not finite, or a label is not a column.

    Examples
    --------
    >>> logits = [[4.0, 0.0], [4.0, 0.0], [0.0, 4.0], [0.0, 4.0]]
    >>> temperature(logits, [0, 0, 1, 0]) > temperature(logits, [0, 0, 1, 1])
    True
    """
    z, right = _checked(logits, labels)
    n = len(z)
    spread = 1 / (n + 2)
    z = z - z.max(axis=1, keepdims=True)
    aimed = (1 - spread) * z[np.arange(n), right] + spread * z.mean(axis=1)

    def slope(inverse: float) -> float:
        """Derivative of the loss by 1 / temperature, which rises: the loss is convex in it."""
        weights = np.exp(inverse * z)
        return float(((weights * z).sum(axis=1) / weights.sum(axis=1) - aimed).mean())

    low, high = math.log(1 / _HOTTEST), math.log(1 / _COLDEST)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if slope(math.exp(middle)) < 0:
            low = middle
        else:
            high = middle
    return math.exp(-(low + high) / 2)


def limit_for(confidences: Any, *, keep: float = 0.97) -> float:
    """Return the limit of confidence at which a share of right answers is kept; lower confidences are rejected.

    Parameters
    ----------
    confidences : array (n,)
        The confidences of right answers.
    keep : float
        Share that is kept, more than 0.

    Returns
    -------
    float
        The middle between the lowest confidence that is kept and the highest that is not, so that rounding changes no
        answer; a millionth below the lowest if all are kept.

    Raises
    ------
    ParameterError
        If there are no confidences, or one is not a number from 0 to 1.

    Examples
    --------
    >>> round(limit_for([0.2, 0.6, 0.8, 0.9], keep=0.75), 3)
    0.4
    """
    require_number("keep", keep, 0, 1)
    if keep == 0:
        raise ParameterError("keep is 0: expected a share above 0")
    ordered = np.sort(np.asarray(confidences, np.float64).ravel())
    if not len(ordered):
        raise ParameterError("confidences is empty: expected those of right answers, at least one")
    if not ((ordered >= 0) & (ordered <= 1)).all():
        raise ParameterError("confidences holds other numbers than probabilities: expected numbers from 0 to 1")
    dropped = len(ordered) - math.ceil(keep * len(ordered) - 1e-9)
    lowest = ordered[dropped]
    lower = ordered[ordered < lowest]
    return float((lower[-1] + lowest) / 2 if len(lower) else lowest * (1 - 1e-6))


def _checked(logits: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    z = np.asarray(logits, np.float64)
    right = np.asarray(labels)
    if z.ndim != 2 or not z.size:
        raise ParameterError(f"logits has the shape {z.shape}: expected (recordings, labels), at least one of each")
    if not np.isfinite(z).all():
        raise ParameterError("logits holds infinite numbers or NaN: expected finite ones")
    if right.shape != (len(z),) or right.dtype.kind not in "iu":
        raise ParameterError(f"labels has the shape {right.shape}: expected ({len(z)},) whole numbers")
    if right.min() < 0 or right.max() >= z.shape[1]:
        raise ParameterError(
            f"labels holds {right.min()} to {right.max()}: expected columns from 0 to {z.shape[1] - 1}"
        )
    return z, right
