"""Selection of the counter: plain Python for few texts, compiled for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from nlpkit.text.analysis import Analysis
from nlpkit.text.terms import Terms

from .plain import PlainCounter

if TYPE_CHECKING:
    from .compiled import CompiledCounter

    Counter: TypeAlias = "PlainCounter | CompiledCounter"


def new_counter(analysis: Analysis, terms: Terms | None, *, few: bool) -> Counter:
    """Return a counter with initial ``terms``: compiled, unless the texts are few or the analysis has no scan."""
    if few or analysis.scan is None:
        return PlainCounter(analysis, terms)
    from .compiled import CompiledCounter

    return CompiledCounter(analysis, terms)
