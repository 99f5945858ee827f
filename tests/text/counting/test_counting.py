"""Cutting a stream into batches, and counting what is odd: far n-grams, foreign terms, too much of anything."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlpkit.embeddings import BagOfWords
from nlpkit.errors import InputError
from nlpkit.text.counting import compiled as compiled_counting
from nlpkit.text.counting import rows as counting
from nlpkit.text.counting import scanner
from nlpkit.text.counting.counter import new_counter
from nlpkit.text.counting.rows import batches

BATCH = 1 << 19


def check(texts: list[str], size: int) -> list[list[str]]:
    found = list(batches(iter(texts), size))
    assert [text for batch in found for text in batch] == texts
    for batch in found:
        assert sum(map(len, batch[:-1])) <= size
    for batch in found[:-1]:
        assert sum(map(len, batch)) + len(batch) > size
    return found


@given(texts=st.lists(st.text("ab", max_size=30), max_size=300), size=st.integers(0, 200))
def test_a_batch_ends_when_it_passes_its_size(texts: list[str], size: int) -> None:
    check(texts, size)


def test_batches_where_the_lengths_change() -> None:
    long = "b" * 200_000
    assert max(map(len, check(["a"] * 100_000 + [long] * 300 + ["a"] * 100_000, BATCH)[1:100])) <= 3
    check([long] * 64, BATCH)
    lengths = random.Random(3).choices([0, 1, 50, 5000, 600_000], [5, 100, 100, 5, 1], k=3000)
    check(["c" * length for length in lengths], BATCH)


def test_few_long_texts_are_drawn_ahead() -> None:
    drawn = 0

    def texts() -> Iterator[str]:
        nonlocal drawn
        for _ in range(50):
            drawn += 1
            yield "d" * 400_000

    for n, _ in enumerate(batches(texts(), BATCH), 1):
        assert drawn <= 2 * n + 2


def test_batches_of_things_without_length() -> None:
    assert list(map(len, batches(iter(range(2500)), 7, sized=False))) == [1000, 1000, 500]


@pytest.mark.parametrize("small", [10**12, 0, counting.SMALL])
def test_counts_of_terms_that_no_text_can_have(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    model = BagOfWords(vocabulary=["cat", "dog", ""]).fit(["cat dog"])
    model.partial_fit(["cat dog dog"] * 40000).partial_fit(["dog"])
    assert model.document_frequency_.tolist() == [40001, 40002, 0]
    assert model.term_frequency_.tolist() == [40001, 80002, 0]


@pytest.mark.parametrize("small", [10**12, 0])
@pytest.mark.parametrize("ngram_range", [(10**15, 10**15), (4, 10**15), (1, 10**15), (3, 3)])
def test_ngrams_longer_than_any_text(small: int, ngram_range: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    monkeypatch.setattr(counting, "SMALL", small)
    texts = ["to be or not to be", "be it so", "", "the end"]
    options = {"vocabulary": ["to be or not", "be", "or " * 20 + "or", "it so"], "ngram_range": ngram_range}
    mine, theirs = BagOfWords(**options), CountVectorizer(**options)
    assert (mine.transform(texts) != theirs.transform(texts)).nnz == 0
    options.pop("vocabulary")
    if ngram_range[0] < 10**15:
        mine, theirs = BagOfWords(**options), CountVectorizer(**options)
        assert (mine.fit_transform(texts) != theirs.fit_transform(texts)).nnz == 0
    else:
        with pytest.raises(ValueError, match="empty vocabulary"):
            BagOfWords(**options).fit(texts)


@pytest.mark.parametrize("ngram_range", [(1, 1), (1, 2), (2, 3), (3, 9)])
def test_lengths_are_those_of_the_plain_code_path(ngram_range: tuple[int, int]) -> None:
    texts = ["aa bb cc dd", "", "aa", "bb cc", "aa bb cc dd ee ff gg hh ii jj kk"]
    analysis = BagOfWords(ngram_range=ngram_range)._analysis()
    lengths = []
    for few in True, False:
        counter = new_counter(analysis, None, few=few)
        rows = counter.count(texts, insert=True, learn=True, keep=True, threads=1)
        lengths.append(np.concatenate([part.lengths for part in rows]).tolist())
    assert lengths[0] == lengths[1]


def test_texts_that_are_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", 0)
    with monkeypatch.context() as patch:
        patch.setattr(compiled_counting, "MOST_COUNTED", 99)
        BagOfWords().fit(["word " * 99])
        with pytest.raises(InputError, match="a text has more than 99 terms"):
            BagOfWords().fit(["word " * 100])
    monkeypatch.setattr(scanner, "LONGEST_BUFFER", 1000)
    BagOfWords().fit(["word " * 180])
    for text in "word " * 220, "é " * 220:  # the second has 660 bytes, which may become 990 and some more
        with pytest.raises(InputError, match="is too long"):
            BagOfWords().fit([text])
