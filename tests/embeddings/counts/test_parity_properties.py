"""Any texts, with any of many options: the same as scikit-learn, by every code path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parity_oracle import difference, embed, ours, peer, run

from nlpkit.text.counting import rows as counting

PIECES = [
    *(
        "the",
        "a",
        "fish",
        "Fish",
        "ΟΔΟΣ",
        "Σ",
        "İ",
        "é",
        "e\u0301",
        "ß",
        "слово",
        "我喜欢",
        "😀",
        "\u212a",
        "x_1",
        "Ⱥ",
    ),
    *(
        " ",
        "  ",
        "\t",
        "\n",
        "\x1c",
        "\x85",
        "\xa0",
        "\u2028",
        "\0",
        ".",
        "'",
        "-",
        "\u200b",
        "\ud800",
        "\u0301",
    ),
    *(
        "abcdefg",
        "abcdefgh",
        "abcdefghijklmno",
        "abcdefghijklmnop",
        "abcdefghijklmnopq",
        "ab",
        "_",
        "9",
        "\U0010ffff",
    ),
]
anything = st.text(st.characters(exclude_categories=()), max_size=20)
made_of_pieces = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
few_letters = st.text("aAbB é", max_size=12)
many_texts = st.lists(st.one_of(made_of_pieces, anything, few_letters), max_size=8)

cuts = st.one_of(
    st.tuples(st.just("word"), st.sampled_from([(1, 1), (1, 2), (2, 2), (1, 4), (2, 3), (4, 4)])),
    st.tuples(st.just("char"), st.sampled_from([(1, 1), (1, 3), (2, 2), (2, 5)])),
    st.tuples(st.just("char_wb"), st.sampled_from([(1, 1), (1, 3), (2, 2), (2, 5)])),
)
patterns = [
    r"(?u)\b\w\w+\b",
    r"(?u)\b\w+\b",
    r"\w+",
    r"\S+",
    r"\w{2,}",
    r"(?u)\b(\w)\w*\b",
    r"[^\W\d_]+",
    r".",
]


@st.composite
def options_for_all(draw: st.DrawFn) -> dict[str, Any]:
    analyzer, ngram_range = draw(cuts)
    options: dict[str, Any] = {
        "analyzer": analyzer,
        "ngram_range": ngram_range,
        "lowercase": draw(st.booleans()),
        "strip_accents": draw(st.sampled_from([None, None, "ascii", "unicode"])),
    }
    if analyzer == "word":
        options["token_pattern"] = draw(st.sampled_from(patterns))
        options["stop_words"] = draw(st.sampled_from([None, None, "english", ["the", "fish", "é"], ["a"]]))
    return options


@st.composite
def options_with_vocabulary(draw: st.DrawFn) -> dict[str, Any]:
    options = draw(options_for_all())
    if draw(st.booleans()):
        terms = st.one_of(made_of_pieces, few_letters, st.sampled_from(PIECES))
        options["vocabulary"] = draw(st.lists(terms, min_size=1, max_size=8, unique=True))
    else:
        options["min_df"] = draw(st.sampled_from([1, 1, 2, 0.3]))
        options["max_df"] = draw(st.sampled_from([1.0, 1.0, 3, 0.7]))
        options["max_features"] = draw(st.sampled_from([None, None, 1, 3, 10]))
    options["binary"] = draw(st.booleans())
    return options


def check(kind: str, options: dict[str, Any], texts: list[str], new: list[str]) -> None:
    want = embed(peer(kind, **options), texts, new)
    for small, batch, threads in ((10**12, 1 << 20, 1), (0, 1 << 20, 1), (0, 8, 2)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "SMALL", small)
            patch.setattr(counting, "BATCH", batch)
            how = difference(embed(ours(kind, **options, threads=threads), texts, new), want)
            assert not how, f"small {small}, batch {batch}, {threads} threads: {how}"


quick = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
long = settings(quick, max_examples=600)
counting_options = st.tuples(options_with_vocabulary(), st.sampled_from([np.int64, np.int32, np.float32]))
weights = st.fixed_dictionaries(
    {
        "norm": st.sampled_from(["l2", "l1", None]),
        "use_idf": st.booleans(),
        "smooth_idf": st.booleans(),
        "sublinear_tf": st.booleans(),
        "dtype": st.sampled_from([np.float64, np.float32]),
    }
)
hashing_options = st.fixed_dictionaries(
    {
        "n_features": st.sampled_from([1, 2, 5, 64, 2**20]),
        "norm": st.sampled_from(["l2", "l1", None]),
        "alternate_sign": st.booleans(),
        "binary": st.booleans(),
    }
)
texts_and_new = st.tuples(many_texts, many_texts.filter(bool))


def counts(options: tuple[dict[str, Any], type], texts: tuple[list[str], list[str]]) -> None:
    check("bow", {**options[0], "dtype": options[1]}, *texts)


def weighted(options: dict[str, Any], more: dict[str, Any], texts: tuple[list[str], list[str]]) -> None:
    check("tfidf", {**options, **more}, *texts)


def hashed(options: dict[str, Any], more: dict[str, Any], texts: tuple[list[str], list[str]]) -> None:
    check("hashing", {**options, **more}, *texts)


def pieces(options: dict[str, Any], parts: list[list[str]], small: int) -> None:
    """Learning in pieces is learning from the whole; where that is refused, so are the pieces, when used."""
    texts = [text for part in parts for text in part]

    def whole() -> Any:
        return peer("bow", **options).fit(texts).transform(texts)

    def in_pieces() -> Any:
        model = ours("bow", **options, threads=2)
        for part in parts:
            model.partial_fit(part)
        return model.transform(texts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "SMALL", small)
        patch.setattr(counting, "BATCH", 10)
        assert not difference(run([("matrix", in_pieces)]), run([("matrix", whole)]))


some_pieces = st.lists(many_texts, min_size=1, max_size=4)
PROPERTIES: dict[Callable[..., None], tuple[st.SearchStrategy[Any], ...]] = {
    counts: (counting_options, texts_and_new),
    weighted: (options_with_vocabulary(), weights, texts_and_new),
    hashed: (options_for_all(), hashing_options, texts_and_new),
    pieces: (options_with_vocabulary(), some_pieces, st.sampled_from([0, 30, 10**12])),
}


@pytest.mark.parametrize("holds", PROPERTIES)
def test_property(holds: Callable[..., None]) -> None:
    quick(given(*PROPERTIES[holds])(holds))()


@pytest.mark.slow
@pytest.mark.parametrize("holds", PROPERTIES)
def test_property_at_length(holds: Callable[..., None]) -> None:
    long(given(*PROPERTIES[holds])(holds))()
