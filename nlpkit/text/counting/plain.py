"""PlainCounter: counting the terms of small corpora, and with any analysis, in plain Python."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np

from nlpkit.text.analysis import Analysis
from nlpkit.text.terms import Terms

from .rows import Rows, spread


class PlainCounter:
    """Counts in plain Python, with any analysis.

    Attributes
    ----------
    frequency : (n_terms, 2) int64
        In how many texts each term is, and how often it is in all, as far as texts were learnt from.
    totals : (2,) int64
        How many texts were learnt from, and how many terms they had in all.
    characters : int
        How many characters the texts had that were learnt from here, if the analysis has a compiled form, else 0: by it
        a corpus that has grown is handed over.
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
        """Go on from what was learnt of the terms of ``numbers``: in how many texts they were and how often."""
        self.frequency = spread(frequency, numbers, len(self.table))
        self.totals[:] = totals

    def count(self, texts: Iterable[str], *, insert: bool, learn: bool, keep: bool, threads: int = 1) -> list[Rows]:
        """Count the terms of ``texts``; new ones are numbered, or left out. Without ``keep`` no rows are returned.

        ``threads`` is for `CompiledCounter`, which is called in the same way; plain Python uses one.
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
        """All numbers, in the order of their terms."""
        return np.array([self.table[term] for term in sorted(self.table)], np.int32)

    def spell(self, numbers: np.ndarray) -> Terms:
        """The terms of ``numbers``."""
        names = list(self.table)
        return Terms.of(names[number] for number in numbers.tolist())

    @staticmethod
    def place_rows(rows: Rows, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Columns (n,) int32 in order, counts (n,) int32 and lengths (n_texts,) of rows whose terms go to ``columns``.

        Terms of column -1 are left out.
        """
        row = np.repeat(np.arange(len(rows.ends)), np.diff(rows.ends, prepend=0))
        column = columns[rows.terms]
        order = np.lexsort((column, row))
        order = order[column[order] >= 0]
        return column[order], rows.counts[order], np.bincount(row[order], minlength=len(rows.ends))
