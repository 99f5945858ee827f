"""Vocabulary: order, limits, special tokens, encoding, and its folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import nlpkit
from nlpkit.errors import ArtifactError, ParameterError
from nlpkit.text.counting import rows as counting
from nlpkit.text.terms import Terms
from nlpkit.text.vocabulary import Vocabulary

TEXTS = ["the cat saw the dog", "The dog, the DOG!", "a straße", "", "naïve cat\r\nbird"]


@pytest.fixture(params=[0, 10**9], ids=["compiled", "plain"], autouse=True)
def code_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", request.param)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("tokenizer", ["words", "whitespace", "wordpunct", "cjk", str.split])
def test_most_frequent_first_and_equals_by_code_point(tokenizer, threads):
    from nlpkit.text.tokenize import NAMED

    cut = NAMED[tokenizer] if isinstance(tokenizer, str) else tokenizer
    counts = Counter(token for text in TEXTS for token in cut(text.lower()))
    vocabulary = Vocabulary.from_texts(iter(TEXTS), tokenizer=tokenizer, threads=threads)
    assert list(vocabulary) == sorted(counts, key=lambda token: (-counts[token], token))
    assert vocabulary.counts.tolist() == [counts[token] for token in vocabulary]


def test_limits_and_special_tokens():
    vocabulary = Vocabulary.from_texts(TEXTS, min_count=2, max_count=3, specials=["<pad>", "<unk>"], unknown="<unk>")
    assert list(vocabulary) == ["<pad>", "<unk>", "dog", "cat"]
    assert vocabulary.counts.tolist() == [0, 0, 3, 2]
    assert vocabulary.encode(["cat", "the", "<pad>"]).tolist() == [3, 1, 0]
    assert vocabulary.encode([]).dtype == np.int32
    assert vocabulary.decode([2, 0]) == ["dog", "<pad>"]
    assert "cat" in vocabulary
    assert "the" not in vocabulary
    assert len(Vocabulary.from_texts(TEXTS, max_size=3, specials=["<unk>"])) == 3
    assert list(Vocabulary.from_texts(["cat dog dog"], specials=["dog"])) == ["dog", "cat"]


def test_refusals():
    vocabulary = Vocabulary(["cat"])
    with pytest.raises(ParameterError, match="'dog' is not in the vocabulary"):
        vocabulary.encode(["cat", "dog"])
    with pytest.raises(ParameterError, match="not among the special tokens"):
        Vocabulary(["cat"], unknown="<unk>")
    with pytest.raises(ParameterError, match="1 tokens and 2 counts"):
        Vocabulary(["cat"], [1, 2])
    for tokens, specials in (["cat", "cat"], []), (["cat", "dog"], ["cat"]), ([], ["cat", "cat"]):
        for form in list, Terms.of:
            with pytest.raises(ParameterError, match="'cat' is in the vocabulary twice"):
                Vocabulary(form(tokens), specials=specials).encode(["cat"])
        with pytest.raises(ParameterError, match="'cat' is in the vocabulary twice"):
            Vocabulary(tokens, specials=specials)
    with pytest.raises(ParameterError, match="'cat' is in the vocabulary twice"):
        Vocabulary(Terms.of(["cat"]), specials=["cat"])


@pytest.mark.parametrize("tokenizer", ["words", "cjk", str.split])
def test_texts_that_are_none(tokenizer):
    with pytest.raises(ParameterError, match=r"^Iterable over raw text documents expected, string object received\.$"):
        Vocabulary.from_texts("the cat", tokenizer=tokenizer)
    for text in 1, b"the cat", None, ["the cat"]:
        for lowercase in True, False:
            with pytest.raises(ParameterError, match=f"^a text is {type(text).__name__}, expected str"):
                Vocabulary.from_texts(["a text", text], tokenizer=tokenizer, lowercase=lowercase)


def test_save_and_load(tmp_path: Path):
    tokens = ["a\nb", "c\\d", "\r", "é", "\ud800", ""]
    vocabulary = Vocabulary(tokens, range(6), specials=["<unk>"], unknown="<unk>")
    vocabulary.save(tmp_path / "vocabulary")
    for found in Vocabulary.load(tmp_path / "vocabulary"), nlpkit.load(tmp_path / "vocabulary"):
        assert list(found) == ["<unk>", *tokens]
        assert found.counts.tolist() == vocabulary.counts.tolist()
        assert (found.specials, found.unknown) == (("<unk>",), "<unk>")
    from nlpkit.embeddings import Hashing

    Hashing().save(tmp_path / "hashing")
    with pytest.raises(ArtifactError, match="holds a hashing model, expected a vocabulary"):
        Vocabulary.load(tmp_path / "hashing")
