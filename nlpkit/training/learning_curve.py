"""The picture of a training: its loss, and a metric, over the steps."""

from __future__ import annotations

import io
from collections.abc import Sequence

from nlpkit.errors import MissingDependencyError

from .report import HistoryRow

_INK, _TRAIN, _VALID, _METRIC = "#333333", "#8da9c4", "#13315c", "#c8553d"


def learning_curve(
    history: Sequence[HistoryRow],
    *,
    chosen_steps: Sequence[int] = (),
    title: str = "",
    metric: str = "",
    labels: tuple[str, str] = ("loss", ""),
) -> bytes:
    """Draw the validations of a training.

    Parameters
    ----------
    history : sequence of HistoryRow
    chosen_steps : sequence of int
        Steps whose weights were chosen; they are marked.
    title : str
    metric : str
        Metric of the lower panel, such as "bleu"; default: no such panel.
    labels : (str, str)
        Labels of the loss and of the metric.

    Returns
    -------
    bytes
        A PNG of 1,280 × 720 pixels: the loss above, the metric, if there is any, below.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.

    Examples
    --------
    >>> rows = [HistoryRow(step=step, epoch=1, tokens=1, seconds=1, train_loss=1 / step, valid_loss=2 / step,
    ...                    metrics={"bleu": step}, learning_rate=1, tokens_per_second=1) for step in (1, 2, 3)]
    >>> learning_curve(rows, chosen_steps=(3,), title="copy", metric="bleu")[:4]  # doctest: +SKIP
    b'\\x89PNG'
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator, StrMethodFormatter
    except ImportError as error:
        raise MissingDependencyError(
            "a learning curve needs matplotlib, which isn't installed: pip install 'nlpkit[plot]'"
        ) from error
    steps = [row.step for row in history]
    points = [(row.step, value) for row in history if (value := row.metrics.get(metric)) is not None]
    figure = Figure(figsize=(12.8, 7.2), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(2 if points else 1, 1, sharex=True, squeeze=False)[:, 0]
    dot = "o" if len(history) <= 40 else None
    panels[0].plot(steps, [row.train_loss for row in history], color=_TRAIN, marker=dot, markersize=4, label="training")
    valid = [(row.step, row.valid_loss) for row in history if row.valid_loss is not None]
    if valid:
        panels[0].plot(*zip(*valid, strict=True), color=_VALID, marker=dot, markersize=4, label="validation")
    panels[0].set_ylabel(labels[0], color=_INK)
    panels[0].legend(frameon=False)
    if points:
        panels[1].plot(*zip(*points, strict=True), color=_METRIC, marker=dot, markersize=4)
        panels[1].set_ylabel(labels[1] or metric, color=_INK)
        panels[1].set_ylim(bottom=0)
        best = max(points, key=lambda point: point[1])
        above = {"textcoords": "offset points", "xytext": (0, 7), "ha": "center"}
        panels[1].annotate(f"{best[1]:.1f}", best, color=_METRIC, **above)
        panels[1].margins(y=0.15)
    for panel in panels:
        for step in chosen_steps:
            panel.axvline(step, color="#bbbbbb", linewidth=0.8, linestyle=":", zorder=0)
        panel.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        panel.set_axisbelow(True)
        panel.tick_params(colors=_INK)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    panels[-1].set_xlabel("steps" + (" (dotted: the weights that were taken)" if chosen_steps else ""), color=_INK)
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[-1].xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if title:
        figure.suptitle(title, color=_INK)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
