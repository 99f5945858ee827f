"""Attention on a terminal: target words down, source words across, shaded by how much is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlpkit.cli.screens.screen import plain

if TYPE_CHECKING:
    from nlpkit.translation.attention_map import WordAttention

_SHADES = " ░▒▓█"


def show_attention(seen: WordAttention) -> None:
    """Print a map on standard error, so that translations can be piped on."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True).print(Text(attention_text(seen)), soft_wrap=True)


def attention_text(seen: WordAttention) -> str:
    """Return the map as lines: a row for each target word, a column for each source word.

    Examples
    --------
    >>> import numpy as np
    >>> from nlpkit.translation.attention_map import WordAttention
    >>> weights = np.array([[0.9, 0.1], [0.1, 0.9]])
    >>> print(attention_text(WordAttention(source=["two", "dogs"], target=["zwei", "Hunde"], weights=weights)))
          two dogs
     zwei ███
    Hunde     ████
    """
    from rich.cells import cell_len

    columns = [str(plain(word)) for word in seen.source]
    rows = [str(plain(word)) for word in seen.target]
    widest = max(map(cell_len, rows), default=0)
    lines = [" " * (widest + 1) + " ".join(columns)]
    for word, weights in zip(rows, seen.weights.tolist(), strict=True):
        cells = [
            _SHADES[min(4, int(weight * 5))] * cell_len(column) for column, weight in zip(columns, weights, strict=True)
        ]
        lines.append(" " * (widest - cell_len(word)) + word + " " + " ".join(cells))
    return "\n".join(line.rstrip() for line in lines)
