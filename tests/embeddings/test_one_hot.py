"""One-hot vectors of tokens: one row a token, in the order of the text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from parity_oracle import ours, peer
from parity_texts import ASCII, MULTILINGUAL, NAUGHTY, UNSEEN

from nlpkit.errors import NotFittedError
from nlpkit.text.counting import rows as counting

TEXTS = ASCII + MULTILINGUAL + NAUGHTY


@pytest.fixture(params=[10**12, 0], ids=["plain", "compiled"], autouse=True)
def code_path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SMALL", request.param)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_features": 12},
        {"min_df": 2, "lowercase": False},
        {"analyzer": "char", "ngram_range": (2, 2)},
        {"ngram_range": (1, 2)},
        {"stop_words": ["fish"]},
        {"tokenizer": str.split, "token_pattern": None},
        {"vocabulary": ["rose", "fish"]},
    ],
    ids=str,
)
def test_a_row_for_each_token(options: dict[str, Any]) -> None:
    model = ours("onehot", **options).fit(TEXTS)
    analyze = peer("bow", **options).build_analyzer()
    columns = {name: column for column, name in enumerate(model.get_feature_names_out())}
    for text in TEXTS[:12] + UNSEEN:
        tokens = list(analyze(text))
        X = model.transform_tokens(text)
        want = np.zeros((len(tokens), len(columns)))
        for row, token in enumerate(tokens):
            if token in columns:
                want[row, columns[token]] = 1
        assert sp.issparse(X)
        assert X.format == "csr"
        assert X.shape == want.shape
        assert X.has_canonical_format
        np.testing.assert_array_equal(X.toarray(), want)


def test_worked_by_hand() -> None:
    model = ours("onehot").fit(["the cat sat", "the dog"])
    assert model.get_feature_names_out().tolist() == ["cat", "dog", "sat", "the"]
    assert model.transform_tokens("the dog saw the cat").toarray().tolist() == [
        [0, 0, 0, 1],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 1],
        [1, 0, 0, 0],
    ]
    assert model.transform(["the dog saw the cat"]).toarray().tolist() == [[1, 1, 0, 1]]


def test_needs_a_vocabulary() -> None:
    with pytest.raises(NotFittedError):
        ours("onehot").transform_tokens("the cat")
    assert ours("onehot", vocabulary=["cat", "the"]).transform_tokens("the cat").toarray().tolist() == [
        [0, 1],
        [1, 0],
    ]


def test_a_list_of_texts_is_refused() -> None:
    with pytest.raises(ValueError, match="text"):
        ours("onehot").fit(["the cat"]).transform_tokens(["the cat"])
