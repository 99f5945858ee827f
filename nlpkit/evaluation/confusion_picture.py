"""The picture of a classifier's confusions: how many recordings of each class got which answer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from nlpkit.errors import MissingDependencyError, ParameterError
from nlpkit.translation.picture_fonts import fonts_for, warn_of_missing, without_warnings

_INK = "#333333"
_RIGHT, _WRONG = np.array([19, 49, 92]) / 255, np.array([200, 85, 61]) / 255
_MOST_NUMBERS = 60
_MOST_LABELS = 80
_LONGEST = 24


def confusion_picture(confusion: Any, labels: Sequence[str], *, title: str = "") -> bytes:
    """Draw a confusion matrix.

    Right answers are blue and wrong ones are red. The darkness is the share of the row, by its square root, so that one
    error in a hundred is visible. The number in a cell is the number of recordings.

    Parameters
    ----------
    confusion : array (n_classes, n_classes) of int
        Number of recordings by class (rows) and answer (columns).
    labels : sequence of str
        Names of the classes. Long ones are cut.
    title : str

    Returns
    -------
    bytes
        A PNG, which grows with the number of classes, to 80 of them; further classes make the cells smaller. Numbers
        stand in the cells for up to 60 classes.

    Raises
    ------
    ParameterError
        If the matrix is not square, or has another number of rows than there are labels.
    MissingDependencyError
        If matplotlib is not installed.

    Examples
    --------
    >>> confusion_picture([[9, 1], [0, 10]], ["no", "yes"])[:4]  # doctest: +SKIP
    b'\\x89PNG'
    """
    counts = np.asarray(confusion)
    n = len(labels)
    if counts.shape != (n, n) or n == 0:
        raise ParameterError(f"confusion has the shape {counts.shape}: expected ({n}, {n}), one row for each label")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependencyError(
            "a picture of confusions needs matplotlib, which isn't installed: pip install 'nlpkit[plot]'"
        ) from error
    names = [_cut(label) for label in labels]
    fonts, missing = fonts_for([*names, title])
    warn_of_missing(missing)
    shown = min(n, _MOST_LABELS)
    cell = 0.5 if n <= 20 else 0.36
    margin = 1.6 + 0.09 * max(map(len, names))
    side = max(cell * shown + margin, 4.5)
    figure = Figure(figsize=(side, side + (0.4 if title else 0)), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.imshow(_colours(counts), interpolation="nearest")
    size = 9 if n <= 20 else 7.5
    if n <= _MOST_NUMBERS:
        _write_numbers(axes, counts, size)
    places = range(0, n, -(-n // _MOST_LABELS))
    words: dict[str, Any] = {"fontfamily": fonts, "fontsize": size, "color": _INK, "parse_math": False}
    axes.set_xticks(places, [names[place] for place in places], rotation=90 if n > 4 else 0, **words)
    axes.set_yticks(places, [names[place] for place in places], **words)
    axes.set_xlabel("answer", color=_INK)
    axes.set_ylabel("label", color=_INK)
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(n + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(n + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="#e6e6e6", linewidth=0.6)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if title:
        figure.suptitle(title, color=_INK, fontfamily=fonts, parse_math=False)
    png = io.BytesIO()
    with without_warnings():
        figure.savefig(png, format="png")
    return png.getvalue()


def _cut(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _shares(counts: np.ndarray) -> np.ndarray:
    """Square roots of the shares of each row."""
    totals = counts.sum(axis=1, keepdims=True)
    return np.sqrt(np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0))


def _colours(counts: np.ndarray) -> np.ndarray:
    """Colours of the cells, (n, n, 3): from white to blue on the diagonal, from white to red elsewhere."""
    dark = _shares(counts)[..., None]
    full = np.where(np.eye(len(counts), dtype=bool)[..., None], _RIGHT, _WRONG)
    return 1 - dark * (1 - full)


def _write_numbers(axes: Any, counts: np.ndarray, size: float) -> None:
    dark = _shares(counts)
    for row, column in np.argwhere(counts > 0):
        number = f"{counts[row, column]:,}" if counts[row, column] < 10_000 else f"{counts[row, column] / 1000:.0f}k"
        axes.text(
            column,
            row,
            number,
            ha="center",
            va="center",
            color="white" if dark[row, column] > 0.6 else _INK,
            fontsize=size * min(1.0, 3.6 / max(len(number), 1)),
        )
