"""Learning rates over the steps of a training.

With w warm-up steps, rate r, width d and p the share of the training that is done:

    constant      r                      inverse_sqrt   r · √(w / step)             (Ott et al., 2018)
    linear        r · (1 - p)            noam           r · d^-½ · step^-½          (Vaswani et al., 2017)
    cosine        r · (1 + cos πp) / 2   plateau        r · factor^(validations' plateaus so far)

each times min(1, max(step / w, 10 p)): a warm-up is over when a tenth of the training is, if the steps turn out to be
few. Under "noam" step^-½ becomes step · w^-1.5 instead while that is less.
"""

from __future__ import annotations

import math

from .options import LoopOptions


def learning_rate(options: LoopOptions, step: int, *, share: float = 0.0, width: int = 512, plateaus: int = 0) -> float:
    """Return the learning rate of a step.

    Parameters
    ----------
    options : LoopOptions
    step : int
        From 1.
    share : float
        How much of the training is done, 0 to 1, by steps or by the clock.
    width : int
        The model's, for "noam".
    plateaus : int
        How often "plateau" has lowered it.

    Examples
    --------
    >>> options = LoopOptions(learning_rate=0.1, warmup=4)
    >>> [round(learning_rate(options, step), 4) for step in (1, 2, 4, 16)]
    [0.025, 0.05, 0.1, 0.05]
    """
    warmup = max(1, options.warmup)
    rate = options.learning_rate
    if options.schedule == "noam":
        return rate * width**-0.5 * min(step**-0.5, step * warmup**-1.5)
    rate *= min(1.0, max(step / warmup, 10 * share))
    if options.schedule == "inverse_sqrt":
        return rate * math.sqrt(warmup / max(step, warmup))
    if options.schedule == "linear":
        return rate * (1 - min(1.0, share))
    if options.schedule == "cosine":
        return rate * (1 + math.cos(math.pi * min(1.0, share))) / 2
    if options.schedule == "plateau":
        return rate * options.plateau_factor**plateaus
    return rate
