"""Vectors on a terminal: every text with its terms, the heaviest first, or with a picture of its numbers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from nlpkit.cli.screens.screen import new_table, number, plain, print_table

if TYPE_CHECKING:
    from rich.text import Text

ROWS = 30
"""How many texts a terminal shows."""

_TERMS = 40
_LINES = 2
_PICTURE = 16
_NUMBERS = 3
_SHADES = ((0.8, "bold green"), (0.5, "green"), (0.0, ""))


class VectorsTable:
    """Takes rows from `nlpkit.jobs.embed_files` in place of a file, and shows the first of them."""

    def __init__(self) -> None:
        self.full = False
        self._rows: list[tuple[str, str, Any]] = []
        self._dense = False
        self._names: Any = None

    def open(self, model: Any) -> None:
        """Remember the names of the columns."""
        self._names = getattr(model, "terms_", None)

    def write(self, sources: list[str], texts: list[str], rows: Any, kept: Any = None) -> None:
        """Keep the first rows."""
        wanted = min(ROWS - len(self._rows), len(texts))
        self._dense = not hasattr(rows, "indptr")
        if self._dense:
            self._rows += zip(sources[:wanted], texts[:wanted], rows[:wanted], strict=True)
        for index in range(0 if self._dense else wanted):
            start, end = rows.indptr[index : index + 2]
            columns, weights = rows.indices[start:end].tolist(), rows.data[start:end].tolist()
            heaviest = sorted(zip(weights, columns, strict=True), key=lambda item: (-abs(item[0]), item[1]))
            terms = [(self._name(column), weight) for weight, column in heaviest if weight][:_TERMS]
            self._rows.append((sources[index], texts[index], terms))
        self.full = wanted < len(texts)

    def close(self) -> None:
        """Do nothing: `show` prints."""

    def show(self) -> None:
        """Print the table."""
        several = len({source for source, _, _ in self._rows}) > 1
        width = max(60, shutil.get_terminal_size().columns - 4)
        of_source = min(24, width // 6) if several else 0
        of_text = min(60, width * 2 // 5)
        of_terms = width - of_source - of_text - len(str(len(self._rows))) - 6
        scale = max((float(abs(row).max(initial=0)) for *_, row in self._rows), default=0.0) if self._dense else 0.0
        table = new_table(
            ("id", {"justify": "right", "style": "dim", "no_wrap": True}),
            *([("source", {"style": "dim", "max_width": of_source})] if several else []),
            ("text", {"max_width": of_text}),
            *([("length", {"justify": "right"})] if self._dense else []),
            ("vector" if self._dense else "terms", {"max_width": of_terms}),
        )
        for row, (source, text, terms) in enumerate(self._rows):
            name = [plain(source)] if several else []
            cells = _pictured(terms, scale) if self._dense else [_shaded(terms, of_terms)]
            table.add_row(str(row), *name, plain(text), *cells)
        print_table(table)
        if self.full:
            print(f"The first {len(self._rows)} texts; -o FILE writes all of them.")

    def _name(self, column: int) -> str:
        return str(column) if self._names is None else self._names[column]


def _pictured(vector: Any, scale: float) -> list[Text]:
    """Return a vector's length, and a picture of its numbers with the first of them: high bars are positive."""
    import numpy as np
    from rich.text import Text

    if not vector.any():
        return [Text("0", style="dim"), Text("none of its words has a vector", style="dim")]
    pieces = [piece.mean() for piece in np.array_split(vector, min(_PICTURE, len(vector)))]
    heights = [min(7, max(0, int((value / scale + 1) * 4))) for value in pieces]
    shown = Text("".join("▁▂▃▄▅▆▇█"[height] for height in heights), style="cyan", no_wrap=True, overflow="ellipsis")
    numbers = " ".join(f"{value:6.3f}" for value in vector[:_NUMBERS].tolist())
    shown.append(f" {numbers}{' …' if len(vector) > _NUMBERS else ''}", style="dim")
    return [Text(f"{float(np.linalg.norm(vector)):.3f}"), shown]


def _shaded(terms: list[tuple[str, float]], width: int) -> Text:
    """Return terms and their weights on as many lines as `_LINES`, the heavier the brighter."""
    from rich.text import Text

    if not terms:
        return Text("none of its words is a term", style="dim")
    heaviest = abs(terms[0][1])
    shown = Text(no_wrap=True, overflow="ellipsis")
    line, used = 1, 0
    for index, (term, weight) in enumerate(terms):
        name, value = plain(term), number(weight)
        name.truncate(max(2, width - len(value) - 1), overflow="ellipsis")
        length = name.cell_len + 1 + len(value)
        if used and used + 2 + length > width - (2 if line == _LINES else 0):
            if line == _LINES:
                return shown.append(" …", style="dim")
            line, used = line + 1, 0
            shown.append("\n")
        elif index:
            shown.append("  ")
            used += 2
        used += length
        name.style = next(style for least, style in _SHADES if abs(weight) >= least * heaviest)
        shown.append_text(name).append(f" {value}", style="dim")
    return shown
