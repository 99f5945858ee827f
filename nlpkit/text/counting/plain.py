"""PlainCounter: counting in plain Python, for small corpora and any analysis."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np

from nlpkit.text.analysis import Analysis
from nlpkit.text.terms import Terms

from .rows import Rows, spread


class PlainCounter:
    """Counter in plain Python, for any analysis.

    Attributes
    ----------
    frequency : (n_terms, 2) int64
        For each term the number of texts that contain it, and its total count, over all learnt texts.
    totals : (2,) int64
        Number of learnt texts, and their total number of terms.
    characters : int
        Number of learnt characters if the analysis has a scan, else 0; a large corpus is passed on to the compiled
        counter.
    """

    def __init__(self, analysis: Analysis, terms: Terms | None = None) -> None:
        self.analysis = analysis
        self.given = terms
        self.table = {term: number for number, term in enumerate(terms or ())}
        self.numbers = np.arange(len(self.table), dtype=np.int32)
        self.frequency = np.zeros((len(self.table), 2), np.int64)
        self.totals = np.zeros(2, np.int64)
        self.characters = 0

    def restore(self, numbers: np.ndarray, frequency: np.ndarray, totals: np.ndarray) -> None:
        """Restore document frequencies and counts of the terms ``numbers``."""
        self.frequency = spread(frequency, numbers, len(self.table))
        self.totals[:] = totals

    def count(self, texts: Iterable[str], *, insert: bool, learn: bool, keep: bool, threads: int = 1) -> list[Rows]:
        """Count the terms of ``texts``; new terms are inserted, or skipped. Without ``keep`` no rows are returned.

        ``threads`` is ignored; it exists for the interface of `CompiledCounter`.
        """
        rows: list[Rows] = []
        texts = iter(texts)
        while block := list(islice(texts, 10_000)):
            part = self._count(map(self.analysis, block), insert)
            if learn:
                if self.analysis.scan is not None:
                    self.characters += sum(map(len, block))
                self.totals += len(block), part.lengths.sum()
                grown = np.zeros((len(self.table), 2), np.int64)
                grown[: len(self.frequency)] = self.frequency
                grown[:, 0] += np.bincount(part.terms, minlength=len(grown))
                grown[:, 1] += np.bincount(part.terms, part.counts, len(grown)).astype(np.int64)
                self.frequency = grown
            if keep:
                rows.append(part)
        return rows

    def _count(self, texts: Iterable[Iterable[str]], insert: bool) -> Rows:
        numbers = self.table
        terms: list[int] = []
        counts: list[int] = []
        ends, lengths = [], []
        for text in texts:
            row: dict[int, int] = {}
            length = 0
            for term in text:
                number = numbers.setdefault(term, len(numbers)) if insert else numbers.get(term, -1)
                length += 1
                if number >= 0:
                    row[number] = row.get(number, 0) + 1
            terms += row
            counts += row.values()
            ends.append(len(terms))
            lengths.append(length)
        return Rows(
            terms=np.array(terms, np.int32),
            counts=np.array(counts, np.int32),
            ends=np.array(ends, np.int64),
            lengths=np.array(lengths, np.int64),
        )

    def sorted_numbers(self) -> np.ndarray:
        """Return all numbers, in the order of their terms."""
        return np.array([self.table[term] for term in sorted(self.table)], np.int32)

    def spell(self, numbers: np.ndarray) -> Terms:
        """Return the terms of ``numbers``."""
        names = list(self.table)
        return Terms.of(names[number] for number in numbers.tolist())

    @staticmethod
    def place_rows(rows: Rows, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return sorted columns (n,) int32, counts (n,) int32 and row lengths (n_texts,) after mapping terms to
        ``columns``.

        Terms with column -1 are dropped.
        """
        row = np.repeat(np.arange(len(rows.ends)), np.diff(rows.ends, prepend=0))
        column = columns[rows.terms]
        order = np.lexsort((column, row))
        order = order[column[order] >= 0]
        return column[order], rows.counts[order], np.bincount(row[order], minlength=len(rows.ends))
