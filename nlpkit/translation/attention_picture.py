"""Pictures of attention: words against words."""

from __future__ import annotations

import io

import numpy as np

from nlpkit.errors import MissingDependencyError

from .attention_map import WordAttention
from .picture_fonts import fonts_for, warn_of_missing, without_warnings


def attention_png(seen: WordAttention) -> bytes:
    """Draw target words (rows) against source words (columns); darker cells have higher weights.

    Characters that matplotlib's own font lacks are drawn with an installed font for their script. A warning names those
    for which there is none, and a font to install.

    Returns
    -------
    bytes
        A PNG file.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingDependencyError(
            "a picture needs matplotlib, which isn't installed: pip install 'nlpkit[plot]'"
        ) from error
    attention, source, target = seen.weights, seen.source, seen.target
    width, height = 1.8 + 0.42 * max(len(source), 3), 1.5 + 0.32 * max(len(target), 3)
    fonts, missing = fonts_for([*source, *target])
    figure = Figure(figsize=(min(width, 40), min(height, 40)), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    shown = axes.imshow(attention, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    axes.set_xticks(
        range(len(source)),
        [_plain(word) for word in source],
        rotation=60,
        ha="left",
        rotation_mode="anchor",
        fontfamily=fonts,
    )
    axes.set_yticks(range(len(target)), [_plain(word) for word in target], fontfamily=fonts)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if attention.size <= 400:
        for row, column in zip(*np.nonzero(attention >= 0.1), strict=True):
            value = float(attention[row, column])
            colour = "white" if value > 0.55 else "black"
            axes.text(column, row, f"{value:.1f}".lstrip("0"), ha="center", va="center", fontsize=7, color=colour)
    figure.colorbar(shown, ax=axes, label="attention", shrink=0.8)
    content = io.BytesIO()
    with without_warnings():
        canvas.print_png(content)
    warn_of_missing(missing)
    return content.getvalue()


def _plain(word: str) -> str:
    """Escape a word, so that matplotlib does not read it as a formula."""
    shortened = word if len(word) <= 20 else word[:19] + "…"
    return shortened.replace("$", r"\$")
