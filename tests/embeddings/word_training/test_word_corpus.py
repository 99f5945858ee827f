"""Texts as word numbers: both code paths, any number of threads, in memory or on disk."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from nlpkit.embeddings.word_training import corpus as word_corpus
from nlpkit.embeddings.word_training import numbered_texts
from nlpkit.embeddings.word_training.corpus import WordCorpus, read_corpus
from nlpkit.errors import InputError, ParameterError
from nlpkit.text.counting import rows as counting
from nlpkit.text.terms import Terms
from nlpkit.text.word_analysis import word_analysis

TEXTS = ["The cat saw the dog.", "", "A dog saw Σίσυφος, the DOG!", "the bird"]
WORDS = word_analysis("words", lowercase=True, normalize=None)


def random_texts(n: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    words = [f"w{chr(97 + i % 26)}{i}" + "é" * (i % 7 == 0) for i in range(3000)]
    return [" ".join(words[min(i, 2999)] for i in rng.zipf(1.3, rng.integers(0, 40))) for _ in range(n)]


def spelt(corpus: WordCorpus) -> list[list[str]]:
    texts: list[list[str]] = [[]]
    for number in corpus.ids.tolist():
        if number == numbered_texts.END:
            texts.append([])
        else:
            texts[-1].append(corpus.vocabulary[number])
    assert texts.pop() == []
    return texts


def expected(texts: list[str], min_count: int) -> tuple[list[list[str]], list[tuple[str, int]]]:
    """The same by a Counter."""
    cut = [WORDS(text) for text in texts]
    counts = Counter(word for text in cut for word in text)
    kept = {word: n for word, n in counts.items() if n >= min_count}
    return [[word for word in text if word in kept] for text in cut], sorted(kept.items(), key=lambda i: (-i[1], i[0]))


def test_by_hand() -> None:
    corpus = read_corpus(TEXTS, WORDS, min_count=2)
    assert list(corpus.vocabulary) == ["the", "dog", "saw"]
    assert corpus.counts.tolist() == [4, 3, 2]
    assert corpus.ids.tolist() == [0, 2, 0, 1, -1, -1, 1, 2, 0, 1, -1, 0, -1]
    assert (corpus.n_tokens, corpus.n_texts, corpus.n_words) == (12, 4, 9)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("min_count", [1, 4])
@pytest.mark.parametrize("on_disk", [False, True])
def test_both_code_paths_and_any_threads(
    monkeypatch: pytest.MonkeyPatch, threads: int, min_count: int, on_disk: bool
) -> None:
    texts = random_texts(400)
    wanted, counts = expected(texts, min_count)
    plain = read_corpus(texts, WORDS, min_count=min_count)
    monkeypatch.setattr(counting, "SMALL", 100)
    monkeypatch.setattr(counting, "BATCH", 500)
    monkeypatch.setattr(word_corpus, "LOCAL_TERMS", 300)
    monkeypatch.setattr(word_corpus, "IN_MEMORY", 200 if on_disk else 1 << 26)
    compiled = read_corpus(iter(texts), WORDS, min_count=min_count, threads=threads)
    assert isinstance(compiled.ids, np.memmap) == on_disk
    for corpus in plain, compiled:
        assert spelt(corpus) == wanted
        assert list(zip(corpus.vocabulary, corpus.counts.tolist(), strict=True)) == counts


def test_any_tokenizer() -> None:
    analysis = word_analysis(lambda text: text.split("-"), lowercase=False, normalize=None)
    assert list(read_corpus(["a-b-a"], analysis, min_count=1).vocabulary) == ["a", "b"]


def test_a_text_of_many_batches_is_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", 100)
    monkeypatch.setattr(counting, "BATCH", 50)
    text = " ".join(random_texts(200))
    corpus = read_corpus([text], WORDS, min_count=1)
    assert corpus.n_texts == 1
    assert spelt(corpus) == [WORDS(text)]


def test_max_final_vocab() -> None:
    corpus = read_corpus(TEXTS, WORDS, min_count=1, max_final_vocab=2)
    assert list(corpus.vocabulary) == ["the", "dog"]
    tied = read_corpus(["one one one two two six six"], WORDS, min_count=1, max_final_vocab=2)
    assert list(tied.vocabulary) == ["one"]


@pytest.mark.parametrize("small", [100, 1 << 20])
def test_known_words_stay_and_counts_add_up(monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    known = Terms.of(["zebra", "dog"]), np.array([9, 5])
    corpus = read_corpus([*TEXTS, "x" * 200], WORDS, min_count=2, known=known)
    assert dict(zip(corpus.vocabulary, corpus.counts.tolist(), strict=True)) == {
        "zebra": 9, "dog": 8, "the": 4, "saw": 2,
    }  # fmt: skip
    assert list(corpus.vocabulary) == ["zebra", "dog", "the", "saw"]


@pytest.mark.parametrize(
    ("texts", "options", "message"),
    [
        ([], {}, "no text"),
        (["", "."], {}, "no words"),
        (["one two"], {"min_count": 2}, "min_count=2"),
        (["one two"], {"max_final_vocab": 1}, "max_final_vocab=1"),
    ],
)
def test_nothing_to_learn_from(texts: list[str], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_corpus(texts, WORDS, **{"min_count": 1, **options})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("texts", ["one text", ["a text", b"bytes"], [None]])
def test_what_is_no_text(texts: Any) -> None:
    with pytest.raises(ParameterError):
        read_corpus(texts, WORDS, min_count=1)
