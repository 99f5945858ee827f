"""BestWeights: which validations were the best, and the mean of their weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from nlpkit.errors import ArtifactError

from .options import TrainingOptions
from .report import HistoryRow
from .state import TrainingFolder


def goodness(row: HistoryRow, monitor: str) -> tuple[float, float]:
    """How good a validation was, the larger the better: BLEU, then the loss; or the loss alone.

    Examples
    --------
    >>> row = HistoryRow(step=1, epoch=1, tokens=1, seconds=1, train_loss=1, valid_loss=0.5, bleu=30.0,
    ...                  learning_rate=1, tokens_per_second=1)
    >>> goodness(row, "bleu"), goodness(row, "loss")
    ((30.0, -0.5), (0.0, -0.5))
    """
    bleu = row.bleu if monitor == "bleu" and row.bleu is not None else 0.0
    return bleu, -row.loss if np.isfinite(row.loss) else -np.inf


def is_better(row: HistoryRow, best: HistoryRow | None, monitor: str) -> bool:
    """Whether a validation is better than the best before it; where BLEU is the same, by 1 % of the loss."""
    if best is None:
        return True
    new, old = goodness(row, monitor), goodness(best, monitor)
    return new[0] > old[0] or (new[0] == old[0] and row.loss < best.loss * 0.99)


def steps_to_keep(history: Sequence[HistoryRow], options: TrainingOptions) -> list[int]:
    """Return the steps whose weights may be chosen at the end, the best first.

    Examples
    --------
    >>> rows = [HistoryRow(step=step, epoch=1, tokens=1, seconds=1, train_loss=1, valid_loss=loss, bleu=None,
    ...                    learning_rate=1, tokens_per_second=1) for step, loss in ((1, 3.0), (2, 1.0), (3, 2.0))]
    >>> steps_to_keep(rows, TrainingOptions(keep_best=2)), steps_to_keep(rows, TrainingOptions(average="none"))
    ([2, 3], [2])
    """
    ranked = [row.step for row in sorted(history, key=lambda row: goodness(row, options.monitor), reverse=True)]
    if options.average == "best":
        return ranked[: options.keep_best]
    if options.average == "last":
        last = [row.step for row in history[-options.keep_best :]]
        return ranked[:1] + [step for step in last if step not in ranked[:1]]
    return ranked[:1]


def steps_to_average(history: Sequence[HistoryRow], options: TrainingOptions) -> list[int]:
    """Return the steps whose weights' mean is tried; empty where there is nothing to average."""
    if options.average == "last":
        steps = [row.step for row in history[-options.keep_best :]]
    else:
        steps = steps_to_keep(history, options)
    return steps if options.average != "none" and len(steps) > 1 else []


def mean_weights(folder: TrainingFolder, steps: Iterable[int]) -> tuple[dict[str, np.ndarray], list[int]]:
    """Return the mean of the weights of ``steps``, and of which steps there were whole ones."""
    total: dict[str, np.ndarray] = {}
    found = []
    for step in steps:
        try:
            weights = folder.read_weights(step)
        except ArtifactError:
            continue
        found.append(step)
        for name, array in weights.items():
            total[name] = total[name] + array if name in total else array.astype(np.float64)
    return {name: (array / len(found)).astype(np.float32) for name, array in total.items()}, found
