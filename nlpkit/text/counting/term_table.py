"""TermTable: numbers terms in order of first appearance, and converts numbers back to terms."""

from __future__ import annotations

from typing import Any

import numpy as np

from nlpkit.errors import InputError
from nlpkit.text.terms import Slices, Terms

from . import _order_numba as ordering
from . import _table_numba as compiled

MOST_TERMS = (1 << 31) - 2
"""Limit, because a slot has 32 bits for a number plus one, and numbers are int32."""


class TermTable:
    """A growing hash table of terms, filled from slices of UTF-8 buffers and from pairs of numbers.

    A pair is an n-gram: the number of its first n-1 terms, and the number of its last term.
    """

    def __init__(self) -> None:
        self._slots = np.zeros(1 << 16, np.uint64)
        self._highs = np.empty(self.room, np.uint64)
        self._lows = np.empty(self.room, np.uint64)
        self._arena = np.empty(1 << 16, np.uint8)
        self._state = np.zeros(2, np.int64)

    @property
    def room(self) -> int:
        """Number of terms that fit without growing."""
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
        """Double the table if it is full, else the memory for long terms."""
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

    def _table(self) -> tuple[np.ndarray, ...]:
        return self._slots, self._highs, self._lows, self._arena, self._state

    def number(self, slices: Slices, *, insert: bool) -> np.ndarray:
        """Return the numbers of slices, (n,) int32; new terms are inserted, or get -1."""
        numbers = np.empty(len(slices.starts), np.int32)
        done = 0
        while True:
            done = compiled.number_slices(tuple(slices), done, insert, self._table(), numbers)
            if done == len(numbers):
                return numbers
            self._grow()

    def insert(self, terms: Terms) -> np.ndarray:
        """Insert ``terms``; return their numbers, -1 for an empty term."""
        buffer, starts, lengths = terms.slices()
        filled = np.flatnonzero(lengths)
        numbers = np.full(len(terms), -1, np.int32)
        numbers[filled] = self.number(Slices(buffer, starts[filled], lengths[filled]), insert=True)
        return numbers

    def number_pairs(self, left: np.ndarray, right: np.ndarray, *, insert: bool) -> np.ndarray:
        """Return the numbers of pairs, (n,) int32; -1 if one of the two is -1."""
        numbers = np.empty(len(left), np.int32)
        done = 0
        while True:
            done = compiled.number_pairs(left, right, done, insert, self._table(), numbers)
            if done == len(numbers):
                return numbers
            self._grow()

    def absorb(self, other: TermTable) -> np.ndarray:
        """Insert all terms of ``other``; return their numbers in this table."""
        numbers = np.empty(len(other), np.int32)
        done = 0
        while True:
            done = compiled.absorb(other._table(), done, self._table(), numbers)
            if done == len(numbers):
                return numbers
            self._grow()

    def sorted_numbers(self) -> np.ndarray:
        """Return all numbers in the order of the terms' code points; n-grams are ordered as if joined by spaces.

        This requires that no character of a term sorts below the space.
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
        """Return the order of single terms by their keys: (n,) int32."""
        keys = np.empty((len(highs), 2), np.uint64)
        ordering.sort_keys(highs, lows, self._arena, keys)
        order = np.argsort(keys[:, 0]).astype(np.int32)
        ordering.settle_ties(order, keys, lows, self._arena, np.empty_like(order))
        return order

    def spell(self, numbers: np.ndarray) -> Terms:
        """Return the terms of ``numbers``; n-grams are joined by spaces."""
        offsets = np.zeros(len(numbers) + 1, np.int64)
        buffer = np.zeros(0, np.uint8)
        for measure in True, False:
            buffer = np.zeros(int(offsets[-1]) + 16, np.uint8)
            ordering.term_bytes(numbers, self._highs, self._lows, self._arena, offsets, buffer, measure)
        return Terms(buffer, offsets if offsets[-1] >= 1 << 32 else offsets.astype(np.uint32))
