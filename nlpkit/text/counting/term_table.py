"""TermTable: terms to numbers, in the order of their first appearance, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import InputError
from nlpkit.text.terms import Terms

from . import _order_numba as ordering
from . import _table_numba as compiled

MOST_TERMS = (1 << 31) - 2
"""A slot has 32 bits for a number plus one, and numbers are int32."""


class TermTable:
    """A growing hash table of terms, filled from slices of UTF-8 buffers and from pairs of its own numbers.

    A pair stands for an n-gram: the number of its first n-1 terms, and that of its last one.
    """

    def __init__(self) -> None:
        self._slots = np.zeros(1 << 16, np.uint64)
        self._highs = np.empty(self.room, np.uint64)
        self._lows = np.empty(self.room, np.uint64)
        self._arena = np.empty(1 << 16, np.uint8)
        self._state = np.zeros(2, np.int64)

    @property
    def room(self) -> int:
        """How many terms there is room for as it stands."""
        return min(len(self._slots) * 5 // 8, MOST_TERMS)

    def __len__(self) -> int:
        return int(self._state[0])

    def __getstate__(self) -> dict[str, Any]:
        n, used = self._state
        return {"highs": self._highs[:n], "lows": self._lows[:n], "arena": self._arena[:used]}

    def __setstate__(self, state: dict[str, np.ndarray]) -> None:
        self.__init__()  # type: ignore[misc]
        n = len(state["highs"])
        self._state[:] = n, len(state["arena"])
        self._arena = np.concatenate([state["arena"], self._arena])
        while self.room < n:
            self._slots = np.zeros(2 * len(self._slots), np.uint64)
        self._highs, self._lows = np.empty(self.room, np.uint64), np.empty(self.room, np.uint64)
        self._highs[:n], self._lows[:n] = state["highs"], state["lows"]
        compiled.fill_slots(self._highs[:n], self._lows[:n], self._slots)

    def _grow(self) -> None:
        """Make room for more terms if they are what is full, else for their bytes."""
        n = len(self)
        if n < len(self._highs):
            self._arena = np.concatenate([self._arena, np.empty_like(self._arena)])
            return
        if n >= MOST_TERMS:
            raise InputError(f"there are more than {MOST_TERMS:,} different terms: learn from fewer texts")
        self._slots = np.zeros(2 * len(self._slots), np.uint64)
        for name in "_highs", "_lows":
            larger = np.empty(self.room, np.uint64)
            larger[:n] = getattr(self, name)
            setattr(self, name, larger)
        compiled.fill_slots(self._highs[:n], self._lows[:n], self._slots)

    def number(self, buffer: np.ndarray, starts: np.ndarray, lengths: np.ndarray, *, insert: bool) -> np.ndarray:
        """The numbers of slices of ``buffer``, shape (n,) int32; a new one is inserted, or gets -1."""
        numbers = np.empty(len(starts), np.int32)
        done = 0
        while True:
            done = compiled.number_slices(
                buffer, starts, lengths, done, insert,
                self._slots, self._highs, self._lows, self._arena, self._state, numbers,
            )  # fmt: skip
            if done == len(starts):
                return numbers
            self._grow()

    def insert(self, terms: Terms) -> np.ndarray:
        """Insert ``terms``; return their numbers, -1 for an empty one."""
        buffer, starts, lengths = terms.slices()
        filled = np.flatnonzero(lengths)
        numbers = np.full(len(terms), -1, np.int32)
        numbers[filled] = self.number(buffer, starts[filled], lengths[filled], insert=True)
        return numbers

    def number_pairs(self, left: np.ndarray, right: np.ndarray, *, insert: bool) -> np.ndarray:
        """The numbers of pairs of numbers, shape (n,) int32; -1 where one of the two is -1."""
        numbers = np.empty(len(left), np.int32)
        done = 0
        while True:
            done = compiled.number_pairs(
                left, right, done, insert, self._slots, self._highs, self._lows, self._state, numbers
            )
            if done == len(left):
                return numbers
            self._grow()

    def absorb(self, other: TermTable) -> np.ndarray:
        """Insert all terms of ``other``; return the number here of each of its numbers."""
        n = len(other)
        numbers = np.empty(n, np.int32)
        done = 0
        while True:
            done = compiled.absorb(
                other._highs[:n], other._lows[:n], other._arena, done,
                self._slots, self._highs, self._lows, self._arena, self._state, numbers,
            )  # fmt: skip
            if done == n:
                return numbers
            self._grow()

    def sorted_numbers(self) -> np.ndarray:
        """All numbers, in the order of the terms' code points; an n-gram's terms are taken as joined by a space.

        So the space has to sort below every character of a term.
        """
        n = len(self)
        highs, lows = self._highs[:n], self._lows[:n]
        single = np.flatnonzero((lows & np.uint64(255)) != compiled.PAIR)
        if len(single) == n:
            return self._sorted(highs, lows)
        order = single[self._sorted(highs[single], lows[single])].astype(np.int32)
        ranks = np.empty(n, np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        result = np.empty(n, np.int32)
        ordering.number_in_order(
            order, highs, lows, ranks, np.zeros(n + 1, np.int64), np.empty(n - len(single), np.int32),
            np.empty(n, np.int32), result,
        )  # fmt: skip
        return result

    def _sorted(self, highs: np.ndarray, lows: np.ndarray) -> np.ndarray:
        """The order of single terms by their keys: (n,) int32."""
        keys = np.empty((len(highs), 2), np.uint64)
        ordering.sort_keys(highs, lows, self._arena, keys)
        order = np.argsort(keys[:, 0]).astype(np.int32)
        ordering.settle_ties(order, keys, lows, self._arena, np.empty_like(order))
        return order

    def spell(self, numbers: np.ndarray) -> Terms:
        """The terms of ``numbers``; an n-gram's are joined by a space."""
        offsets = np.zeros(len(numbers) + 1, np.int64)
        buffer = np.zeros(0, np.uint8)
        for measure in True, False:
            buffer = np.zeros(int(offsets[-1]) + 16, np.uint8)
            ordering.term_bytes(numbers, self._highs, self._lows, self._arena, offsets, buffer, measure)
        return Terms(buffer, offsets if offsets[-1] >= 1 << 32 else offsets.astype(np.uint32))
