"""Learning, which a stream of texts adds to; and Learnt, the columns that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nlpkit.errors import ParameterError
from nlpkit.text.analysis import Analysis
from nlpkit.text.counting import rows as counting
from nlpkit.text.counting.counter import new_counter
from nlpkit.text.counting.plain import PlainCounter
from nlpkit.text.terms import Terms

if TYPE_CHECKING:
    from nlpkit.text.counting.counter import Counter

FEW_TERMS = 100_000
"""The most terms of a vocabulary that is put into a dict of Python's to look up a few texts."""


@dataclass(frozen=True, kw_only=True)
class Learning:
    """Counts so far.

    Attributes
    ----------
    counter : PlainCounter or CompiledCounter
    fixed : bool
        Whether the vocabulary was given, so that nothing is added to it.
    params : tuple
        The parameters that decide what the terms of a text are.
    why_empty : str
        Why there is no term so far, if there is none.
    """

    counter: Counter
    fixed: bool
    params: tuple[Any, ...]
    why_empty: str = "empty vocabulary: there is no text to learn from: give at least one"

    @classmethod
    def begun(
        cls, texts: Iterator[Any], analysis: Analysis, given: Terms | None, params: tuple[Any, ...]
    ) -> tuple[Learning, Iterator[Any]]:
        """Return the learning at its begin, and the texts; ``given`` is a fixed vocabulary."""
        few, texts = counting.take(texts, counting.SMALL)
        counter = new_counter(analysis, given, few=few)
        return cls(counter=counter, fixed=given is not None, params=params), texts

    def grown(self, texts: Iterator[Any], analysis: Analysis) -> tuple[Learning, Iterator[Any]]:
        """Return the learning to continue, and the texts; with many texts a compiled counter replaces a plain one."""
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

    def settled(self, keep: Callable[..., np.ndarray], *, by_texts: bool) -> Learnt:
        """Choose the terms that get a column, and sort them.

        Parameters
        ----------
        keep : callable
            Says which of the terms stay, (n_terms,) bool, by their frequencies and the number of texts: see
            `chosen_terms.kept_terms`.
        by_texts : bool
            Whether it is given in how many texts each term is, and None instead of how often each is in all.

        Raises
        ------
        ParameterError
            If no term stays.
        """
        counter = self.counter
        if self.fixed:
            numbers, pruned, terms = counter.numbers, False, counter.given
        else:
            numbers = counter.sorted_numbers()
            seen = frequency_of(counter, numbers, 0) > 0
            if not seen.any():
                raise ParameterError(self.why_empty)
            if not seen.all():
                numbers = numbers[seen]
            kept = keep(
                frequency_of(counter, numbers, 0),
                None if by_texts else frequency_of(counter, numbers, 1),
                int(counter.totals[0]),
            )
            numbers, pruned, terms = numbers if kept.all() else numbers[kept], not kept.all(), None
            del seen, kept
        return Learnt(
            fixed=self.fixed,
            pruned=bool(pruned),
            params=self.params,
            totals=counter.totals.copy(),
            counter=counter,
            numbers=numbers,
            terms=terms,
        )


class Learnt:
    """The columns of a fitted estimator: their terms, how frequent these were, and how to find them in texts.

    Parameters
    ----------
    fixed : bool
        Whether the vocabulary was given.
    pruned : bool
        Whether terms that were learnt have no column.
    totals : (2,) int64
        How many texts were learnt from, and how many terms they had.
    params : tuple
        The parameters that decided what the terms of a text are, if ``counter`` is given.
    counter, numbers
        Columns that were learnt, and the counter's number for each column (-1 if it has none).
    terms, frequency
        The terms of the columns, and in how many texts each was and how often: (n_terms, 2) int64. Needed if
        ``counter`` isn't given.
    """

    def __init__(
        self,
        *,
        fixed: bool,
        pruned: bool,
        totals: np.ndarray,
        params: tuple[Any, ...] = (),
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

    @classmethod
    def of(cls, given: Terms) -> Learnt:
        """The columns of a vocabulary that was given, where no text has been learnt from."""
        nothing = np.zeros((len(given), 2), np.int64)
        return cls(fixed=True, pruned=False, totals=np.zeros(2, np.int64), terms=given, frequency=nothing)

    def resumed(self, analysis: Analysis, params: tuple[Any, ...]) -> Learning:
        """Return the counts of these columns when they were saved, to learn from more texts.

        Raises
        ------
        ParameterError
            If terms that were learnt have no column.
        """
        if self.pruned:
            raise ParameterError(
                "this model was saved without the terms that min_df, max_df or max_features left out, so it can't "
                "learn from more texts: fit again, or save a model that leaves none out"
            )
        counter = new_counter(analysis, self.terms, few=len(self) <= FEW_TERMS)
        frequency = np.column_stack([self.document_frequency, self.term_frequency])
        counter.restore(counter.numbers, frequency, self.totals)
        return Learning(counter=counter, fixed=self.fixed, params=params)

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
            plain = isinstance(counter, PlainCounter)
            suits = plain if analysis.scan is None else few or not plain
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
