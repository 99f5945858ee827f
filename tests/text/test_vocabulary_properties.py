"""Vocabulary against a rule of a few lines: `collections.Counter`, sorted."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nlpkit
from nlpkit.text.counting import rows as counting
from nlpkit.text.vocabulary import Vocabulary

some_texts = st.lists(
    st.one_of(
        st.lists(st.sampled_from(["a", "bb", "Bb", "ccc", "é", "ΟΔΟΣ", "<s>", "\\n", "中文"]), max_size=12).map(
            " ".join
        ),
        st.text(st.characters(exclude_categories=()), max_size=15),
    ),
    max_size=6,
)
limits = st.fixed_dictionaries(
    {
        "min_count": st.sampled_from([1, 2, 3]),
        "max_count": st.sampled_from([None, None, 1, 4]),
        "max_size": st.sampled_from([None, None, 2, 3, 5]),
        "specials": st.sampled_from([(), ("<unk>",), ("<s>", "bb")]),
        "lowercase": st.booleans(),
    }
)
quick = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def expected(texts: list[str], *, min_count: int, max_count: Any, max_size: Any, specials: Any, lowercase: bool) -> Any:
    seen = Counter(token for text in texts for token in (text.lower() if lowercase else text).split())
    kept = {
        token: count
        for token, count in seen.items()
        if min_count <= count <= (max_count or count) and token not in specials
    }
    order = sorted(kept, key=lambda token: (-kept[token], token))
    if max_size is not None:
        order = order[: max(0, max_size - len(specials))]
    return [*specials, *order], [0] * len(specials) + [kept[token] for token in order]


@quick
@given(texts=some_texts, options=limits, small=st.sampled_from([0, 10**9]), threads=st.sampled_from([1, 2]))
def test_as_a_counter_counts(texts: list[str], options: dict[str, Any], small: int, threads: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "SMALL", small)
        patch.setattr(counting, "BATCH", 20)
        found = Vocabulary.from_texts(iter(texts), tokenizer="whitespace", threads=threads, **options)
    tokens, counts = expected(texts, **options)
    assert list(found) == tokens
    assert found.counts.tolist() == counts


@quick
@given(tokens=st.lists(st.text(st.characters(exclude_categories=())), unique=True, max_size=8))
def test_there_and_back(tokens: list[str]) -> None:
    vocabulary = Vocabulary(tokens, range(len(tokens)))
    assert vocabulary.decode(vocabulary.encode(tokens)) == tokens
    assert vocabulary.encode(reversed(tokens)).tolist() == list(range(len(tokens)))[::-1]
    with tempfile.TemporaryDirectory() as folder:
        vocabulary.save(Path(folder) / "vocabulary")
        for loaded in (Vocabulary.load(Path(folder) / "vocabulary"), nlpkit.load(Path(folder) / "vocabulary")):
            assert list(loaded) == tokens
            assert loaded.counts.tolist() == list(range(len(tokens)))


@pytest.mark.parametrize("number", [2, -1, -3])
def test_numbers_that_stand_for_no_token(number: int) -> None:
    with pytest.raises((IndexError, ValueError)):
        Vocabulary(["a", "b"]).decode([0, number])
