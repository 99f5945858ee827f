"""Why no term is left: the parameter that left out the last one, in one line.

A message names the parameter and, in brackets, the option of the command line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from numbers import Integral
from typing import Any

import numpy as np

from nlpkit.text.analysis import Analysis, Scan

SAMPLE_TEXTS = 200
SAMPLE_CHARACTERS = 20_000

_WORDS = "a word has two or more letters, digits or _"


def sampled(texts: Iterator[Any]) -> tuple[list[Any], Iterator[Any]]:
    """Return the first texts of a stream, by which `without_terms` finds a reason, and the whole stream."""
    sample: list[Any] = []
    room = SAMPLE_CHARACTERS
    for text in texts:
        sample.append(text)
        room -= len(text) if isinstance(text, str) else 0
        if room < 0 or len(sample) == SAMPLE_TEXTS:
            break
    return sample, chain(sample, texts)


def without_terms(sample: Sequence[Any], analysis: Analysis) -> str:
    """Return why the texts of a sample have no term."""
    return f"empty vocabulary: {_reason(sample, analysis)}"


def without_kept_terms(document_frequency: np.ndarray, n_documents: int, *, max_df: float, min_df: float) -> str:
    """Return which limit leaves out every term.

    Parameters
    ----------
    document_frequency : (n_terms,) int64
        In how many texts each term is, for at least one term.
    n_documents : int
    max_df, min_df : float or int
        The limits: shares of the texts, or numbers of them.
    """
    most = max_df if isinstance(max_df, Integral) else max_df * n_documents
    fewest = min_df if isinstance(min_df, Integral) else min_df * n_documents
    low, high, n = int(document_frequency.min()), int(document_frequency.max()), len(document_frequency)
    terms = f"the {n:,} terms" if n > 1 else "the only term"
    if high < fewest:
        found = f"no term is in more than {high:,} of {n_documents:,} texts"
        return f"empty vocabulary: {found}, and min_df is {min_df} (--min-df {min_df}): lower it, or give more texts"
    if low > most:
        found = f"{terms} {'are' if n > 1 else 'is'} in at least {low:,} of {n_documents:,} texts"
        return f"empty vocabulary: {found}, and max_df is {max_df} (--max-df {max_df}): raise it"
    given = f"min_df is {min_df} (--min-df {min_df}) and max_df is {max_df} (--max-df {max_df})"
    return f"empty vocabulary: {given}, which leave out {terms} together: lower min_df, or raise max_df"


def _reason(sample: Sequence[Any], analysis: Analysis) -> str:
    if not sample:
        return "there is no text to learn from: give at least one"
    if callable(analysis.analyzer):
        return "the analyzer, a function, found no term in the texts: check what it returns"
    if not any(sample) and len(sample) < SAMPLE_TEXTS:
        return "the texts are empty: give others"
    shortest = analysis.ngram_range[0]
    if analysis.analyzer == "char":
        return (
            f"no text has the {shortest} characters that a term needs by ngram_range={analysis.ngram_range}"
            f" (--ngram-range {_dashed(analysis)}): lower it, or give longer texts"
        )
    if analysis.analyzer == "char_wb":
        return "the texts have nothing but white space: give others"
    tokens = [analysis.tokens(text) for text in sample]
    if not any(tokens):
        return f"no text has a token that the tokenizer takes{_of_scan(analysis.scan)}"
    stop_words = analysis.stop_words or frozenset()
    kept = [[token for token in row if token not in stop_words] for row in tokens]
    if not any(kept):
        return "every word is a stop word: give fewer stop_words (--stop-words), or other texts"
    longest = max(map(len, kept))
    if longest < shortest:
        by = f"by ngram_range={analysis.ngram_range} (--ngram-range {_dashed(analysis)})"
        if max(map(len, tokens)) >= shortest:
            by += " once stop words are left out (stop_words, --stop-words)"
        words = "1 word" if longest == 1 else f"{longest} words"
        return f"no text has more than {words}, and a term needs {shortest} {by}: lower it, or give longer texts"
    return "no text has a term: give others"


def _of_scan(scan: Scan | None) -> str:
    if scan is not None and scan.cut == "word" and scan.shortest > 1:
        return (
            f" ({_WORDS}): give another tokenizer (--tokenizer) or a token_pattern (--token-pattern) that takes others,"
            r" such as \w+"
        )
    if scan is not None and scan.cut == "space":
        return ": they have nothing but white space; give others"
    return ": change tokenizer (--tokenizer) or token_pattern (--token-pattern), or give other texts"


def _dashed(analysis: Analysis) -> str:
    return ",".join(map(str, analysis.ngram_range))
