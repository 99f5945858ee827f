"""An empty vocabulary: the message names the parameter that emptied it, and its option."""

from __future__ import annotations

from typing import Any

import pytest

from nlpkit.embeddings import BagOfWords, OneHot, Tfidf
from nlpkit.errors import ParameterError
from nlpkit.text.counting import rows as counting

CASES: list[tuple[dict[str, Any], list[str], str]] = [
    ({"min_df": 5}, ["cat", "dog"], r"in more than 1 of 2 texts, and min_df is 5 \(--min-df 5\)"),
    ({"min_df": 0.9}, ["cat", "cat", "dog"], r"in more than 2 of 3 texts, and min_df is 0.9 \(--min-df 0.9\)"),
    ({"max_df": 1}, ["cat", "cat"], r"the only term is in at least 2 of 2 texts, and max_df is 1 \(--max-df 1\)"),
    ({"max_df": 0.5}, ["a dog, a cat"] * 3, r"the 2 terms are in at least 3 of 3 texts, and max_df is 0.5"),
    ({"min_df": 2, "max_df": 2}, ["cat dog"] * 3 + ["cat mouse"], r"min_df is 2 \(.*\) and max_df is 2 \(--max-df 2\)"),
    ({"ngram_range": (2, 2)}, ["cat", "dog"], r"no text has more than 1 word.* needs 2 by .* \(--ngram-range 2,2\)"),
    ({"ngram_range": (3, 4)}, ["the cat", "dog"], r"no text has more than 2 words, and a term needs 3 by"),
    ({"analyzer": "char", "ngram_range": (5, 6)}, ["cat"], r"the 5 characters that a term needs .*--ngram-range 5,6"),
    ({"stop_words": "english"}, ["the", "and the"], r"every word is a stop word.*\(--stop-words\)"),
    ({"stop_words": ["cat"], "ngram_range": (2, 2)}, ["cat dog"], r"1 word, .* stop words are left out \(stop_words"),
    ({}, ["a", "b c", "!"], r"a word has two or more letters.*\(--tokenizer\).*\(--token-pattern\)"),
    ({"tokenizer": "whitespace"}, [" ", "\t"], r"nothing but white space"),
    ({"token_pattern": "zzz"}, ["a cat"], r"\(--tokenizer\) or token_pattern \(--token-pattern\)"),
    ({"analyzer": lambda text: []}, ["a cat"], r"the analyzer, a function"),
    ({}, ["", ""], r"the texts are empty"),
    ({}, [], r"there is no text"),
]


@pytest.mark.parametrize("cls", [BagOfWords, OneHot, Tfidf])
@pytest.mark.parametrize("small", [10**12, 0], ids=["plain", "compiled"])
@pytest.mark.parametrize(("parameters", "texts", "message"), CASES)
def test_the_parameter_is_named(
    cls: Any, small: int, parameters: Any, texts: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SMALL", small)
    with pytest.raises(ParameterError, match=rf"^empty vocabulary: .*{message}") as caught:
        cls(**parameters).fit(iter(texts))
    assert "\n" not in str(caught.value)


def test_the_last_texts_are_named_after_partial_fit() -> None:
    model = BagOfWords(stop_words=["cat"]).partial_fit(["a b"]).partial_fit(["cat"])
    with pytest.raises(ParameterError, match="every word is a stop word"):
        _ = model.vocabulary_
    assert model.partial_fit(["dog"]).vocabulary_ == {"dog": 0}


def test_a_long_stream_of_empty_texts() -> None:
    with pytest.raises(ParameterError, match="no text has a token"):
        BagOfWords().fit("" if i < 2000 else "a" for i in range(3000))
