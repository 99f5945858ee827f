"""Compiled, multi-threaded counting: texts are packed, cleaned, split into slices, numbered and counted.

Each thread has its own table of terms, which is merged into the common table when it is large, and at the end. With one
thread there is one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any

import numpy as np

from nlpkit.errors import InputError
from nlpkit.text.analysis import Analysis
from nlpkit.text.terms import Slices, Terms
from nlpkit.threads import map_batches

from . import _count_numba as counting_kernels
from . import _scan_numba as scanning
from . import rows as counting
from .rows import Rows, batches, spread
from .scanner import Scanner
from .term_table import TermTable

LOCAL_TERMS = 1 << 18
"""Number of terms after which a thread's table is merged into the common one."""

MOST_COUNTED = (1 << 31) - 1
"""Maximum number of terms in a text, because counts and positions in a batch are int32."""


class Worker:
    """The state of one thread: a scanner, a table (its own or the common one) and scratch memory."""

    def __init__(self, scanner: Scanner, table: TermTable, n_stop_words: int) -> None:
        self.scanner = scanner
        self.table = table
        self.n_stop_words = n_stop_words
        self.totals = np.zeros(2, np.int64)
        self.kept: list[Rows] = []
        self._tallies = np.zeros((0, 3), np.int64)

    def levels(self, texts: list[str], *, insert: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the terms that end at each token, (n_orders, n_tokens), the token count up to each text, and the
        lengths.

        Orders longer than the longest text are omitted.
        """
        slices, text_ends = self.scanner(texts)
        numbers = self.table.number(slices, insert=insert)
        if self.n_stop_words:
            numbers = numbers[: counting_kernels.drop_stop_words(numbers, text_ends, self.n_stop_words)]
        sizes = np.diff(text_ends, prepend=0)
        if self.scanner.scan.cut in ("char", "char_wb") or self.scanner.ngram_range == (1, 1):
            return numbers[None], text_ends, sizes
        smallest, largest = self.scanner.ngram_range
        levels = self.ngrams(numbers, text_ends, largest, insert=insert)[smallest - 1 :]
        # A text of s terms has s - n + 1 of order n, for n from the smallest to the smaller one of the largest and s.
        orders = np.maximum(np.minimum(sizes, largest) - smallest + 1, 0)
        n_terms = orders * (sizes - smallest + 1) - orders * (orders - 1) // 2
        return levels, text_ends, n_terms

    def ngrams(self, numbers: np.ndarray, text_ends: np.ndarray, largest: int, *, insert: bool) -> np.ndarray:
        """Return the n-grams that end at each token, (n_orders, n_tokens), up to ``largest`` or the longest text."""
        largest = max(1, min(largest, int(np.diff(text_ends, prepend=0).max(initial=0))))
        levels = np.full((largest, len(numbers)), -1, np.int32)
        levels[0] = numbers
        begins = np.zeros(len(numbers) + 1, bool)
        begins[0] = True
        begins[text_ends] = True
        for n in range(1, largest):
            before = levels[n - 1, :-1].copy()
            before[begins[1:-1]] = -1
            levels[n, 1:] = self.table.number_pairs(before, numbers[1:], insert=insert)
        return levels

    def count(self, texts: list[str], *, insert: bool, learn: bool, keep: bool) -> Rows | None:
        """Count the terms of a batch; return its rows, or None without ``keep``. ``learn`` updates the tallies.

        Rows with new terms are also kept here, until they are renumbered for the common table.
        """
        levels, text_ends, lengths = self.levels(texts, insert=insert)
        if lengths.sum() > MOST_COUNTED:
            raise InputError(f"a text has more than {MOST_COUNTED:,} terms: split it")
        if len(self._tallies) < len(self.table):
            if learn:
                larger = np.zeros((self.table.room, 3), np.int64)
                larger[: len(self._tallies)] = self._tallies
                self._tallies = larger
            else:
                self._tallies = np.zeros((len(self.table), 1), np.int32)
        terms, counts = np.empty(levels.size, np.int32), np.empty(levels.size, np.int32)
        ends = np.empty(len(texts), np.int64)
        n = counting_kernels.count_rows(levels, text_ends, learn, self._tallies, terms, counts, ends)
        if learn:
            self.totals += len(texts), lengths.sum()
        if not keep:
            return None
        for array in terms, counts:
            array.resize(n, refcheck=False)
        rows = Rows(terms=terms, counts=counts, ends=ends, lengths=lengths)
        if insert:
            self.kept.append(rows)
        return rows

    def give(self) -> np.ndarray:
        """Return and reset the document frequency and the count of each term: (n_terms, 2)."""
        given, self._tallies = self._tallies[: len(self.table), 1:], np.zeros((0, 3), np.int64)
        return given


class CompiledCounter:
    """Compiled counter, for analyses with a `Scan`; it holds the table of all terms.

    Parameters
    ----------
    terms : Terms
        Initial terms; ``numbers`` holds their numbers, -1 for terms that the scan cannot produce.
    """

    def __init__(self, analysis: Analysis, terms: Terms | None = None) -> None:
        self.analysis = analysis
        self.given = terms
        self.table = TermTable()
        self.frequency = np.zeros((0, 2), np.int64)
        self.totals = np.zeros(2, np.int64)
        stop_words = Terms.of(sorted(analysis.stop_words or ()))
        self.table.insert(stop_words)
        self.n_stop_words = len(self.table)
        self._stop_words = stop_words
        self._idle: list[Worker] = []
        self.numbers = np.zeros(0, np.int32)
        if terms is not None:
            self.numbers = self.table.insert(terms) if self._largest == 1 else self._insert_ngrams(terms)

    def restore(self, numbers: np.ndarray, frequency: np.ndarray, totals: np.ndarray) -> None:
        """Restore document frequencies and counts of the terms ``numbers``."""
        self.frequency = spread(frequency, numbers, len(self.table))
        self.totals[:] = totals

    @property
    def _largest(self) -> int:
        return 1 if str(self.analysis.analyzer).startswith("char") else self.analysis.ngram_range[1]

    def _insert_ngrams(self, terms: Terms) -> np.ndarray:
        """Insert n-grams that are joined by single spaces, and their prefixes."""
        size = int(terms.offsets[-1])
        letters = terms.buffer[:size]
        spaces = letters == 0x20
        text_of = np.repeat(np.arange(len(terms)), np.diff(terms.offsets))
        buffer = np.full(size + len(terms) + scanning.PADDING, scanning.SEPARATOR, np.uint8)
        buffer[np.arange(size) + text_of] = np.where(spaces, scanning.SEPARATOR, letters)
        starts, lengths = np.empty(len(buffer), np.uint32), np.empty(len(buffer), np.uint32)
        ends = np.empty(len(terms), np.int64)
        offsets = terms.offsets + np.arange(len(terms) + 1)
        n = scanning.cut_words(buffer, offsets, 1, np.empty_like(starts), starts, lengths, ends)
        words = np.diff(ends, prepend=0)
        singly_spaced = np.bincount(text_of[spaces], minlength=len(terms)) == words - 1
        numbers = self.table.number(Slices(buffer, starts[:n], lengths[:n]), insert=True)
        levels = Worker(self._scanner(), self.table, 0).ngrams(numbers, ends, self._largest, insert=True)
        result = np.full(len(terms), -1, np.int32)
        usable = np.flatnonzero(singly_spaced & (words <= self._largest))
        result[usable] = levels[words[usable] - 1, ends[usable] - 1]
        return result

    def _scanner(self) -> Scanner:
        assert self.analysis.scan is not None
        return Scanner(self.analysis.scan, self.analysis.ngram_range, self.analysis.tokens)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_idle": []}

    def _worker(self, shared: bool) -> Worker:
        table = self.table if shared else TermTable()
        if not shared:
            table.insert(self._stop_words)
        return Worker(self._scanner(), table, self.n_stop_words)

    def _idle_worker(self) -> Worker:
        try:
            return self._idle.pop()
        except IndexError:
            return self._worker(shared=True)

    def _batches(self, texts: Iterable[str]) -> Iterator[list[str]]:
        orders = self.analysis.ngram_range[1] - self.analysis.ngram_range[0] + 1
        return batches(iter(texts), counting.BATCH // (orders if self._largest == 1 else 1))

    def count(self, texts: Iterable[str], *, insert: bool, learn: bool, keep: bool, threads: int) -> list[Rows]:
        """Count the terms of ``texts``; new terms are inserted, or skipped. Without ``keep`` no rows are returned."""
        if not insert and not learn:
            # Workers without insert and learn are reused, because filling their tables is slow for few texts.
            workers = [self._idle_worker() for _ in range(threads)]
        else:
            workers = [self._worker(shared=threads == 1 or not insert) for _ in range(threads)]
        lock = Lock()

        def work(worker: Worker, batch: list[str]) -> Rows | None:
            rows = worker.count(batch, insert=insert, learn=learn, keep=keep)
            if worker.table is not self.table and len(worker.table) > LOCAL_TERMS:
                with lock:
                    self._merge(worker)
            return rows

        parts = map_batches(work, workers, self._batches(texts))
        if not insert and not learn:
            self._idle += workers
        else:
            for worker in workers:
                self._merge(worker)
        return [rows for rows in parts if rows is not None]

    def _merge(self, worker: Worker) -> None:
        """Merge a worker's frequencies and, if it has its own table, its terms."""
        learnt = worker.give()
        numbers: np.ndarray | slice = slice(len(learnt))
        if worker.table is not self.table:
            numbers = self.table.absorb(worker.table)
            for rows in worker.kept:
                rows.terms = numbers[rows.terms]
            worker.kept = []
            worker.table = TermTable()
            worker.table.insert(self._stop_words)
        self.totals += worker.totals
        worker.totals[:] = 0
        if not len(self.frequency) and isinstance(numbers, slice):
            self.frequency = learnt
        elif learnt.size:
            if len(self.frequency) < len(self.table):
                larger = np.zeros((self.table.room, 2), np.int64)
                larger[: len(self.frequency)] = self.frequency
                self.frequency = larger
            self.frequency[numbers if isinstance(numbers, slice) else numbers[: len(learnt)]] += learnt

    def sorted_numbers(self) -> np.ndarray:
        """Return all numbers, in the order of their terms."""
        if self._largest > 1 and self.analysis.scan is not None and self.analysis.scan.cut == "space":
            return self._sorted_as_joined()
        return self.table.sorted_numbers()

    def _sorted_as_joined(self) -> np.ndarray:
        """Sort the n-grams as joined strings, for terms that may contain characters below the space."""
        names = list(self.spell(np.arange(len(self.table), dtype=np.int32)))
        return np.array(sorted(range(len(names)), key=names.__getitem__), np.int32)

    def spell(self, numbers: np.ndarray) -> Terms:
        """Return the terms of ``numbers``."""
        return self.table.spell(numbers)

    @staticmethod
    def place_rows(rows: Rows, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Same as `PlainCounter.place_rows`."""
        keys = np.empty(len(rows.terms), np.int64)
        sizes = np.empty(len(rows.ends), np.int64)
        n = counting_kernels.place_rows(
            rows.terms, rows.counts, rows.ends, columns, keys, np.empty(len(keys), np.int64), sizes
        )
        keys = keys[:n]
        return (keys >> 32).astype(np.int32), keys.astype(np.int32), sizes
