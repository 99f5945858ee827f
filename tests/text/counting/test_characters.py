"""The tables of the compiled scanner, over every code point, against the running interpreter."""

from __future__ import annotations

import re
import sys

import numpy as np
import pytest

from nlpkit.text.counting import characters

EVERY = [chr(code) for code in range(sys.maxunicode + 1)]


def test_word_characters_are_those_of_re() -> None:
    table = characters.word_characters()
    assert table.shape == (len(EVERY),)
    match = re.compile(r"\w").fullmatch
    assert [code for code, c in enumerate(EVERY) if bool(table[code]) != (match(c) is not None)] == []
    assert [code for code, c in enumerate(EVERY) if bool(table[code]) != (c.isalnum() or c == "_")] == []


def test_white_space_is_that_of_re_and_of_split() -> None:
    table = characters.space_characters()
    match = re.compile(r"\s").fullmatch
    assert [code for code, c in enumerate(EVERY) if bool(table[code]) != (match(c) is not None)] == []
    assert [code for code, c in enumerate(EVERY) if bool(table[code]) != (len(f"a{c}b".split()) > 1)] == []


def test_lower_case_is_that_of_str() -> None:
    table = characters.lower_case()
    odd = [code for code, c in enumerate(EVERY) if c.lower() != chr(table[code])]
    # A capital sigma depends on its neighbours, and a dotted capital I becomes two code points.
    assert set(odd) <= {ord("Σ"), ord("İ")}
    assert all(characters.needs_str_lower(f"abc{chr(code)}") for code in odd)
    assert table.dtype == np.int32


def test_lower_case_depends_on_nothing_else() -> None:
    """No other character's lower case depends on what stands beside it."""
    others = [c for c in EVERY if c not in "Σİ"]
    for left, right in (("a", "a"), ("", "\u0301"), ("Σ".lower(), "I"), ("I\u0307", " ")):
        joined = (right + left).join(others)
        assert joined.lower() == (right.lower() + left.lower()).join(c.lower() for c in others)


def test_lower_case_and_word_characters_never_take_more_than_half_as_many_bytes_again() -> None:
    """The number that sizes the scanner's buffer."""
    table = characters.lower_case()
    for code, c in enumerate(EVERY):
        size = len(c.encode("utf-8", "surrogatepass"))
        lower = len(chr(table[code]).encode("utf-8", "surrogatepass"))
        assert lower <= size * 3 / 2, hex(code)


@pytest.mark.parametrize(
    ("analyzer", "lowercase"),
    [
        ("word", True),
        ("word", False),
        pytest.param("char", False, marks=pytest.mark.slow),
        pytest.param("char_wb", True, marks=pytest.mark.slow),
    ],
)
def test_every_code_point_through_the_compiled_code_path(
    analyzer: str, lowercase: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sklearn.feature_extraction.text import CountVectorizer

    from nlpkit.embeddings import BagOfWords
    from nlpkit.text.counting import rows as counting

    monkeypatch.setattr(counting, "SMALL", 0)
    texts = [" ".join(f"x{c}y" for c in EVERY[start : start + 4096]) for start in range(0, len(EVERY), 4096)]
    options = {
        "analyzer": analyzer,
        "lowercase": lowercase,
        "ngram_range": (1, 1) if analyzer == "word" else (2, 2),
    }
    if analyzer == "word":
        options["token_pattern"] = r"\w+"
    mine, theirs = BagOfWords(**options), CountVectorizer(**options)
    X, Y = mine.fit_transform(texts), theirs.fit_transform(texts)
    assert mine.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()
    assert (X != Y).nnz == 0
