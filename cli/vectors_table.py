"""Vectors on a terminal: every text with its terms, the heaviest first."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from nlpkit.cli.screen import new_table, number, plain, print_table

if TYPE_CHECKING:
    from rich.text import Text

ROWS = 30
"""How many texts a terminal shows."""

_TERMS = 40
_LINES = 2
_SHADES = ((0.8, "bold green"), (0.5, "green"), (0.0, ""))


class VectorsTable:
    """Takes rows from `nlpkit.jobs.embed_files` in place of a file, and shows the first of them."""

    def __init__(self) -> None:
        self.full = False
        self._rows: list[tuple[str, str, list[tuple[str, float]]]] = []
        self._names: Any = None

    def open(self, model: Any) -> None:
        """Remember the names of the columns."""
        self._names = getattr(model, "terms_", None)

    def write(self, sources: list[str], texts: list[str], rows: Any) -> None:
        """Keep the first rows."""
        wanted = min(ROWS - len(self._rows), len(texts))
        for index in range(wanted):
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
        table = new_table(
            ("id", {"justify": "right", "style": "dim", "no_wrap": True}),
            *([("source", {"style": "dim", "max_width": of_source})] if several else []),
            ("text", {"max_width": of_text}),
            ("terms", {"max_width": of_terms}),
        )
        for row, (source, text, terms) in enumerate(self._rows):
            name = [plain(source)] if several else []
            table.add_row(str(row), *name, plain(text), _shaded(terms, of_terms))
        print_table(table)
        if self.full:
            print(f"The first {len(self._rows)} texts; -o FILE writes all of them.")

    def _name(self, column: int) -> str:
        return str(column) if self._names is None else self._names[column]


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
