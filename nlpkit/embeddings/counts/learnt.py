"""Learning, what a stream of texts adds to; and Learnt, the columns that are made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.text.analysis import Analysis
from nlpkit.text.counting import rows as counting
from nlpkit.text.counting.counter import new_counter
from nlpkit.text.counting.plain import PlainCounter
from nlpkit.text.terms import Terms

if TYPE_CHECKING:
    from nlpkit.text.counting.counter import Counter

FEW_TERMS = 100_000
"""Up to how many terms a vocabulary is put into a dict of Python's to look up a few texts."""


@dataclass(frozen=True, kw_only=True)
class Learning:
    """What was counted so far.

    Attributes
    ----------
    counter : PlainCounter or CompiledCounter
    fixed : bool
        Whether the vocabulary was given, so that nothing is added to it.
    params : tuple
        The parameters that decide what the terms of a text are.
    """

    counter: Counter
    fixed: bool
    params: tuple[Any, ...]

    def grown(self, texts: Iterator[Any], analysis: Analysis) -> tuple[Learning, Iterator[Any]]:
        """What to go on with, and the texts: once these are many, a plain counter hands over to a compiled one."""
        counter = self.counter
        if not isinstance(counter, PlainCounter) or analysis.scan is None:
            return self, texts
        few, texts = counting.take(texts, counting.SMALL - counter.characters)
        if few:
            return self, texts
        known = counter.given if self.fixed else Terms.of(counter.table)
        larger = new_counter(analysis, known, few=False)
        larger.restore(larger.numbers, counter.frequency, counter.totals)
        return replace(self, counter=larger), texts


class Learnt:
    """The columns of a fitted estimator: their terms, how frequent these were, and how to find them in texts.

    Parameters
    ----------
    fixed : bool
        Whether the vocabulary was given.
    pruned : bool
        Whether terms that were learnt have no column.
    params : tuple
        The parameters that decided what the terms of a text are.
    totals : (2,) int64
        How many texts were learnt from, and how many terms they had.
    counter, numbers
        What was learnt, and the counter's number for each column (-1 if it has none); or else
    terms, frequency
        the terms of the columns, and in how many texts each was and how often: (n_terms, 2) int64.
    """

    def __init__(
        self,
        *,
        fixed: bool,
        pruned: bool,
        params: tuple[Any, ...],
        totals: np.ndarray,
        counter: Counter | None = None,
        numbers: np.ndarray | None = None,
        terms: Terms | None = None,
        frequency: np.ndarray | None = None,
    ) -> None:
        self.fixed = fixed
        self.pruned = pruned
        self.totals = totals
        self.weighting: Any = None
        self.idf: np.ndarray | None = None
        self._numbers = numbers
        self._terms = terms
        self._frequency = frequency
        self._counter = counter
        self._lookups: list[tuple[tuple[Any, ...], Counter, np.ndarray]] = []
        if counter is not None and numbers is not None:
            self._lookups.append((params, counter, _columns(counter, numbers)))

    def __len__(self) -> int:
        return len(self.terms if self._numbers is None else self._numbers)

    @property
    def terms(self) -> Terms:
        """The term of each column."""
        if self._terms is None:
            assert self._counter is not None
            assert self._numbers is not None
            self._terms = self._counter.spell(self._numbers)
        return self._terms

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """The column of each term."""
        return dict(zip(self.terms, range(len(self.terms)), strict=True))

    @property
    def document_frequency(self) -> np.ndarray:
        """In how many texts each term was: (n_terms,) int64."""
        return self._of_frequency(0)

    @property
    def term_frequency(self) -> np.ndarray:
        """How often each term was: (n_terms,) int64."""
        return self._of_frequency(1)

    def _of_frequency(self, column: int) -> np.ndarray:
        if self._frequency is not None:
            return self._frequency[:, column]
        assert self._counter is not None
        assert self._numbers is not None
        return frequency_of(self._counter, self._numbers, column)

    def lookup(
        self, texts: Iterator[Any], analysis: Analysis, params: tuple[Any, ...]
    ) -> tuple[Counter, np.ndarray, Iterator[Any]]:
        """A counter that finds the terms, as fast as the texts deserve; the columns of its numbers; and the texts."""
        few, texts = counting.take(texts, counting.SMALL)
        for known_params, counter, columns in self._lookups:
            suits = few or analysis.scan is None or not isinstance(counter, PlainCounter)
            if suits and known_params == params:
                return counter, columns, texts
        counter = new_counter(analysis, self.terms, few=few and len(self) <= FEW_TERMS)
        columns = _columns(counter, counter.numbers)
        self._lookups = [*self._lookups[-2:], (params, counter, columns)]
        return counter, columns, texts


def frequency_of(counter: Counter, numbers: np.ndarray, column: int) -> np.ndarray:
    """In how many texts the terms of ``numbers`` were (column 0) or how often (1): (n,) int64, 0 for the number -1."""
    seen = counter.frequency[:, column]
    known = (numbers >= 0) & (numbers < len(seen))
    if known.all():
        return seen[numbers]
    frequency = np.zeros(len(numbers), np.int64)
    frequency[known] = seen[numbers[known]]
    return frequency


def _columns(counter: Counter, numbers: np.ndarray) -> np.ndarray:
    """The column of every number of the counter's, -1 where it has none: the inverse of ``numbers``."""
    columns = np.full(len(counter.table), -1, np.int32)
    known = np.flatnonzero(numbers >= 0)
    columns[numbers[known]] = known
    return columns
