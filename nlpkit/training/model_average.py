"""Which validations were the best, and the mean of their weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from nlpkit.errors import ArtifactError

from .options import LoopOptions
from .report import HistoryRow
from .state import TrainingFolder


class Ranking:
    """Orders validations by the metric that the options monitor, then by the loss.

    Parameters
    ----------
    options : LoopOptions
    better : mapping of str to {"higher", "lower"}
        Which direction of each metric is better: see `nlpkit.training.task.Task.better`.

    Examples
    --------
    >>> from nlpkit.training import TrainingOptions
    >>> rows = [
    ...     HistoryRow(step=step, epoch=1, tokens=1, seconds=1, train_loss=1, valid_loss=loss, metrics={"bleu": bleu},
    ...                learning_rate=1, tokens_per_second=1)
    ...     for step, loss, bleu in ((1, 3.0, 5.0), (2, 1.0, 4.0), (3, 2.0, 4.0))
    ... ]
    >>> Ranking(TrainingOptions(keep_best=2), {"bleu": "higher"}).steps_to_keep(rows)
    [1, 2]
    >>> Ranking(TrainingOptions(average="none", monitor="loss"), {"bleu": "higher"}).steps_to_keep(rows)
    [2]
    """

    def __init__(self, options: LoopOptions, better: Mapping[str, str]) -> None:
        self._options = options
        self._sign = -1.0 if better.get(options.monitor) == "lower" else 1.0

    def goodness(self, row: HistoryRow) -> tuple[float, float]:
        """Return the monitored metric and the loss of a validation as two numbers, the larger the better."""
        metric = row.metrics.get(self._options.monitor)
        return 0.0 if metric is None else self._sign * metric, -row.loss if np.isfinite(row.loss) else -np.inf

    def is_better(self, row: HistoryRow, best: HistoryRow | None) -> bool:
        """Return whether a validation is better than the best before it; with equal metrics, by 1 % of the loss."""
        if best is None:
            return True
        new, old = self.goodness(row), self.goodness(best)
        return new[0] > old[0] or (new[0] == old[0] and row.loss < best.loss * 0.99)

    def best(self, history: Iterable[HistoryRow]) -> HistoryRow | None:
        """Return the best validation so far."""
        best = None
        for row in history:
            best = row if self.is_better(row, best) else best
        return best

    def steps_to_keep(self, history: Sequence[HistoryRow]) -> list[int]:
        """Return the steps whose weights may be chosen at the end, the best first."""
        options = self._options
        ranked = [row.step for row in sorted(history, key=self.goodness, reverse=True)]
        if options.average == "best":
            return ranked[: options.keep_best]
        if options.average == "last":
            return ranked[:1] + [step for step in self._last(history) if step not in ranked[:1]]
        return ranked[:1]

    def steps_to_average(self, history: Sequence[HistoryRow]) -> list[int]:
        """Return the steps whose weights' mean is tried; empty where there is nothing to average."""
        if self._options.average == "none":
            return []
        steps = self._last(history) if self._options.average == "last" else self.steps_to_keep(history)
        return steps if len(steps) > 1 else []

    def _last(self, history: Sequence[HistoryRow]) -> list[int]:
        return [row.step for row in history[-self._options.keep_best :]]


def mean_weights(folder: TrainingFolder, steps: Iterable[int]) -> tuple[dict[str, np.ndarray], list[int]]:
    """Return the mean of the weights and statistics of ``steps``, and the steps whose weights are undamaged.

    Integers, such as BatchNorm's count of batches, are those of the last step.
    """
    total: dict[str, np.ndarray] = {}
    found: list[int] = []
    for step in steps:
        try:
            weights = folder.read_weights(step)
        except ArtifactError:
            continue
        found.append(step)
        for name, array in weights.items():
            if array.dtype.kind != "f" or name not in total:
                total[name] = array.astype(np.float64) if array.dtype.kind == "f" else array
            else:
                total[name] = total[name] + array
    mean = {
        name: (array / len(found)).astype(np.float32) if array.dtype.kind == "f" else array
        for name, array in total.items()
    }
    return mean, found
