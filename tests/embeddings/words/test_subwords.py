"""Sub-words: the same n-grams and buckets as fastText's, and the means of their rows."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlpkit.embeddings.words.character_ngrams import CharacterNgrams, ngram_buckets
from nlpkit.errors import ParameterError
from nlpkit.text.terms import Terms

OFFICIAL = json.loads((Path(__file__).parents[1] / "fixtures" / "fasttext_subwords.json").read_text(encoding="utf-8"))
WORDS = OFFICIAL["words"]


def fnv(text: str) -> int:
    """FNV-1a over signed bytes, written down from its definition."""
    value = 2166136261
    for byte in text.encode("utf-8", "surrogatepass"):
        signed = byte - 256 if byte > 127 else byte
        value = ((value ^ (signed % 2**32)) * 16777619) % 2**32
    return value


def subwords(min_n: int, max_n: int, bucket: int, words: int, *, used: list[int] | None = None, pruned: bool = False):
    draw = np.random.default_rng(3)
    buckets = np.arange(bucket, dtype=np.int32) if used is None else np.array(used, np.int32)
    rows = draw.standard_normal((words + len(buckets), 5)).astype(np.float32)
    return CharacterNgrams(min_n, max_n, bucket, rows[:words], rows[words:], buckets, pruned)


@pytest.mark.parametrize("case", OFFICIAL["cases"], ids=lambda case: f"{case['min_n']}-{case['max_n']}")
def test_buckets_are_the_official_packages(case: dict) -> None:
    options = {name: case[name] for name in ("min_n", "max_n", "bucket")}
    ids, offsets = ngram_buckets(Terms.of(WORDS), **options)
    assert ids.dtype == np.int32
    assert offsets.dtype == np.int64
    assert [ids[a:b].tolist() for a, b in itertools.pairwise(offsets)] == case["buckets"]
    if "ngrams" in case:
        listed = subwords(**options, words=len(WORDS))
        assert [listed.ngrams(word) for word in WORDS] == case["ngrams"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=8), max_size=5),
    st.integers(0, 4),
    st.integers(0, 5),
    st.integers(1, 2**31 - 1),
)
def test_buckets_are_the_hashes_of_the_listed_ngrams(words: list[str], min_n: int, max_n: int, bucket: int) -> None:
    listed = CharacterNgrams(
        min_n, max_n, bucket, np.zeros((len(words), 1), "f4"), np.zeros((0, 1), "f4"), np.zeros(0, np.int32)
    )
    ids, offsets = ngram_buckets(Terms.of(words), min_n=min_n, max_n=max_n, bucket=bucket)
    for i, word in enumerate(words):
        expected = [fnv(ngram) % bucket for ngram in listed.ngrams(word)]
        assert ids[offsets[i] : offsets[i + 1]].tolist() == expected


def test_gensim_hashes_alike() -> None:
    gensim = pytest.importorskip("gensim.models.fasttext", reason="gensim is not installed")
    for word in set(WORDS) - {"</s>"}:
        ids, _ = ngram_buckets(Terms.of([word]), min_n=3, max_n=6, bucket=2_000_000)
        assert ids.tolist() == gensim.ft_ngram_hashes(word, 3, 6, 2_000_000)


@pytest.mark.parametrize("options", [(3, 0, 10), (3, 6, 0), (5, 4, 10), (0, 0, 0)])
def test_no_ngrams(options: tuple[int, int, int]) -> None:
    ids, offsets = ngram_buckets(Terms.of(["word", "x"]), min_n=options[0], max_n=options[1], bucket=options[2])
    assert len(ids) == 0
    assert offsets.tolist() == [0, 0, 0]
    alone = subwords(*options, words=2)
    assert alone.ngrams("word") == []
    assert not alone.vector("unseen").any()
    np.testing.assert_array_equal(alone.compose(Terms.of(["word", "x"])), alone.word_rows)


def test_vectors_are_means_of_rows() -> None:
    words = ["where", "</s>", "a", "日本"]
    full = subwords(2, 3, 50, len(words))
    vectors = full.compose(Terms.of(words))
    for i, word in enumerate(words):
        rows = [full.word_rows[i], *(full.ngram_rows[fnv(ngram) % 50] for ngram in full.ngrams(word))]
        np.testing.assert_allclose(vectors[i], np.mean(rows, axis=0, dtype=np.float64), atol=1e-6)
        np.testing.assert_array_equal(full.vector(word, i), vectors[i])
    unseen = [full.ngram_rows[fnv(ngram) % 50] for ngram in full.ngrams("here")]
    np.testing.assert_allclose(full.vector("here"), np.mean(unseen, axis=0, dtype=np.float64), atol=1e-6)


@pytest.mark.parametrize("pruned", [False, True])
def test_buckets_without_rows(pruned: bool) -> None:
    words = ["where", "here", "</s>"]
    used = sorted({fnv(ngram) % 1000 for ngram in ["<wh", "her", "ere"]})
    some = subwords(3, 3, 1000, len(words), used=used, pruned=pruned)
    vectors = some.compose(Terms.of(words))
    for i, word in enumerate(words):
        total, count = some.word_rows[i].astype(np.float64), 1
        for ngram in some.ngrams(word):
            bucket = fnv(ngram) % 1000
            total = total + (some.ngram_rows[used.index(bucket)] if bucket in used else 0)
            count += bucket in used or not pruned
        np.testing.assert_allclose(vectors[i], total / count, atol=1e-6)
        np.testing.assert_array_equal(some.vector(word, i), vectors[i])
    np.testing.assert_array_equal(some.vector("zzz"), np.zeros(5))


def test_read_only_and_mapped_rows_are_composed(tmp_path: Path) -> None:
    full = subwords(3, 4, 20, 2)
    words = Terms.of(["one", "two"])
    expected = full.compose(words)
    np.save(tmp_path / "rows.npy", full.ngram_rows)
    full.ngram_rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    np.testing.assert_array_equal(full.compose(words), expected)
    np.testing.assert_array_equal(full.vector("one", 0), expected[0])


@pytest.mark.parametrize("options", [{"min_n": -1}, {"max_n": 1.5}, {"bucket": 1 << 31}, {"bucket": None}])
def test_refused(options: dict) -> None:
    with pytest.raises(ParameterError, match=r"a whole number from 0 to 2,147,483,647"):
        ngram_buckets(Terms.of(["a"]), **({"min_n": 3, "max_n": 6, "bucket": 10} | options))
    with pytest.raises(ParameterError, match="each row needs the number of its bucket"):
        CharacterNgrams(3, 6, 10, np.zeros((1, 2), "f4"), np.zeros((4, 2), "f4"), np.zeros(3, np.int32))
    with pytest.raises(ParameterError, match="2 words and 1 rows"):
        subwords(3, 6, 10, 1).compose(Terms.of(["a", "b"]))
