"""WordCorpus: texts as one array of word numbers, read once, and the vocabulary that was counted on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from threading import Lock
from typing import Any

import numpy as np

from nlpkit.errors import InputError
from nlpkit.text.analysis import Analysis
from nlpkit.text.counting import rows as counting
from nlpkit.text.terms import Terms
from nlpkit.text.word_analysis import checked_texts
from nlpkit.threads import iter_batches

from .numbered_texts import DROPPED, IN_MEMORY, NumberedTexts, Numbering
from .rare_words import MOST, RareWords

LOCAL_TERMS = 1 << 18
"""How many words a thread numbers by itself before the common table takes them over."""


@dataclass(frozen=True, kw_only=True)
class WordCorpus:
    """The words of texts as numbers, 0 for the most frequent one.

    Attributes
    ----------
    ids : (n,) int32
        Text after text, -1 behind each; words outside the vocabulary are left out.
    vocabulary : Terms
        The words in the order of their numbers: by falling frequency, words of one frequency by their code points.
    counts : (n_words,) int64
        How often each is in the texts, and was in those before where they add to a model.
    n_tokens, n_texts : int
        How many words, those outside the vocabulary too, and texts were read.
    rare : RareWords
        The words outside the vocabulary.
    """

    ids: np.ndarray
    vocabulary: Terms
    counts: np.ndarray
    n_tokens: int
    n_texts: int
    rare: RareWords

    @property
    def n_words(self) -> int:
        """How many words of the vocabulary were read."""
        return len(self.ids) - self.n_texts

    def all_words(self) -> RareWords:
        """Return the words of the vocabulary, and the rare ones."""
        words = Terms.of(chain(self.vocabulary, self.rare.words))
        return RareWords(words, np.concatenate([self.counts, self.rare.counts]))

    def fingerprint(self) -> str:
        """SHA-256 of the vocabulary, the counts and the numbers of all words."""
        digest = hashlib.sha256()
        for piece in self.vocabulary.lines():
            digest.update(piece)
        digest.update(np.ascontiguousarray(self.counts).data)
        for first in range(0, len(self.ids), 1 << 22):
            digest.update(np.ascontiguousarray(self.ids[first : first + (1 << 22)]).data)
        return digest.hexdigest()


def read_corpus(
    texts: Iterable[str],
    analysis: Analysis,
    *,
    min_count: int,
    max_final_vocab: int | None = None,
    known: tuple[Terms, np.ndarray] | None = None,
    rare: RareWords | None = None,
    may_lack_words: bool = False,
    threads: int = 1,
) -> WordCorpus:
    """Read texts, once, and count and number their words.

    Parameters
    ----------
    texts : iterable of str
    analysis : Analysis
        How a text becomes words.
    min_count : int
        Words that are rarer are left out.
    max_final_vocab : int, optional
        Most words; the limit is raised until there are no more.
    known : (Terms, (n,) int64), optional
        Words that stay in the vocabulary, and how often they were seen before.
    rare : RareWords, optional
        Other words that were seen before; they join the vocabulary if they are in these texts, and frequent enough.
    may_lack_words : bool
        Whether no word has to be frequent enough.
    threads : int
        How many tokenise; the result does not depend on it.

    Raises
    ------
    InputError
        If there is no text, no word, or, unless ``may_lack_words``, no word that is frequent enough.
    ParameterError
        If a text isn't a str.
    """
    few, texts = counting.take(checked_texts(texts), counting.SMALL)
    plain = few or analysis.scan is None
    n_stay = len(known[0]) if known else 0
    seen = [pair for pair in (known, rare and (rare.words, rare.counts)) if pair]
    before = Terms.of(chain.from_iterable(words for words, _ in seen))
    numbered, words = (_read_plainly(texts, analysis, before) if plain
                       else _read_compiled(texts, analysis, before, threads))  # fmt: skip
    if not numbered.n_texts:
        raise InputError("there is no text to learn from: give at least one")
    counts = words.counts
    is_there = counts > 0
    counts[: len(before)] += np.concatenate([np.zeros(0, np.int64), *(earlier for _, earlier in seen)])
    order = words.order[np.argsort(-counts[words.order], kind="stable")]
    least = _least_count(counts[order], min_count, max_final_vocab)
    stays = is_there[order] & (counts[order] >= least) | (order < n_stay)
    kept, left = order[stays], order[~stays][:MOST]
    if not len(kept) and not (may_lack_words and numbered.n_tokens):
        raise InputError(_no_words(numbered.n_tokens, counts, min_count, max_final_vocab))
    final = np.full(len(counts), DROPPED, np.int32)
    final[kept] = np.arange(len(kept), dtype=np.int32)
    return WordCorpus(
        ids=numbered.finish(final),
        vocabulary=words.spell(kept),
        counts=counts[kept],
        n_tokens=numbered.n_tokens,
        n_texts=numbered.n_texts,
        rare=RareWords(words.spell(left), counts[left]),
    )


@dataclass
class _Words:
    """Numbered words: how often each was seen, their order by code points, and their spelling."""

    counts: np.ndarray
    order: np.ndarray
    spell: Any


def _read_plainly(texts: Iterator[str], analysis: Analysis, before: Terms) -> tuple[NumberedTexts, _Words]:
    """With any analysis, in plain Python."""
    numbered, numbering = NumberedTexts(IN_MEMORY), Numbering()
    table = {word: number for number, word in enumerate(before)}
    for batch in counting.batches(texts, counting.BATCH):
        rows = [[table.setdefault(word, len(table)) for word in analysis(text)] for text in batch]
        numbers = np.fromiter((number for row in rows for number in row), np.int32)
        numbering.count(numbers, len(table))
        numbered.add(numbering, numbers, np.cumsum([len(row) for row in rows]))
    n = len(table)
    numbering.count(np.empty(0, np.int32), n)
    numbering.numbers = np.arange(n)
    names = list(table)
    order = np.array(sorted(range(n), key=names.__getitem__), np.int64)
    return numbered, _Words(numbering.counts, order, lambda numbers: Terms.of(names[i] for i in numbers.tolist()))


def _read_compiled(
    texts: Iterator[str], analysis: Analysis, before: Terms, threads: int
) -> tuple[NumberedTexts, _Words]:
    """By the compiled scanner, in threads, each of which has a table of its own until the common one takes it over."""
    from nlpkit.text.counting.compiled import Worker
    from nlpkit.text.counting.scanner import Scanner
    from nlpkit.text.counting.term_table import TermTable

    common = TermTable()
    common.insert(before)
    total = Numbering(len(common))
    numbered, lock = NumberedTexts(IN_MEMORY), Lock()
    assert analysis.scan is not None
    workers = [Worker(Scanner(analysis.scan, (1, 1), analysis.tokens), TermTable(), 0) for _ in range(threads)]
    numberings = {id(worker): Numbering() for worker in workers}

    def absorb(worker: Worker) -> None:
        numbering = numberings[id(worker)]
        numbering.numbers = common.absorb(worker.table)
        numbering.count(np.empty(0, np.int32), len(worker.table))
        grown = np.zeros(len(common), np.int64)
        grown[: len(total.counts)] = total.counts
        grown[numbering.numbers] += numbering.counts
        total.counts = grown
        worker.table = TermTable()
        numberings[id(worker)] = Numbering()

    def work(worker: Worker, batch: list[str]) -> tuple[Numbering, np.ndarray, np.ndarray]:
        levels, text_ends, _ = worker.levels(batch, insert=True)
        numbering = numberings[id(worker)]
        numbering.count(levels[0], len(worker.table))
        if len(worker.table) > LOCAL_TERMS:
            with lock:
                absorb(worker)
        return numbering, levels[0], text_ends

    for piece in iter_batches(work, workers, counting.batches(texts, counting.BATCH)):
        numbered.add(*piece)
    for worker in workers:
        absorb(worker)
    return numbered, _Words(total.counts, common.sorted_numbers(), common.spell)


def _least_count(counts: np.ndarray, min_count: int, most: int | None) -> int:
    """The least count of a word that stays, of ``counts`` in falling order."""
    if most is None or len(counts) <= most:
        return min_count
    return max(min_count, int(counts[most]) + 1)


def _no_words(n_tokens: int, counts: np.ndarray, min_count: int, most: int | None) -> str:
    if not n_tokens:
        return (
            'the texts have no words that the tokenizer takes ("words" takes those of two letters or more):'
            " give other texts, or another tokenizer"
        )
    if most is not None and counts.max() >= min_count:
        return f"words of one frequency are more than max_final_vocab={most}: raise it (--max-final-vocab)"
    return (
        f"no word is as frequent as min_count={min_count} (the most frequent one has {counts.max():,}):"
        " give more text, or lower min_count (--min-count)"
    )
